"""`capabilityReleased` sends each release once, in order while the right lasts; what all get is made once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from events.catalog.policy import OrganisationFounded, RoleGranted, RoleWithdrawn
from gateway.api import subscribing
from projections.views import releases
from rules.access.roles import Role
from tests.gateway.api.releases.subscribers import (
    GRANTS,
    code_of,
    name_of,
    received,
    releases_out,
    run,
    subscribed_to,
    subscriber,
    until,
    waiting,
)
from tests.gateway.harness import PEOPLE
from tests.gateway.world import World
from tests.releases import ORGANISATION

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(world: World) -> World:
    return subscribed_to(world)


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


def test_a_role_withdrawn_meanwhile_ends_it_before_the_next_message_though_others_get_it(
    house: World,
) -> None:
    async def steps() -> tuple[Any, Any]:
        async with (
            waiting(house, 1, role=Role.HR) as (hr,),
            waiting(house, 1, role=Role.BOARD) as (board,),
        ):
            house.happened(f"policy-{ORGANISATION}", RoleWithdrawn(grant=GRANTS[Role.HR]))
            releases_out(house, 2)
            return await hr, await board

    hr, board = run(steps())
    assert hr.data is None
    assert hr.errors[0].extensions["code"] == "FORBIDDEN"
    assert board.data["capabilityReleased"]["epoch"] == 2


def test_one_that_is_silent_ends_when_the_role_is_withdrawn_and_says_so_in_one_line(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribing, "ACCESS_CHECK_S", 0.2)
    monkeypatch.setattr(house.gateway.freshness, "_listening", True)

    async def steps() -> list[Any]:
        stream = subscriber(house)
        first = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.3)
        house.happened(f"policy-{ORGANISATION}", RoleWithdrawn(grant=GRANTS[Role.HR]))
        return [await first, *[result async for result in stream]]

    with capture_logs() as logs:
        (last,) = run(steps())
    assert last.errors[0].extensions["code"] == "FORBIDDEN"
    assert [line for line in logs if line["event"] == "subscription.ended"] == [
        {
            "event": "subscription.ended",
            "log_level": "info",
            "field": "capabilityReleased",
            "why": "FORBIDDEN",
        }
    ]


def test_one_that_is_silent_ends_when_its_token_expires_and_says_so_in_one_line(house: World) -> None:
    async def steps() -> list[Any]:
        stream = subscriber(house)
        first = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.3)
        house.clock.advance(timedelta(days=1))
        with pytest.raises(StopAsyncIteration):
            await first
        return [result async for result in stream]

    with capture_logs() as logs:
        assert run(steps()) == []
    ended = [line["why"] for line in logs if line["event"] == "subscription.ended"]
    assert ended == ["the token expired"]


def test_one_whose_client_left_says_so_in_one_line_and_leaves_no_task(house: World) -> None:
    async def steps() -> tuple[int, int]:
        before = len(asyncio.all_tasks())
        async with waiting(house, 5):
            pass
        await until(lambda: len(asyncio.all_tasks()) <= before)  # a read in progress ends by itself
        return before, len(asyncio.all_tasks())

    with capture_logs() as logs:
        before, after = run(steps())
    assert after == before
    ended = [line["why"] for line in logs if line["event"] == "subscription.ended"]
    assert ended == ["the client left"] * 5
    assert not house.gateway.freshness._waiting
