"""The fold of what teams do: one row for each offer, volunteer, goal, session, and piece of text."""

from typing import Any, Final, assert_never

from events.catalog.employment import TeamJoined, TeamLeft
from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalOfferTakenBack
from events.catalog.registry import Event
from events.catalog.team import (
    JointGoalAdopted,
    JointGoalEvent,
    JointGoalProgressNoted,
    JointGoalReached,
    TeamSessionHeld,
    WorkEvent,
    WorkHandedBack,
    WorkOffered,
    WorkOfferEnded,
    WorkTakenUp,
    WorkVolunteeredFor,
)
from events.catalog.teamwork import JointGoalWritten, TeamSessionWritten, WorkOfferWritten, WrittenForTeam
from events.codec import Forgotten, Recorded
from projections.changes import Changes, as_json
from projections.view import Fact, View
from projections.views.team.tables import (
    GOALS_ON_OFFER,
    JOINT_GOALS,
    LEAVINGS,
    MEMBERS,
    ORIGINS,
    SESSIONS,
    TAKERS,
    VERSION,
    VOLUNTEERS,
    WORDS,
    WORK_OFFERS,
)


def fold(fact: Fact, changes: Changes) -> None:
    """Fold one fact of a team, or of a person: what they wrote, what they offer, and where they are."""
    recorded = fact.recorded
    event = recorded.event
    if isinstance(event, Forgotten):
        changes.empty()
    elif isinstance(event, WorkEvent):
        _fold_work(event, recorded, changes)
    elif isinstance(event, JointGoalEvent | TeamSessionHeld):
        _fold_goal_or_session(event, recorded, changes)
    elif isinstance(event, WrittenForTeam):
        _fold_words(event, changes)
    else:
        _fold_person(event, recorded, changes)


_NOT_ENDED: Final = dict.fromkeys(("ended_on", "ended_version", "ended_for"))


def _fold_work(event: WorkEvent, recorded: Recorded, changes: Changes) -> None:
    version, on, offer = recorded.version, recorded.at.date(), event.offer
    match event:
        case WorkOffered():
            days = {"from_day": event.from_day, "until": event.until}
            asked = {"wanted": as_json(event.wanted), "hours_per_week": event.hours_per_week, **days}
            by = {"author": event.by, "seen": event.seen, "version": version}
            changes.put(WORK_OFFERS, offer=offer, **asked, **by, **_NOT_ENDED)
        case WorkVolunteeredFor(by=by_person, seen=seen):
            changes.put(VOLUNTEERS, offer=offer, person=by_person, seen=seen, version=version)
        case WorkTakenUp(by=by_person, seen=seen):
            changes.put(TAKERS, offer=offer, person=by_person, seen=seen, version=version, taken_on=on)
        case WorkHandedBack(by=by_person):
            changes.drop(VOLUNTEERS, offer=offer, person=by_person)
            changes.drop(TAKERS, offer=offer, person=by_person)
        case WorkOfferEnded(reason=reason):
            ended = {"ended_on": on, "ended_version": version, "ended_for": reason}
            changes.set(WORK_OFFERS, offer=offer, **ended)
        case _:
            assert_never(event)


def _fold_goal_or_session(
    event: JointGoalEvent | TeamSessionHeld, recorded: Recorded, changes: Changes
) -> None:
    match event:
        case JointGoalAdopted(goal=goal, by=by, origins=origins):
            new = {"author": by, "version": recorded.version, "adopted_on": recorded.at.date()}
            changes.put(JOINT_GOALS, goal=goal, progress=None, reached=False, **new)
            for offer in origins:
                changes.put(ORIGINS, goal=goal, offer=offer)
        case JointGoalProgressNoted(goal=goal, progress=progress):
            changes.set(JOINT_GOALS, goal=goal, progress=progress)
        case JointGoalReached(goal=goal):
            changes.set(JOINT_GOALS, goal=goal, reached=True)
        case TeamSessionHeld(session=session, by=by, held_on=held_on):
            changes.put(SESSIONS, session=session, author=by, version=recorded.version, held_on=held_on)
        case _:
            assert_never(event)


_NO_WORDS: Final = dict.fromkeys(("title", "text", "agreements"))


def _fold_words(event: WrittenForTeam, changes: Changes) -> None:
    words: dict[str, Any]
    match event:
        case WorkOfferWritten(offer=thing, title=title, text=text):
            words = {"title": title, "text": text}
        case JointGoalWritten(goal=thing, text=text):
            words = {"text": text}
        case TeamSessionWritten(session=thing, agreements=agreements):
            words = {"agreements": as_json(agreements)}
        case _:
            assert_never(event)
    changes.put(WORDS, team=event.team, thing=thing, **(_NO_WORDS | words))


def _fold_person(event: Event, recorded: Recorded, changes: Changes) -> None:
    match event:
        case TeamJoined(team=team):
            changes.put(MEMBERS, team=team)
        case TeamLeft(team=team):
            changes.drop(MEMBERS, team=team)
            changes.put(LEAVINGS, team=team, version=recorded.version)
        case GoalOfferedToTeam(goal=goal, team=team, wording=wording, offer=str(offer)):
            offered = {"team": team, "offer": offer, "wording": wording}
            changes.put(GOALS_ON_OFFER, goal=goal, offered_at=recorded.at, **offered)
        case GoalOfferTakenBack(goal=goal):
            changes.drop(GOALS_ON_OFFER, goal=goal)
        case _:  # other events of these streams, which other views show
            pass


VIEW: Final = View(
    name="team",
    version=VERSION,
    categories=frozenset({"team", "teamwork", "portfolio", "employment"}),
    tables=(
        WORK_OFFERS,
        VOLUNTEERS,
        TAKERS,
        JOINT_GOALS,
        ORIGINS,
        SESSIONS,
        WORDS,
        GOALS_ON_OFFER,
        MEMBERS,
        LEAVINGS,
    ),
    fold=fold,
)
