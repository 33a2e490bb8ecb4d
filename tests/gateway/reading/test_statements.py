"""How many statements a read costs: each is a round trip, and these cost most."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from events.catalog.portfolio.sharing import ItemShared
from gateway.http.endpoint import GraphQLEndpoint
from gateway.reading.disclosures import ReadLog
from gateway.reading.view_reader import ViewReader
from rules.kinds import ItemKind
from tests.gateway.harness import SCHEMA
from tests.gateway.world import COLLEAGUE, OWNER, TOMORROW, World, claimed

pytestmark = pytest.mark.postgres


def statements(world: World, document: str, *, name: str = "owner") -> int:
    """Run a query, which must succeed, and return how many statements reached the database."""
    counted = 0

    class Counting(psycopg.AsyncCursor[Any]):
        async def execute(self, *args: Any, **kwargs: Any) -> Any:
            nonlocal counted
            counted += 1
            return await super().execute(*args, **kwargs)

    @asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        async with await psycopg.AsyncConnection.connect(
            world.url, autocommit=True, cursor_factory=Counting
        ) as connection:
            yield connection

    world.gateway = replace(world.gateway, reader=ViewReader(connect), read_log=ReadLog(connect))
    world.endpoint = GraphQLEndpoint(SCHEMA, world.gateway, with_page=True)
    answer = asyncio.run(world.ask(document, name=name))
    assert "errors" not in answer, answer
    return counted


def test_finding_the_caller_is_one_statement(world: World) -> None:
    world.opened()
    assert statements(world, "{ me { id displayName } }") == 1
    assert statements(world, "{ viewer { displayName roles } }") == 1


def test_a_portfolio_is_its_status_and_its_document_and_the_caller(world: World) -> None:
    world.happened(world.opened(), claimed())
    assert statements(world, "{ me { portfolio { talents { name { nl } } } } }") == 3


def test_a_page_of_what_others_opened_is_read_in_two_statements_and_recorded_in_two(world: World) -> None:
    opened = ItemShared(
        sharing="2" * 32,
        item="1" * 32,
        kind=ItemKind.TALENT,
        audience="people",
        people=(COLLEAGUE,),
        with_energy=False,
        until=TOMORROW,
    )
    world.happened(world.opened(), claimed(), opened)
    document = "{ me { sharedWithMe { edges { node { owner { id } } } } } }"
    assert statements(world, document, name="colleague") == 5
    ((owner,),) = world.run("SELECT owner FROM read_log.disclosures")
    assert owner == OWNER
