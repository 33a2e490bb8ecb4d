"""What a mutation's answer shows of an item is the same, read alone or out of the whole portfolio."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type

from events.catalog.portfolio.conversations import ConversationHeld, ConversationPlanned
from events.catalog.portfolio.energy import EnergySourceNoted, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, ReflectionWritten
from events.catalog.portfolio.goals import GoalProgressNoted, GoalSet
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.portfolio.sharing import ItemShared
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised
from events.catalog.registry import Event
from gateway.api.portfolio import reads
from gateway.api.selections import plain_fields
from projections.views import profile
from tests.events.examples import EXAMPLES
from tests.gateway.api.test_owners_payloads import accepted, payload_of, sent
from tests.gateway.harness import SCHEMA
from tests.gateway.world import World

pytestmark = pytest.mark.postgres
ITEMS: dict[str, tuple[str, tuple[type[Event], ...]]] = {
    "claimTalent": ("talent", (TalentClaimed, TalentRevised)),
    "noteEnergySource": ("energySource", (EnergySourceNoted,)),
    "namePassion": ("passion", (PassionNamed,)),
    "addEvidence": ("evidence", (EvidenceAdded,)),
    "writeReflection": ("reflection", (ReflectionWritten,)),
    "setGoal": ("goal", (GoalSet, GoalProgressNoted)),
    "planConversation": ("conversation", (ConversationPlanned, ConversationHeld)),
    "keepMirrorInsight": ("insight", (MirrorInsightKept,)),
    "shareItem": ("sharing", (ItemShared,)),
}
"""By mutation: the field of its payload that has the item, and the events that make one."""
Read = list[frozenset[str] | None]


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Read:
    """Which parts each read of a portfolio asked for; None for all."""
    read, asked = reads.read_portfolio, list[frozenset[str] | None]()

    async def noted(*arguments: Any, **named: Any) -> profile.Portfolio | None:
        asked.append(named.get("parts"))
        return await read(*arguments, **named)

    monkeypatch.setattr(reads, "read_portfolio", noted)
    return asked


def made(world: World, name: str) -> str:
    """Let all items of a portfolio happen; let the command be accepted that made the one of this mutation."""
    kinds = [kind for _, several in ITEMS.values() for kind in several]
    events = [next(event for event in EXAMPLES if type(event) is kind) for kind in kinds]
    world.happened(world.opened(), *events)
    item = next(event for event in events if type(event) is ITEMS[name][1][0])
    entity = str(getattr(item, item.__struct_fields__[0]))
    accepted(world, len(events) + 1, entity)
    return entity


def item_of(name: str) -> GraphQLObjectType:
    item = get_named_type(payload_of(name).fields[ITEMS[name][0]].type)
    assert isinstance(item, GraphQLObjectType)
    return item


def chosen(item: GraphQLObjectType, want: Callable[[str], bool]) -> list[str]:
    """Return these fields of a type, each with what can be asked of it without arguments."""
    return [_asked(name, get_named_type(field.type)) for name, field in item.fields.items() if want(name)]


def _asked(name: str, of: Any) -> str:
    return f"{name} {{ __typename }}" if isinstance(of, GraphQLObjectType) else name


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_read_alone_is_the_same_and_what_is_looked_up_is_looked_up_in_the_whole(
    world: World, parts: Read, name: str
) -> None:
    made(world, name)
    field, item = ITEMS[name][0], item_of(name)
    plain = plain_fields(SCHEMA.get_type_by_name(item.name).origin)  # type: ignore[union-attr]
    assert {"id"} < plain
    these = " ".join([*chosen(item, plain.__contains__), *nested(field)])
    fragment = f"fragment These on {item.name} {{ {these} }}"
    asked = f"{field} {{ ...These }}"
    alone = sent(world, name, f"note {{ nl }} {asked}", fragment)
    whole = sent(world, name, f"portfolio {{ version }} {asked}", fragment)
    assert alone[field] == whole[field] is not None
    assert [each is None for each in parts] == [False, True]
    for looked_up in chosen(item, lambda each: each not in plain):
        assert sent(world, name, f"mine: {field} {{ id {looked_up} }}")["mine"] is not None
    assert set(parts[2:]) <= {None}


def nested(field: str) -> list[str]:
    return {"talent": ["name { nl en }"], "conversation": ["agreements { id text }"]}.get(field, [])


def test_an_item_that_is_gone_is_null(world: World, parts: Read) -> None:
    made(world, "namePassion")
    accepted(world, 9, "f" * 32)
    assert sent(world, "namePassion", "passion { id }")["passion"] is None
    assert None not in parts
