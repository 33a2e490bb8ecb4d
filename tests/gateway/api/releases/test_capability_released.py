"""`capabilityReleased` sends each release once and in order; what all get is made once."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from events.catalog.policy import OrganisationFounded, RoleGranted
from gateway.context import Context
from gateway.http.strict_json import write_json
from gateway.limits.allowance import Allowance
from gateway.limits.shared_results import SharedData
from projections.views import releases
from rules.access.roles import Role
from tests.gateway.api.releases.subscribing import (
    ASK,
    code_of,
    filled,
    name_of,
    received,
    releases_out,
    run,
    waiting,
)
from tests.gateway.harness import PEOPLE, SCHEMA
from tests.gateway.world import World
from tests.releases import ORGANISATION

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(world: World) -> World:
    return filled(world)


def test_those_after_one_that_was_seen_come_once_and_in_order_held_ones_too(house: World) -> None:
    releases_out(house, 2, 3)
    releases_out(house, 4, keeps=True)
    found = run(received(house, 3, after=name_of(1)))
    assert [(each["id"], each["held"]) for each in found] == [
        (name_of(2), False),
        (name_of(3), False),
        (name_of(4), True),
    ]
    assert found[0]["cells"]
    assert found[2]["cells"] == []


def test_without_a_last_one_only_new_releases_come(house: World) -> None:
    async def steps() -> Any:
        async with waiting(house, 1) as (first,):
            releases_out(house, 2)
            return (await first).data["capabilityReleased"]["epoch"]

    assert run(steps()) == 2


def test_before_the_first_release_it_waits_for_that(world: World) -> None:
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"))
    world.happened(f"policy-{ORGANISATION}", RoleGranted(grant="0" * 32, person=PEOPLE["hr"], role="HR"))

    async def steps() -> Any:
        async with waiting(world, 1) as (first,):
            releases_out(world, 1)
            return (await first).data["capabilityReleased"]["epoch"]

    assert run(steps()) == 1


def test_many_that_were_missed_come_without_a_signal_for_each(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(releases, "RELEASES_AFTER_MAX", 2)
    everything_after = releases.after

    async def two(connection: Any, epoch: int) -> list[releases.Release]:
        return (await everything_after(connection, epoch))[:2]

    monkeypatch.setattr(releases, "after", two)
    monkeypatch.setattr(house.gateway.freshness, "_listening", True)
    releases_out(house, 2, 3, 4, 5, 6)
    found = run(received(house, 5, after=name_of(1)))
    assert [each["epoch"] for each in found] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("after", "code"),
    [
        ("CapabilityRelease:1", "BAD_REQUEST"),
        ("x" * 5_000, "BAD_REQUEST"),
        (f"{ORGANISATION}-0", "BAD_REQUEST"),
        (f"CapabilityRelease:{'e' * 32}-1", "POSITION_GONE"),
        (f"CapabilityRelease:{ORGANISATION}-2", "POSITION_GONE"),
    ],
)
def test_a_last_one_that_is_no_release_of_this_log_is_refused(house: World, after: str, code: str) -> None:
    assert run(code_of(house, after=after)) == code


def test_the_auditor_who_recomputes_releases_is_not_told_of_them(house: World) -> None:
    assert run(code_of(house, role=Role.AUDITOR)) == "FORBIDDEN"


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
