"""Which values are kept with a portfolio, and that each depends on its object alone."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    execute_sync,
    get_named_type,
    is_leaf_type,
    parse,
)
from graphql.execution.collect_fields import FieldDetails

from events.catalog.policy import RoleGranted
from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved
from events.catalog.portfolio.goals import GoalSet
from events.catalog.portfolio.sharing import ItemShared
from gateway.execution.kept import BYTES_OF_ONE, KEPT, KeptValue, KeptValues, is_alone, kept_by, kept_fields
from gateway.execution.plans import Plans
from gateway.execution.slots import Slot
from gateway.limits.sharing import SharingExecutor
from gateway.limits.spending import Spending, opened
from rules.access.roles import Role
from rules.kinds import EnergySourceKind, HoursBand, ItemKind
from tests.gateway.execution.test_same_answers import Both
from tests.gateway.harness import NOW, SCHEMA
from tests.gateway.world import COLLEAGUE, ORGANISATION, OWNER, TOMORROW, World, claimed

GATEWAY = SCHEMA._schema
NEVER_KEPT = {
    "Agreement.owner",
    "Conversation.with",
    "Portfolio.insightNotice",
    "Portfolio.timeline",
    "TalentClaim.term",
    "Sharing.people",
    "Sharing.team",
    "Goal.offeredTo",
}
"""Of a portfolio and what is in it; a new field that takes `info` or waits belongs here, or has KEPT_BY."""


def alone(kind: GraphQLObjectType, name: str, field: GraphQLField) -> bool:
    """Whether the object of a field alone decides its value, whatever is selected below."""
    node = FieldNode(name=parse(f"{{ {name} }}").definitions[0].selection_set.selections[0].name)  # type: ignore[attr-defined]
    slot = Slot(kind, name, [FieldDetails(node, None)], field, field.type)
    below: Any = SimpleNamespace(grouped_field_set={})
    by_key = kind.name == "Portfolio" and kept_by(slot) is not None
    return is_alone(slot, GATEWAY, lambda *_: below, by_key=by_key)


def all_of(kind: GraphQLObjectType, never: set[str]) -> Iterator[str]:
    """Yield the text that selects all that is kept of a type; what is not is added to `never`."""
    for name, field in kind.fields.items():
        if not alone(kind, name, field):
            never.add(f"{kind.name}.{name}")
            continue
        below = get_named_type(field.type)
        yield name if is_leaf_type(below) else f"{name} {{ {' '.join(all_of(below, never))} }}"


@pytest.fixture
def both(world: World, monkeypatch: pytest.MonkeyPatch) -> Both:
    mine = world.opened()
    world.happened(f"policy-{ORGANISATION}", RoleGranted(grant="1" * 32, person=OWNER, role="AUDITOR"))
    world.happened(mine, claimed(), GoalSet(goal="2" * 32, text="Elke week lezen"))
    for source, at in (("e" * 32, NOW - timedelta(days=40)), ("f" * 32, NOW - timedelta(days=9))):
        noted = {"kind": EnergySourceKind.GIVER, "hours_per_week": HoursBand.UP_TO_2, "talents": ()}
        world.happened(mine, EnergySourceNoted(source=source, activity="Huisbezoek", **noted), at=at)  # type: ignore[arg-type]
    world.happened(mine, EnergySourceRemoved(source="e" * 32), at=NOW - timedelta(days=2))
    to = {"kind": ItemKind.TALENT, "audience": "people", "until": TOMORROW, "people": (COLLEAGUE,)}
    world.happened(mine, ItemShared(item="1" * 32, sharing="3" * 32, **to))  # type: ignore[arg-type]
    return Both(world, monkeypatch)


def test_these_fields_are_kept_and_no_others() -> None:
    kinds = [kind for kind in GATEWAY.type_map.values() if isinstance(kind, GraphQLObjectType)]
    assert [kind.name for kind in kinds if kept_fields(kind)] == ["Portfolio"]
    never = set[str]()
    assert list(all_of(GATEWAY.type_map["Portfolio"], never))  # type: ignore[arg-type]
    assert never == NEVER_KEPT


@pytest.mark.postgres
def test_a_kept_value_is_what_would_be_made_now_whenever_and_in_whatever_role_it_is_asked(both: Both) -> None:
    everything = " ".join(all_of(GATEWAY.type_map["Portfolio"], set()))  # type: ignore[arg-type]
    document = f"""query ($aside: Boolean!, $months: Int!) {{ me {{ portfolio {{ {everything}
        year: energyBalance(months: 12) {{ month giverHoursPerWeek }}
        some: energyBalance(months: $months) {{ month giverHoursPerWeek }}
        aside: talents(withSetAside: true) {{ id }} some2: talents(withSetAside: $aside) {{ id }} }} }} }}"""
    shown = []
    for step in range(6):
        found = both.ask(document, Role.PROFESSIONAL, aside=step % 2 == 0, months=1 + step)
        shown.append(found["data"]["me"]["portfolio"])
        assert both.ask(document, Role.AUDITOR, aside=True, months=2)["errors"], "never shown to others"
        both.world.clock.advance(timedelta(days=2))
    kept = both.world.gateway.portfolios.pictures.get(OWNER)
    assert kept is not None
    assert len(kept.shown({}).kept) > 0
    assert [len(one["some"]) for one in shown] == [1, 2, 3, 4, 5, 6]
    assert shown[0]["year"] != shown[-1]["year"], "another month"


@strawberry.type
class Thing:
    name: str


@strawberry.type
class Kept:
    calls: strawberry.Private[list[str]]
    kept_values: strawberry.Private[KeptValues | None] = None

    @strawberry.field
    def thing(self) -> Thing | None:
        self.calls.append("thing")
        if len(self.calls) == 1:
            raise ValueError("the first time")
        return Thing(name="it")


def test_a_value_with_an_error_is_not_kept_and_a_kept_one_costs_the_same_and_fails_the_same() -> None:
    class Tested(SharingExecutor):
        plans = Plans(uses_before=0)

    kept = Kept(calls=[], kept_values=KeptValues(10_000))
    assert hasattr(Kept, KEPT)

    @strawberry.type
    class Query:
        @strawberry.field
        def kept(self) -> Kept:
            return kept

    schema, document = strawberry.Schema(Query)._schema, parse("{ kept { thing { name } } }")

    def ask(answer_bytes_max: int = 1_000) -> tuple[Any, int, int, int]:
        with opened(Spending(cost_max=100, answer_bytes_max=answer_bytes_max)) as spending:
            found = execute_sync(schema, document, executor_class=Tested)
        return found.data, len(found.errors or ()), spending.cost, spending.answer_bytes

    data, errors, *_ = ask()
    assert (data, errors, len(kept.kept_values or ())) == ({"kept": {"thing": None}}, 1, 0)
    made = ask()
    assert made[:2] == ({"kept": {"thing": {"name": "it"}}}, 0)
    assert ask() == made
    assert kept.calls == ["thing", "thing"]
    assert ask(made[3]) == made
    assert ask(made[3] - 1)[1] == 1
    assert kept.calls == ["thing"] * 3, "what is too much is executed"


def test_kept_values_are_bounded_and_the_oldest_leaves() -> None:
    values = KeptValues(10 * BYTES_OF_ONE)
    for number in range(20):
        values.keep(number, KeptValue(None, 1, 0))
    assert (len(values), values.bytes) == (10, 10 * BYTES_OF_ONE)
    values.keep("large", KeptValue("x", 1, 5 * BYTES_OF_ONE))
    values.keep("larger than all", KeptValue("x", 1, 10 * BYTES_OF_ONE))
    assert values.get(19)
    assert values.get("large")
    assert values.get("larger than all") is values.get(0) is None
    assert (len(values), values.bytes) == (5, 10 * BYTES_OF_ONE)
