"""Whatever happened in a portfolio: read for any moment, it is what the facts up to then make of it."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import get_args

import psycopg
import pytest
from hypothesis import HealthCheck, find, given, settings

from events.catalog.portfolio import PortfolioEvent
from projections.changes import Changes
from projections.positions import prepare_view
from projections.view import Fact
from projections.views import profile
from tests.projections.views.expected_portfolio import expected_portfolio
from tests.projections.views.given import folded, read
from tests.projections.views.portfolio_histories import histories

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("nothing_forgotten"),
]

HISTORIES = 30
Read = profile.Portfolio | None
SEEN: set[type] = set()


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        prepare_view(connection, profile.VIEW, partitions=1, generation="g")
        yield connection


def fold_halves(connection: psycopg.Connection, facts: list[Fact]) -> None:
    """In two batches that overlap, so that each event may meet its row in the table or in the batch."""
    half = len(facts) // 2
    for batch in (facts[: half + 1], facts[half:]):
        changes = Changes(profile.VIEW.tables, 0)
        for fact in batch:
            changes.about(fact.subject)
            profile.VIEW.fold(fact, changes)
        changes.write(connection, "views")


def moments_of(facts: list[Fact]) -> list[datetime]:
    """Each moment something happened at, one right before each, and long after."""
    happened = sorted({fact.recorded.at for fact in facts})
    before = [moment - timedelta(microseconds=1) for moment in happened]
    return [*happened, *before, happened[-1] + timedelta(days=400)]


@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_a_portfolio_of_any_moment_is_what_the_facts_up_to_then_make(
    database: str, connection: psycopg.Connection, history: tuple[str, list[Fact]]
) -> None:
    agrees(database, connection, history)


def agrees(database: str, connection: psycopg.Connection, history: tuple[str, list[Fact]]) -> None:
    person, facts = history
    fold_halves(connection, facts)
    SEEN.update(type(fact.recorded.event) for fact in facts)

    async def reading() -> dict[datetime | None, profile.Portfolio | None]:
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as on:
            moments = (None, *moments_of(facts))
            return {moment: await profile.portfolio_of(on, person, moment) for moment in moments}

    for moment, portfolio in asyncio.run(reading()).items():
        assert portfolio == expected_portfolio(person, facts, moment)


@pytest.mark.parametrize("kind", get_args(PortfolioEvent))
def test_every_event_of_a_portfolio_was_in_the_histories(
    database: str, connection: psycopg.Connection, kind: type
) -> None:
    """A rare one may not have been drawn: then a history is looked for that has it."""
    if kind not in SEEN:
        agrees(database, connection, find(histories(), lambda history: kind in _kinds(history)))


def _kinds(history: tuple[str, list[Fact]]) -> set[type]:
    return {type(fact.recorded.event) for fact in history[1]}


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_neither_batches_nor_repetition_make_a_difference_to_any_history(
    database: str, history: tuple[str, list[Fact]]
) -> None:
    person, facts = history
    folded(database, profile.VIEW, facts)
    assert read(database, profile.portfolio_of, person) == expected_portfolio(person, facts, None)
