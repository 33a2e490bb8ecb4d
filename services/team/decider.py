"""What may happen in a team, and what follows from it."""

from typing import Final, assert_never

import msgspec

from events.catalog.team import TeamEvent, TeamFormed
from events.catalog.units import UnitFormed, UnitsEvent
from services.deciding import Decider, Ids, Refusal, RejectedError, kinds, reject_if
from services.team.commands import FormTeam
from services.wording import one_line


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A team as formed, and the units there are."""

    formed: TeamFormed | None = None
    units: frozenset[str] = frozenset()


def decide(command: FormTeam, state: Team, ids: Ids) -> tuple[TeamEvent, ...]:
    """Return what the command makes happen. Raises RejectedError."""
    formed = TeamFormed(name=one_line(command.name), unit=command.unit(ids))
    if formed == state.formed:
        nl, en = "Dit team is er al.", "This team is there already."
        raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
    refusals = []
    if state.formed is not None:
        nl = "Er is al een team met deze sleutel, met een andere naam of in een andere eenheid."
        en = "There is a team with this key already, by another name or in another unit."
        refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en, field=("teamKey",)))
    if formed.unit not in state.units:
        nl, en = "Er is geen eenheid met deze sleutel.", "There is no unit with this key."
        refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("unitKey",)))
    reject_if(refusals)
    return (formed,)


def evolve(state: Team, event: TeamEvent | UnitsEvent) -> Team:
    match event:
        case TeamFormed():
            return msgspec.structs.replace(state, formed=event)
        case UnitFormed(unit=unit):
            return msgspec.structs.replace(state, units=state.units | {unit})
        case _:
            assert_never(event)


DECIDER: Final = Decider[FormTeam, Team, TeamEvent](
    commands=(FormTeam,),
    reads=kinds(TeamEvent, UnitsEvent),
    initial=Team(),
    decide=decide,
    evolve=evolve,
)
