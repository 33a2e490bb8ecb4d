"""Subscribers of releases, who listen to a gateway in this process."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

from events.catalog.policy import OrganisationFounded, RoleGranted
from gateway.context import Context
from gateway.limits.subscriptions import OpenSubscriptions
from projections.views import releases
from rules.access.roles import Role
from tests.gateway.harness import PEOPLE, SCHEMA
from tests.gateway.world import World
from tests.releases import ORGANISATION, cut_off, held, published, tree

T = TypeVar("T")
STREAM = f"release-{ORGANISATION}"
ASK = """subscription ($after: ID, $children: Boolean = false) { capabilityReleased(after: $after) {
    id epoch held cells(children: $children) { unit { name } holders { from to } } } }"""
WAIT_S_MAX = 20.0
GRANTS = {Role.HR: "0" * 32, Role.BOARD: "1" * 32, Role.AUDITOR: "2" * 32}


def subscribed_to(world: World) -> World:
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
