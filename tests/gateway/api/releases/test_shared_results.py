"""What many subscribers select alike is executed once and written once, and each pays for it."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from gateway.context import Context
from gateway.http.strict_json import write_json
from gateway.limits.allowance import Allowance
from gateway.limits.shared_results import SharedData
from projections.views import releases
from rules.access.roles import Role
from tests.gateway.api.releases.subscribers import (
    ASK,
    code_of,
    name_of,
    received,
    releases_out,
    run,
    subscribed_to,
    waiting,
)
from tests.gateway.harness import SCHEMA
from tests.gateway.world import World
from tests.releases import ORGANISATION

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(world: World) -> World:
    return subscribed_to(world)


def test_all_who_select_the_same_get_what_was_executed_once_and_written_once(house: World) -> None:
    async def steps() -> list[Any]:
        async with waiting(house, 20) as messages:
            releases_out(house, 2)
            return [(await message).data for message in messages]

    found = run(steps())
    assert house.gateway.streams.results.executed == 1
    assert all(isinstance(data, SharedData) for data in found)
    first = found[0]
    assert all(data is first for data in found)
    texts = {id(data.written(write_json)) for data in found}
    assert len(texts) == 1


def test_where_each_began_makes_no_difference_but_selection_variables_and_role_do(house: World) -> None:
    releases_out(house, 2)

    async def steps() -> list[Any]:
        seen = [
            await received(house, 1, after=name_of(1)),
            await received(house, 1, after=f"{ORGANISATION}-1"),
        ]
        assert house.gateway.streams.results.executed == 1
        seen.append(await received(house, 1, after=name_of(1), children=True))
        assert house.gateway.streams.results.executed == 2
        await received(house, 1, after=name_of(1), role=Role.BOARD)
        assert house.gateway.streams.results.executed == 3
        return seen

    plain, again, with_children = run(steps())
    assert plain == again
    assert len(with_children[0]["cells"]) > len(plain[0]["cells"])


def test_who_leaves_while_it_is_executed_takes_nothing_from_the_others(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_go_on = asyncio.Event(), asyncio.Event()
    shown_of = releases.shown_of

    async def slow(connection: Any, epoch: int) -> list[releases.Shown]:
        begun.set()
        await may_go_on.wait()
        return await shown_of(connection, epoch)

    monkeypatch.setattr(releases, "shown_of", slow)

    async def steps() -> list[Any]:
        async with waiting(house, 3) as messages:
            releases_out(house, 2)
            await begun.wait()
            messages[0].cancel()
            may_go_on.set()
            return [(await message).data["capabilityReleased"]["epoch"] for message in messages[1:]]

    assert run(steps()) == [2, 2]
    assert house.gateway.streams.results.executed == 1


def test_a_result_with_an_error_is_made_again_for_the_next(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown_of, failures = releases.shown_of, [True]

    async def fails_once(connection: Any, epoch: int) -> list[releases.Shown]:
        if failures.pop() if failures else False:
            raise OSError("the database is away")
        return await shown_of(connection, epoch)

    monkeypatch.setattr(releases, "shown_of", fails_once)
    releases_out(house, 2)

    async def steps() -> list[str]:
        first = await code_of(house, after=name_of(1))
        second = await received(house, 1, after=name_of(1))
        return [first, second[0]["id"]]

    assert run(steps()) == ["INTERNAL", name_of(2)]


def test_each_subscriber_pays_what_it_would_have_cost_alone(house: World) -> None:
    charged: list[float] = []

    class Counted(Allowance):
        def charge_event(self, caller: str, cost: int) -> None:
            charged.append(cost)

    allowance = Counted(per_minute=1_000, burst=1_000, request_cost=500, now_s=lambda: 0.0)
    releases_out(house, 2)

    async def one() -> None:
        context = Context(house.gateway, allowance=allowance)
        token = f"Bearer {house.issuer.token('hr')}"
        await context.authenticate({"authorization": token, "ipp-role": "HR"})
        results = await SCHEMA.stream(ASK, variable_values={"after": name_of(1)}, context_value=context)
        async with aclosing(results):
            await anext(results)

    async def steps() -> None:
        await one()
        await one()

    run(steps())
    assert len(charged) == 2
    assert charged[0] == charged[1] > 300
