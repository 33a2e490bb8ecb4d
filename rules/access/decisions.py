"""Who may ask what, for services and gateway alike: the decisions of all areas. Without one, it is denied."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeVar

from rules.access import account, catalogue, employment, policy, portfolio, team, units
from rules.access.decision import Area, Decision, Relation
from rules.access.roles import Role

AREAS: Final = (
    account.AREA,
    portfolio.AREA,
    catalogue.AREA,
    policy.AREA,
    employment.AREA,
    units.AREA,
    team.AREA,
)
"""The areas of the domain, in the order in which the schema shows their mutations."""
T = TypeVar("T")


class UndecidedFieldError(Exception):
    """Nobody decided who may ask or get this field, so nobody may."""


def _all(part: Callable[[Area], Mapping[str, T]]) -> Mapping[str, T]:
    """Return one part of all areas together. Raises ValueError for a name that two areas decide on."""
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
    """Return the roles that may ask a root field. Raises UndecidedFieldError."""
    try:
        return ROOT_FIELDS[field]
    except KeyError:
        raise UndecidedFieldError(f"no area in rules/access has a decision on {field}") from None


def may_ask(field: str, role: Role, *, held: AbstractSet[Role]) -> bool:
    """Whether a request in `role`, by someone who holds `held`, may ask a root field."""
    allowed = ROOT_FIELDS.get(field, ())
    return Role.PUBLIC in allowed or (role in allowed and role in held)


def decision_on(kind: str, field: str) -> Decision:
    """Return who may get a field of a type. Raises UndecidedFieldError."""
    found = FIELDS.get(f"{kind}.{field}") or TYPES.get(kind)
    if found is None:
        raise UndecidedFieldError(f"no area in rules/access has a decision on {kind}.{field}")
    return found


def may_see(kind: str, field: str, *, role: Role, relation: Relation) -> bool:
    """Whether someone in this role and relation may get a field of a type; without a decision nobody may."""
    decision = FIELDS.get(f"{kind}.{field}") or TYPES.get(kind)
    return decision is not None and role in decision.roles and relation in decision.relations
