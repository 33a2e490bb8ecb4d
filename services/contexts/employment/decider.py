"""Decides on people's employment and team memberships, and ends sharings when somebody leaves."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, Literal, assert_never

import msgspec

from events.catalog.employment import (
    EmploymentEnded,
    EmploymentEvent,
    ProfessionalRegistered,
    TeamJoined,
    TeamLeft,
)
from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalOfferTakenBack
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.rounds import RoundEvent
from events.catalog.team import (
    MemberEvent,
    TeamClosed,
    TeamEvent,
    TeamFormed,
    TeamKeyNoted,
    TeamLifeEvent,
    TeamMoved,
    TeamRenamed,
    TeamReopened,
)
from rules.commands import Refusal
from rules.names import plain_address, plain_name
from services.contexts.employment.commands import (
    AnyEmploymentCommand,
    RecordEmploymentEnded,
    RecordTeamJoined,
    RecordTeamLeft,
    RegisterProfessional,
)
from services.decisions.active_round import ActiveRound, active_after, closed_by_leaving
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import CHANGED_MEANWHILE, RejectedError, reject_if
from services.decisions.validation import invalid, one_line


class Employment(msgspec.Struct, frozen=True, kw_only=True):
    """
    What HR reported about a professional, and the team that the command is about.

    `facts` is the last registration, None if there was none. `teams` are in the order of joining, each with
    its first day. `shared` are the open sharings and `offered` the goals on offer, with their teams, if any.
    `round` is the feedback round that is going on.
    """

    facts: ProfessionalRegistered | None = None
    works_here: bool = False
    teams: dict[str, date] = {}
    team: TeamFormed | None = None
    team_closed: bool = False
    shared: dict[str, str | None] = {}
    offered: dict[str, str] = {}
    round: ActiveRound | None = None


Ending = ItemSharingEnded | GoalOfferTakenBack
"""What ends in the portfolio, in the same commit as the leaving, so that a return does not reopen it."""
Made = EmploymentEvent | Ending | RoundEvent
Leaving = Literal["team_left", "employment_ended"]
"""The reasons why it ends."""


def decide(command: AnyEmploymentCommand, state: Employment, context: DecisionContext) -> tuple[Made, ...]:
    """Return the events of the command. Raises RejectedError."""
    match command:
        case RegisterProfessional():
            return (_registered(command, state),)
        case RecordTeamJoined():
            team = command.team(context)
            reject_if([*_joining_refusals(state, team, command.on), *_day_refusals(command.on, context)])
            return (TeamJoined(team=team, on=command.on),)
        case RecordTeamLeft():
            team = command.team(context)
            reject_if([*_leaving_refusals(state, team), *_day_refusals(command.on, context)])
            return TeamLeft(team=team, on=command.on), *_ended_in_team(state, team)
        case RecordEmploymentEnded():
            reject_if([*_ending_refusals(state, command, context), *_day_refusals(command.on, context)])
            left = (TeamLeft(team=team, on=command.on) for team in state.teams)
            return (
                *left,
                EmploymentEnded(on=command.on),
                *_ended(state.shared, state.offered, "employment_ended"),
                *closed_by_leaving(state.round),
            )
        case _:
            assert_never(command)


def evolve(state: Employment, event: EmploymentEvent | TeamEvent | PortfolioEvent | RoundEvent) -> Employment:
    if isinstance(event, PortfolioEvent):
        return _open_to_others(state, event)
    if isinstance(event, RoundEvent):
        return msgspec.structs.replace(state, round=active_after(state.round, event))
    if isinstance(event, MemberEvent):
        return state
    return msgspec.structs.replace(state, **_changes(state, event))


def _changes(state: Employment, event: EmploymentEvent | TeamLifeEvent) -> dict[str, Any]:
    """Return the fields that an event changes."""
    changed: dict[str, Any]
    match event:
        case ProfessionalRegistered():
            changed = {"facts": event, "works_here": True}
        case TeamJoined(team=team, on=on):
            changed = {"teams": {**state.teams, team: on}}
        case TeamLeft(team=left):
            changed = {"teams": {team: on for team, on in state.teams.items() if team != left}}
        case EmploymentEnded():
            changed = {"works_here": False}
        case TeamFormed():
            changed = {"team": event}
        case TeamClosed():
            changed = {"team_closed": True}
        case TeamReopened():
            changed = {"team_closed": False}
        case TeamRenamed() | TeamMoved() | TeamKeyNoted():
            changed = {}
        case _:
            assert_never(event)
    return changed


def _open_to_others(state: Employment, event: PortfolioEvent) -> Employment:
    match event:
        case ItemShared(sharing=sharing, team=team):
            return msgspec.structs.replace(state, shared={**state.shared, sharing: team})
        case ItemSharingEnded(sharing=ended):
            return msgspec.structs.replace(
                state, shared={k: v for k, v in state.shared.items() if k != ended}
            )
        case GoalOfferedToTeam(goal=goal, team=team):
            return msgspec.structs.replace(state, offered={**state.offered, goal: team})
        case GoalOfferTakenBack(goal=back):
            return msgspec.structs.replace(
                state, offered={k: v for k, v in state.offered.items() if k != back}
            )
        case _:  # not changed by leaving
            return state


DECIDER: Final = Decider[AnyEmploymentCommand, Employment, Made](
    commands=(RegisterProfessional, RecordTeamJoined, RecordTeamLeft, RecordEmploymentEnded),
    reads=event_types_of(EmploymentEvent, TeamEvent, PortfolioEvent, RoundEvent),
    initial=Employment(),
    decide=decide,
    evolve=evolve,
)


def _registered(command: RegisterProfessional, state: Employment) -> ProfessionalRegistered:
    """
    Return the registration. Raises RejectedError.

    A number that was given out again must not open the portfolio of the person who had it before. So a
    registration under another name and another address waits until HR says who it is.
    """
    facts = ProfessionalRegistered(name=one_line(command.name), email=command.email)
    if state.works_here and facts == state.facts:
        nl, en = "Deze professional staat al zo ingeschreven.", "This professional is registered so."
        raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
    if state.facts is None:
        return facts
    if command.replaces_person():
        # The number names another person by now, unless this one works here or left a moment ago.
        raise RejectedError(_still_here() if state.works_here else CHANGED_MEANWHILE)
    if command.returning is None and _looks_like_another(facts, state.facts):
        raise RejectedError(_same_or_new() if state.works_here else _same_or_another())
    return facts


def _looks_like_another(facts: ProfessionalRegistered, before: ProfessionalRegistered) -> bool:
    same_name = plain_name(facts.name) == plain_name(before.name)
    return not same_name and plain_address(facts.email) != plain_address(before.email)


def _same_or_another() -> Refusal:
    nl = (
        "Dit nummer was van iemand die uit dienst is, met een andere naam en een ander mailadres. "
        "Geef aan of het dezelfde persoon is of iemand anders."
    )
    en = (
        "This number was that of somebody who left, with another name and another mail address. "
        "Say whether it is the same person or another."
    )
    return Refusal(code="CONFIRMATION_NEEDED", nl=nl, en=en, field=("returning",))


def _same_or_new() -> Refusal:
    nl = (
        "Dit nummer is van iemand die hier werkt, met een andere naam en een ander mailadres. Geef aan dat "
        "het dezelfde persoon is, of geef eerst door dat die persoon uit dienst is."
    )
    en = (
        "This number is that of somebody who works here, with another name and another mail address. "
        "Say that it is the same person, or record first that that person left."
    )
    return Refusal(code="CONFIRMATION_NEEDED", nl=nl, en=en, field=("returning",))


def _still_here() -> Refusal:
    nl = "Wie dit nummer heeft, werkt hier nog. Geef eerst door dat die persoon uit dienst is."
    en = "The person with this number still works here. Record first that they left."
    return Refusal(code="WRONG_STATE", nl=nl, en=en, field=("returning",))


def _ended_in_team(state: Employment, team: str) -> tuple[Ending, ...]:
    shared = [sharing for sharing, audience in state.shared.items() if audience == team]
    return _ended(shared, [goal for goal, to in state.offered.items() if to == team], "team_left")


def _ended(shared: Iterable[str], offered: Iterable[str], reason: Leaving) -> tuple[Ending, ...]:
    return (
        *(ItemSharingEnded(sharing=sharing, reason=reason) for sharing in shared),
        *(GoalOfferTakenBack(goal=goal, reason=reason) for goal in offered),
    )


def _joining_refusals(state: Employment, team: str, on: date) -> list[Refusal]:
    refusals = [*_unknown_refusals(state), *_gone_refusals(state)]
    if state.team is None:
        refusals.append(_no_team())
    if state.team_closed:
        nl, en = "Dit team is gesloten.", "This team is closed."
        refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en, field=("teamKey",)))
    if state.teams.get(team) == on:  # another day is a correction
        nl, en = "Deze professional zit al in dit team.", "This professional is in this team already."
        refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en))
    return refusals


def _leaving_refusals(state: Employment, team: str) -> list[Refusal]:
    refusals = _unknown_refusals(state)
    if state.team is None:
        refusals.append(_no_team())
    if not refusals and team not in state.teams:
        nl, en = "Deze professional zit niet in dit team.", "This professional is not in this team."
        refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en))
    return refusals


def _ending_refusals(
    state: Employment, command: RecordEmploymentEnded, context: DecisionContext
) -> list[Refusal]:
    refusals = _unknown_refusals(state)
    if state.works_here and context.only_administrator and not command.confirmed:
        nl = (
            "Dit is de enige beheerder; daarna kan niemand meer rollen toekennen. Maak eerst iemand anders "
            "beheerder, of bevestig dit; een nieuwe wordt daarna op de server aangewezen (services appoint)."
        )
        en = (
            "This is the only administrator; after this nobody can grant a role. Make somebody else "
            "administrator first, or confirm; a new one is then appointed on the server (services appoint)."
        )
        refusals.append(Refusal(code="CONFIRMATION_NEEDED", nl=nl, en=en, field=("confirmed",)))
    if not refusals and not state.works_here:
        nl, en = "Deze professional is al uit dienst.", "This professional has left already."
        refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en))
    return refusals


def _unknown_refusals(state: Employment) -> list[Refusal]:
    if state.facts is not None:
        return []
    nl = "Er staat niemand ingeschreven met dit personeelsnummer."
    en = "Nobody is registered with this employee number."
    return [Refusal(code="NOT_FOUND", nl=nl, en=en, field=("employeeNumber",))]


def _gone_refusals(state: Employment) -> list[Refusal]:
    if state.facts is None or state.works_here:
        return []
    nl = "Deze professional is uit dienst. Schrijf eerst opnieuw in."
    en = "This professional has left. Register again first."
    return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("employeeNumber",))]


def _no_team() -> Refusal:
    nl, en = "Er is geen team met deze sleutel.", "There is no team with this key."
    return Refusal(code="NOT_FOUND", nl=nl, en=en, field=("teamKey",))


def _day_refusals(on: date, context: DecisionContext) -> list[Refusal]:
    """Refuse a day in the future: a change applies from now on, so HR has to send it on the day itself."""
    if on <= context.today:
        return []
    nl = "Deze dag ligt in de toekomst. Geef het door wanneer het zover is."
    en = "This day is in the future. Send this again on that day."
    return [invalid(("on",), nl=nl, en=en)]
