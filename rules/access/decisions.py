"""The access decisions of all areas, for services and gateway. What has no decision is denied."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeVar

from rules.access import (
    account,
    audit,
    catalogue,
    employment,
    lenses,
    policy,
    portfolio,
    releases,
    rollout,
    rounds,
    team,
    units,
)
from rules.access.decision import Area, Decision, Relation
from rules.access.roles import Role

AREAS: Final = (
    account.AREA,
    portfolio.AREA,
    rounds.AREA,
    lenses.AREA,
    catalogue.AREA,
    policy.AREA,
    employment.AREA,
    units.AREA,
    team.AREA,
    rollout.AREA,
    releases.AREA,
    audit.AREA,
)
"""The areas of the domain, in the order in which the schema shows their mutations."""
T = TypeVar("T")


class UndecidedFieldError(Exception):
    """There is no access decision on this field, so it is denied."""


def _all(part: Callable[[Area], Mapping[str, T]]) -> Mapping[str, T]:
    """Return this part of all areas in one mapping. Raises ValueError if two areas have the same name."""
    pairs = [pair for area in AREAS for pair in part(area).items()]
    together = dict(pairs)
    if len(together) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"decided twice: {sorted({name for name in names if names.count(name) > 1})}")
    return together


ROOT_FIELDS: Final = _all(lambda area: area.root_fields)
TYPES: Final = _all(lambda area: area.types)
FIELDS: Final = _all(lambda area: area.fields)


def roles_for(field: str) -> tuple[Role, ...]:
    """Return the roles that may use a root field. Raises UndecidedFieldError."""
    try:
        return ROOT_FIELDS[field]
    except KeyError:
        raise UndecidedFieldError(f"no area in rules/access has a decision on {field}") from None


def may_ask(field: str, role: Role, *, held: AbstractSet[Role]) -> bool:
    """Whether a caller in `role`, who holds the roles `held`, may use a root field."""
    allowed = ROOT_FIELDS.get(field, ())
    return Role.PUBLIC in allowed or (role in allowed and role in held)


def decision_on(kind: str, field: str) -> Decision:
    """Return the decision on a field of a type. Raises UndecidedFieldError."""
    found = FIELDS.get(f"{kind}.{field}") or TYPES.get(kind)
    if found is None:
        raise UndecidedFieldError(f"no area in rules/access has a decision on {kind}.{field}")
    return found


def may_see(kind: str, field: str, *, role: Role, relation: Relation) -> bool:
    """Whether a caller in this role and relation may read a field; without a decision, nobody may."""
    decision = FIELDS.get(f"{kind}.{field}") or TYPES.get(kind)
    return decision is not None and role in decision.roles and relation in decision.relations
