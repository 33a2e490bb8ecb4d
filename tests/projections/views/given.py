"""Given these events, a view holds these rows: each event folded twice, in one batch and in a batch each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import psycopg

from events.catalog.registry import Event
from events.codec import Recorded
from events.streams import Stream
from projections.changes import Changes
from projections.positions import drop_view, prepare_view
from projections.rebuild.differences import Content, contents
from projections.registry import find_views
from projections.view import Fact, View

T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def facts(*happened: tuple[str, Event]) -> list[Fact]:
    """Place events in partition 0, an hour apart, their versions counted by stream."""
    versions: dict[str, int] = {}
    placed = []
    for hours, (stream, event) in enumerate(happened):
        versions[stream] = versions.get(stream, 0) + 1
        subject, at = Stream.parse(stream).subject, NOON + timedelta(hours=hours)
        recorded = Recorded(stream=stream, version=versions[stream], event=event, at=at, by=subject)
        placed.append(Fact(partition=0, ordinal=hours + 1, subject=subject, recorded=recorded))
    return placed


def folded(url: str, view: View, given: Sequence[Fact]) -> None:
    """Fold into a new database, and show that neither batches nor repetition make a difference."""
    with psycopg.connect(url, autocommit=True) as connection:
        one_by_one = _fold(connection, view, [[fact] for fact in given])
        twice_each = _fold(connection, view, [[fact] for fact in given for _ in range(2)])
        in_one_batch = _fold(connection, view, [[fact for fact in given for _ in range(2)]])
    assert one_by_one == twice_each == in_one_batch


def _fold(connection: psycopg.Connection, view: View, batches: Sequence[Sequence[Fact]]) -> list[Content]:
    prepare_view(connection, view, partitions=1, generation="g")
    drop_view(connection, view)
    prepare_view(connection, view, partitions=1, generation="g")
    for batch in batches:
        changes = Changes(view.tables, 0)
        for fact in batch:
            changes.about(fact.subject)
            view.fold(fact, changes)
        changes.write(connection, "views")
    return contents(connection, view)


def fold_into_views(connection: psycopg.Connection, fact: Fact) -> None:
    """Fold a fact, by itself, into every view that reads its stream."""
    for view in find_views():
        if Stream.parse(fact.recorded.stream).category in view.categories:
            changes = Changes(view.tables, 0)
            changes.about(fact.subject)
            view.fold(fact, changes)
            changes.write(connection, "views")


def read(url: str, reading: Callable[..., Awaitable[T]], *values: Any) -> T:
    async def on_a_connection() -> T:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            return await reading(connection, *values)

    return asyncio.run(on_a_connection())
