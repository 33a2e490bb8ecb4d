"""Callers who ask the same document at the same time get each their own answer, also while some leave."""

import asyncio
import random
from itertools import product
from typing import Any

import pytest

from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from rules.kinds import ItemKind, Language
from tests.gateway.both_ways import asked_once
from tests.gateway.world import COLLEAGUE, OWNER, World, claimed, day_after

pytestmark = pytest.mark.postgres
TALENT, SHARING = "2" * 32, "3" * 32
BURSTS, AT_ONCE = 12, 16
DOCUMENT = """
query ($talents: Boolean!, $shared: Boolean!, $first: Int!) {
  me {
    id @skip(if: $shared)
    portfolio @include(if: $talents) { talents { name { nl } } }
    sharedWithMe(first: $first) @include(if: $shared) { edges { node { title { nl } } } }
  }
}
"""
CALLERS = (("owner", None), ("colleague", None), ("owner", "HR"), (None, None))
OWN = {"owner": (OWNER, "Luisteren"), "colleague": (COLLEAGUE, "Rekenen")}
Asked = tuple[tuple[str | None, str | None], tuple[bool, bool], int]


@pytest.fixture
def both(world: World) -> World:
    """A world of two with a portfolio, of whom the colleague opened a talent to the owner."""
    world.happened(world.opened(), claimed("1" * 32, "Luisteren"))
    world.happened(
        f"portfolio-{COLLEAGUE}",
        PortfolioOpened(language=Language.NL),
        claimed(TALENT, "Rekenen"),
        ItemShared(
            sharing=SHARING,
            item=TALENT,
            kind=ItemKind.TALENT,
            audience="people",
            people=(OWNER,),
            until=day_after(9),
        ),
    )
    return world


def expected(asked: Asked) -> Any:
    (name, role), (talents, shared), first = asked
    if name is None or role == "HR":
        return None
    person, talent = OWN[name]
    me: dict[str, Any] = {} if shared else {"id": f"Me:{person}"}
    if talents:
        me["portfolio"] = {"talents": [{"name": {"nl": talent}}]}
    if shared:
        seen = ["Rekenen"][:first] if name == "owner" else []
        me["sharedWithMe"] = {"edges": [{"node": {"title": {"nl": title}}} for title in seen]}
    return {"me": me}


async def asked(world: World, one: Asked) -> Any:
    (name, role), (talents, shared), first = one
    flags = {"talents": talents, "shared": shared, "first": first}
    answer = await world.ask(DOCUMENT, name=name, role=role, **flags)
    return None if answer.get("errors") else answer["data"]


def test_nobody_gets_the_answer_of_another(both: World) -> None:
    chance = random.Random(7)  # noqa: S311 - an order of requests, no secret
    kinds = list(product(CALLERS, product((False, True), (False, True)), (1, 5)))

    async def steps() -> None:
        async with both.on_channels():
            for _ in range(BURSTS):
                chosen = [chance.choice(kinds) for _ in range(AT_ONCE)]
                tasks = [asyncio.create_task(asked(both, one)) for one in chosen]
                for task in chance.sample(tasks, AT_ONCE // 3):
                    await asyncio.sleep(chance.random() / 200)
                    task.cancel()
                found = await asyncio.gather(*tasks, return_exceptions=True)
                for one, answer in zip(chosen, found, strict=True):
                    assert isinstance(answer, asyncio.CancelledError) or answer == expected(one)

    with asked_once():
        asyncio.run(steps())
    assert both.run("SELECT owner, viewer, item FROM read_log.disclosures") == [(COLLEAGUE, OWNER, TALENT)]


def test_what_is_no_longer_open_is_in_no_answer_asked_after_it(both: World) -> None:
    shared: Asked = (("owner", None), (True, True), 5)

    async def steps() -> None:
        async with both.on_channels():
            for _ in range(5):
                assert await asked(both, shared) == expected(shared)
            before = [asyncio.create_task(asked(both, shared)) for _ in range(4)]
            ended = ItemSharingEnded(sharing=SHARING, reason="owner")
            await asyncio.to_thread(both.happened, f"portfolio-{COLLEAGUE}", ended)
            after = await asyncio.gather(*[asked(both, shared) for _ in range(8)])
            assert [answer["me"]["sharedWithMe"]["edges"] for answer in after] == [[]] * 8
            await asyncio.gather(*before)

    with asked_once():
        asyncio.run(steps())
