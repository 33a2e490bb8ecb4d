"""What may happen to the organisation's tree of units and to its roles: a decider for each stream."""

from typing import Final, assert_never

import msgspec

from events.catalog.policy import OrganisationFounded, PolicyEvent, RoleGranted
from events.catalog.units import UnitFormed, UnitsEvent
from rules.access import Role, conflicting
from services.deciding import Decider, Ids, Refusal, RejectedError, kinds, reject_if
from services.organisation.commands import FormUnit, GrantRole
from services.wording import one_line


class Units(msgspec.Struct, frozen=True, kw_only=True):
    formed: dict[str, UnitFormed] = {}


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Roles by who holds them."""

    founded: bool = False
    roles: dict[str, frozenset[Role]] = {}


def decide_units(command: FormUnit, state: Units, ids: Ids) -> tuple[UnitsEvent, ...]:
    """Return what the command makes happen. Raises RejectedError."""
    formed = UnitFormed(unit=command.unit(ids), name=one_line(command.name), parent=command.parent(ids))
    there = state.formed.get(formed.unit)
    if formed == there:
        nl, en = "Deze eenheid is er al.", "This unit is there already."
        raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
    refusals = []
    if there is not None:
        nl = "Er is al een eenheid met deze sleutel, met een andere naam of op een andere plek."
        en = "There is a unit with this key already, by another name or in another place."
        refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en, field=("unitKey",)))
    if formed.parent is not None and formed.parent not in state.formed:
        nl, en = "Er is geen eenheid met deze sleutel.", "There is no unit with this key."
        refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("parentKey",)))
    reject_if(refusals)
    return (formed,)


def evolve_units(state: Units, event: UnitsEvent) -> Units:
    match event:
        case UnitFormed(unit=unit):
            return Units(formed={**state.formed, unit: event})
        case _:
            assert_never(event)


def decide_policy(command: GrantRole, state: Policy, ids: Ids) -> tuple[PolicyEvent, ...]:
    """Return what the command makes happen. Raises RejectedError."""
    if ids.person is None:
        nl, en = "Deze persoon is hier niet bekend.", "This person is not known here."
        raise RejectedError(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("subject",)))
    held = state.roles.get(ids.person, frozenset())
    if command.role in held:
        nl, en = "Deze persoon heeft deze rol al.", "This person holds this role already."
        raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
    if conflicting(command.role, held=held):
        nl = "Auditor en functionaris gegevensbescherming mogen niet in één hand liggen."
        en = "Auditor and privacy officer may not be in one hand."
        raise RejectedError(Refusal(code="ROLES_CONFLICT", nl=nl, en=en, field=("role",)))
    return (RoleGranted(grant=ids.new, person=ids.person, role=command.role.name),)


def evolve_policy(state: Policy, event: PolicyEvent) -> Policy:
    match event:
        case OrganisationFounded():
            return msgspec.structs.replace(state, founded=True)
        case RoleGranted(person=person, role=role):
            # A role of a newer program is held by nobody here.
            roles = frozenset({Role[role]}) if role in Role.__members__ else frozenset[Role]()
            held = state.roles.get(person, frozenset()) | roles
            return msgspec.structs.replace(state, roles={**state.roles, person: held})
        case _:
            assert_never(event)


UNITS: Final = Decider[FormUnit, Units, UnitsEvent](
    commands=(FormUnit,),
    reads=kinds(UnitsEvent),
    initial=Units(),
    decide=decide_units,
    evolve=evolve_units,
)
POLICY: Final = Decider[GrantRole, Policy, PolicyEvent](
    commands=(GrantRole,),
    reads=kinds(PolicyEvent),
    initial=Policy(),
    decide=decide_policy,
    evolve=evolve_policy,
)
