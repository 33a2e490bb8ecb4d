"""Looks up who is a member of a team, and which goals are on offer to it: in the streams of those people."""

from collections.abc import Iterable
from typing import Final

from eventsourcing.persistence import EventStore

from events.catalog.employment import EmploymentEvent, TeamJoined, TeamLeft
from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalOfferTakenBack
from events.streams import Stream
from rules.team.goal_offers import is_signed, owner_of
from services.decisions.command import Membership
from services.decisions.decider import event_types_of
from services.handling.loading import SubjectForgottenError, known_events

_EMPLOYMENT: Final = event_types_of(EmploymentEvent)
_PORTFOLIO: Final = event_types_of(PortfolioEvent)


def members_of(store: EventStore[str], team: str, people: Iterable[str]) -> dict[str, Membership]:
    """Return those of these people who are members of the team now. Raises StreamNotUnderstoodError."""
    found = {person: _membership(store, team, person) for person in people}
    return {person: member for person, member in found.items() if member is not None}


def _membership(store: EventStore[str], team: str, person: str) -> Membership | None:
    is_member, seen, left = False, 0, 0
    try:
        for recorded in known_events(store, Stream("employment", person).name, _EMPLOYMENT):
            seen = recorded.version
            match recorded.event:
                case TeamJoined(team=joined) if joined == team:
                    is_member = True
                case TeamLeft(team=gone) if gone == team:
                    is_member, left = False, recorded.version
                case _:  # other teams; an employment that ends, ends every membership by an event of its own
                    pass
    except SubjectForgottenError:
        return None
    return Membership(seen=seen, left=left) if is_member else None


def goals_on_offer(
    store: EventStore[str], team: str, offers: Iterable[str], *, id_key: bytes
) -> frozenset[str]:
    """
    Return those of these offers of goals that are on offer to the team now. Raises StreamNotUnderstoodError.

    For an id that the services did not make, nothing is read.
    """
    asked = {offer for offer in offers if is_signed(offer, key=id_key)}
    owners = {owner_of(offer) or "" for offer in asked}
    offered = set[str]().union(*(_offered_by(store, team, owner) for owner in owners))
    return frozenset(asked & offered)


def _offered_by(store: EventStore[str], team: str, owner: str) -> set[str]:
    offered: dict[str, str] = {}
    try:
        for recorded in known_events(store, Stream("portfolio", owner).name, _PORTFOLIO):
            match recorded.event:
                case GoalOfferedToTeam(goal=goal, team=to, offer=str(offer)) if to == team:
                    offered[goal] = offer
                case GoalOfferedToTeam(goal=goal) | GoalOfferTakenBack(goal=goal):
                    offered.pop(goal, None)
                case _:
                    pass
    except SubjectForgottenError:
        return set()
    return set(offered.values())
