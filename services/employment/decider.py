"""What HR may tell about a professional, and what is known of one."""

from typing import Final, assert_never

import msgspec

from events.catalog.employment import EmploymentEvent, ProfessionalRegistered, TeamJoined
from events.catalog.team import TeamEvent, TeamFormed
from services.deciding import Decider, Ids, Refusal, RejectedError, kinds, reject_if
from services.employment.commands import AnyEmploymentCommand, RecordTeamJoined, RegisterProfessional
from services.wording import one_line


class Employment(msgspec.Struct, frozen=True, kw_only=True):
    """A professional as HR told, and whether the team at issue exists."""

    facts: ProfessionalRegistered | None = None
    teams: frozenset[str] = frozenset()
    team_exists: bool = False


def decide(command: AnyEmploymentCommand, state: Employment, ids: Ids) -> tuple[EmploymentEvent, ...]:
    """Return what the command makes happen. Raises RejectedError."""
    match command:
        case RegisterProfessional():
            facts = ProfessionalRegistered(name=one_line(command.name), email=command.email)
            if facts == state.facts:
                nl, en = "Deze professional staat al zo ingeschreven.", "This professional is registered so."
                raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
            return (facts,)
        case RecordTeamJoined():
            team = command.team(ids)
            reject_if(_joining_refusals(state, team))
            return (TeamJoined(team=team, on=command.on),)
        case _:
            assert_never(command)


def evolve(state: Employment, event: EmploymentEvent | TeamEvent) -> Employment:
    match event:
        case ProfessionalRegistered():
            return msgspec.structs.replace(state, facts=event)
        case TeamJoined(team=team):
            return msgspec.structs.replace(state, teams=state.teams | {team})
        case TeamFormed():
            return msgspec.structs.replace(state, team_exists=True)
        case _:
            assert_never(event)


DECIDER: Final = Decider[AnyEmploymentCommand, Employment, EmploymentEvent](
    commands=(RegisterProfessional, RecordTeamJoined),
    reads=kinds(EmploymentEvent, TeamEvent),
    initial=Employment(),
    decide=decide,
    evolve=evolve,
)


def _joining_refusals(state: Employment, team: str) -> list[Refusal]:
    refusals = []
    if state.facts is None:
        nl = "Er staat niemand ingeschreven met dit personeelsnummer."
        en = "Nobody is registered with this employee number."
        refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("employeeNumber",)))
    if not state.team_exists:
        nl, en = "Er is geen team met deze sleutel.", "There is no team with this key."
        refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("teamKey",)))
    if team in state.teams:
        nl, en = "Deze professional zit al in dit team.", "This professional is in this team already."
        refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en))
    return refusals
