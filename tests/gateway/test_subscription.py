"""`portfolioChanged` tells each change once, in order, from where a client left off, while it may be told."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest

from gateway.context import Context
from gateway.positions import Place
from projections.views import profile
from rules.access import Role
from tests.gateway.house import NOW, PEOPLE, SCHEMA, House

ASK = (
    "subscription ($after: Position) { portfolioChanged(after: $after) { position version facts { fact } } }"
)
GENERATION = "f" * 32


def change(ordinal: int) -> profile.Change:
    return profile.Change(
        partition=4, ordinal=ordinal, version=ordinal - 10, fact="TalentRevised", item=None, at=NOW
    )


async def watching(house: House, after: str | None = None, name: str = "owner") -> AsyncGenerator[Any]:
    context = Context(house.gateway)
    await context.authenticate({"authorization": f"Bearer {house.issuer.token(name)}"})
    results = await SCHEMA.stream(ASK, variable_values={"after": after}, context_value=context)
    async for result in results:
        yield result


def place(house: House, ordinal: int, generation: str = GENERATION) -> str:
    return house.positions.write(Place(generation=generation, partition=4, ordinal=ordinal))


async def told(house: House, count: int, after: str | None = None) -> list[int]:
    stream = watching(house, after)
    seen = [(await anext(stream)).data["portfolioChanged"]["version"] for _ in range(count)]
    await stream.aclose()
    return seen


def test_what_comes_after_a_position_is_told_once_and_in_order(house: House) -> None:
    house.reads.changes = [change(ordinal) for ordinal in (11, 12, 15, 16)]
    assert asyncio.run(told(house, 3, after=place(house, 11))) == [2, 5, 6]


def test_without_a_position_only_what_is_new_is_told(house: House) -> None:
    async def run() -> list[int]:
        house.reads.changes = [change(11), change(12)]
        waiting = asyncio.create_task(told(house, 1))
        await asyncio.sleep(0.1)
        house.reads.changes.append(change(13))
        return await waiting

    assert asyncio.run(run()) == [3]


def test_the_position_of_each_change_is_where_to_go_on_from(house: House) -> None:
    house.reads.changes = [change(11), change(12)]

    async def run() -> str:
        stream = watching(house, place(house, 0))
        first = (await anext(stream)).data["portfolioChanged"]
        await stream.aclose()
        return str(first["position"])

    assert asyncio.run(told(house, 1, after=asyncio.run(run()))) == [2]


def test_it_ends_when_the_token_expires(house: House) -> None:
    async def run() -> list[Any]:
        stream = watching(house, place(house, 0))
        await anext(stream)
        house.clock.advance(timedelta(days=1))
        return [result async for result in stream]

    house.reads.changes = [change(11)]
    assert asyncio.run(run()) == []


def test_it_ends_when_the_role_is_no_longer_held(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(_: str) -> frozenset[Role]:
        return frozenset()

    async def run() -> list[Any]:
        stream = watching(house, place(house, 0))
        await anext(stream)
        monkeypatch.setattr(house.reads, "roles_of", nobody)
        house.reads.changes.append(change(12))
        return [result async for result in stream]

    house.reads.changes = [change(11)]
    (last,) = asyncio.run(run())
    assert last.errors[0].extensions["code"] == "FORBIDDEN"


def test_a_position_of_a_log_that_was_replaced_is_gone(house: House) -> None:
    async def run() -> Any:
        return await anext(watching(house, place(house, 1, generation="0" * 32)))

    assert asyncio.run(run()).errors[0].extensions["code"] == "POSITION_GONE"


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "owner"])
def test_who_keeps_no_portfolio_is_told_nothing(house: House, name: str) -> None:
    async def run() -> Any:
        return await anext(watching(house, name=name))

    assert asyncio.run(run()).errors[0].extensions["code"] == "FORBIDDEN"
