"""`capabilityReleased` sends each release once, in order while the right lasts; what all get is made once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

from events.catalog.policy import OrganisationFounded, RoleGranted, RoleWithdrawn
from gateway.api import subscribing
from gateway.context import Context
from gateway.http.strict_json import write_json
from gateway.limits.allowance import Allowance
from gateway.limits.shared_results import SharedData
from gateway.limits.subscriptions import OpenSubscriptions
from projections.views import releases
from rules.access.roles import Role
from tests.gateway.harness import PEOPLE, SCHEMA
from tests.gateway.world import World
from tests.releases import ORGANISATION, cut_off, held, published, tree

pytestmark = pytest.mark.postgres
T = TypeVar("T")
STREAM = f"release-{ORGANISATION}"
ASK = """subscription ($after: ID, $children: Boolean = false) { capabilityReleased(after: $after) {
    id epoch held cells(children: $children) { unit { name } holders { from to } } } }"""
WAIT_S_MAX = 20.0
GRANTS = {Role.HR: "0" * 32, Role.BOARD: "1" * 32, Role.AUDITOR: "2" * 32}


@pytest.fixture
def house(world: World) -> World:
    """An organisation with somebody of HR and board, a tree, and one release that is out."""
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"))
    for role, grant in GRANTS.items():
        granted = RoleGranted(grant=grant, person=PEOPLE["hr"], role=role.name)
        world.happened(f"policy-{ORGANISATION}", granted)
    for stream, event in tree():
        world.happened(stream, event)
    releases_out(world, 1)
    many = OpenSubscriptions(per_person_max=100, in_process_max=100)
    object.__setattr__(world.gateway, "subscriptions", many)
    return world


def releases_out(world: World, *epochs: int, keeps: bool = False) -> None:
    """Let releases be published, or held, and every subscription hear of it."""
    for epoch in epochs:
        world.happened(STREAM, cut_off(epoch))
        world.happened(STREAM, *(held(epoch) if keeps else published(epoch)))
    world.gateway.freshness.notify(releases.VIEW.name, "0")


def name_of(epoch: int) -> str:
    return f"CapabilityRelease:{ORGANISATION}-{epoch}"


async def subscriber(
    world: World, document: str = ASK, *, role: Role = Role.HR, **variables: Any
) -> AsyncGenerator[Any]:
    context = Context(world.gateway)
    token = f"Bearer {world.issuer.token('hr')}"
    await context.authenticate({"authorization": token, "ipp-role": role.name})
    results = await SCHEMA.stream(document, variable_values=variables, context_value=context)
    async with aclosing(results):
        async for result in results:
            yield result


def listening(world: World) -> int:
    return sum(map(len, world.gateway.freshness._waiting.values()))


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - what is looked at tells nobody when it changes
        await asyncio.sleep(0.02)


@asynccontextmanager
async def waiting(
    world: World, count: int, document: str = ASK, **how: Any
) -> AsyncIterator[list["asyncio.Task[Any]"]]:
    """Give the first message of so many subscribers, who all listen already."""
    streams = [subscriber(world, document, **how) for _ in range(count)]
    before = listening(world)
    tasks = [asyncio.create_task(anext(stream)) for stream in streams]
    await until(lambda: listening(world) == before + count)
    yield tasks
    for stream, task in zip(streams, tasks, strict=True):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await stream.aclose()


def run(steps: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(steps, WAIT_S_MAX))


async def received(world: World, count: int, **how: Any) -> list[dict[str, Any]]:
    async with aclosing(subscriber(world, **how)) as stream:
        found = []
        for _ in range(count):
            result = await anext(stream)
            assert not result.errors, result.errors
            found.append(result.data["capabilityReleased"])
        return found


async def code_of(world: World, **how: Any) -> str:
    async with aclosing(subscriber(world, **how)) as stream:
        result = await anext(stream)
        return str(result.errors[0].extensions["code"])


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
