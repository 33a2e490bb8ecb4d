"""The payload of each mutation of the own portfolio: what a cache needs, and what its owner should know."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)

from events.catalog.portfolio.energy import PassionLetGo, PassionNamed
from rules.access import portfolio
from rules.commands import CommandResult, LogPosition, Refusal
from tests.gateway.harness import SCHEMA
from tests.gateway.world import World, claimed

COMMAND = "9a2c2f0e-5f0a-4b53-9d0d-3c1b6e0a7d11"
OF_ANOTHER = {"confirmAgreement"}
"""The portfolio is not the caller's: nothing of it is shown but the agreement."""
MUTATION = SCHEMA._schema.mutation_type
ITS_OWNERS = sorted(
    name
    for name in portfolio.AREA.root_fields
    if MUTATION and name in MUTATION.fields and name not in OF_ANOTHER
)
PLACE = LogPosition(generation="f" * 32, partition=0, ordinal=0)
SAMPLES: Mapping[str, Any] = {
    "UUID": COMMAND,
    "ID": "1" * 32,
    "Date": "2026-12-01",
    "Int": 1,
    "Boolean": True,
    "String": "x",
    "URL": "https://a.example",
}


def sample(kind: GraphQLInputType) -> Any:
    """Return a value that the schema takes: all that has to be there, and the first field of a choice."""
    if isinstance(kind, GraphQLNonNull):
        return sample(kind.of_type)
    if isinstance(kind, GraphQLList):
        return [sample(kind.of_type)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        needed = {name: field.type for name, field in kind.fields.items() if _needed(field.type)}
        first = next((name, field.type) for name, field in kind.fields.items())
        return {name: sample(of) for name, of in (needed or dict([first])).items()}
    return SAMPLES[get_named_type(kind).name]


def _needed(kind: GraphQLInputType) -> bool:
    return isinstance(kind, GraphQLNonNull)


def payload_of(name: str) -> GraphQLObjectType:
    assert MUTATION is not None
    payload = get_named_type(MUTATION.fields[name].type)
    assert isinstance(payload, GraphQLObjectType)
    return payload


def sent(world: World, name: str, selection: str, fragment: str = "", **given: Any) -> Any:
    assert MUTATION is not None
    kind = MUTATION.fields[name].args["input"].type
    shown = f"command {{ outcome version }} {selection}"
    document = f"mutation ($input: {kind}) {{ {name}(input: $input) {{ {shown} }} }} {fragment}"
    answer = asyncio.run(world.ask(document, input=sample(kind) | given))
    assert "errors" not in answer, answer
    return answer["data"][name]


def accepted(world: World, version: int, entity: str | None = None) -> None:
    world.bus.answer = CommandResult(
        command_id=COMMAND, outcome="ACCEPTED", position=PLACE, version=version, entity_id=entity
    )


@pytest.mark.postgres
@pytest.mark.parametrize("name", ITS_OWNERS)
def test_each_answer_has_the_portfolio_with_its_new_version(world: World, name: str) -> None:
    world.happened(world.opened(), claimed())
    accepted(world, 2)
    mine = world.mine("id version")
    payload = sent(world, name, "portfolio { id version timeline(first: 1) { edges { node { version } } } }")
    assert payload["portfolio"]["version"] == payload["command"]["version"] == mine["version"] == 2
    assert payload["portfolio"]["id"] == mine["id"], "so that a cache finds it"
    assert payload["portfolio"]["timeline"]["edges"] == [{"node": {"version": 2}}]


@pytest.mark.postgres
def test_the_version_is_there_too_when_the_thing_is_gone(world: World) -> None:
    stream = world.opened()
    world.happened(stream, PassionNamed(passion="3" * 32, text="Muziek"), PassionLetGo(passion="3" * 32))
    accepted(world, 3, "3" * 32)
    payload = sent(world, "letGoOfPassion", "passion { id } portfolio { version }")
    assert (payload["passion"], payload["portfolio"]) == (None, {"version": 3})


@pytest.mark.postgres
@pytest.mark.parametrize("name", ITS_OWNERS)
def test_a_refused_or_unsettled_change_shows_no_portfolio_and_no_note(world: World, name: str) -> None:
    world.opened()
    busy = (Refusal(code="TOO_BUSY", nl="Druk.", en="Busy."),)
    for result in (
        CommandResult(command_id=COMMAND, outcome="REFUSED", refusals=busy),
        CommandResult(command_id=COMMAND, outcome="UNSETTLED"),
    ):
        world.bus.answer = result
        payload = sent(world, name, "note { nl } portfolio { version }")
        assert (payload["note"], payload["portfolio"]) == (None, None)


def test_all_mutations_of_a_portfolio_are_meant() -> None:
    assert len(ITS_OWNERS) >= 29
    assert {name for name in OF_ANOTHER if "portfolio" in payload_of(name).fields} == set()


@pytest.mark.postgres
def test_closing_says_that_it_is_for_good_and_nothing_else_does(world: World) -> None:
    world.opened()
    accepted(world, 1)
    note = sent(world, "closePortfolio", "note { nl en }", forGood=True)["note"]
    assert "voorgoed" in note["nl"]
    assert "for good" in note["en"]
    assert world.bus.requests[-1][0].input == {"forGood": True}
    assert sent(world, "pausePortfolio", "note { nl }")["note"] is None
