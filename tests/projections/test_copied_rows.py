"""Rows that are copied in the binary format are the rows that an upsert writes, for every kind of event."""

from collections.abc import Iterator

import psycopg
import pytest

from events.streams import Stream
from projections import changes as changing
from projections.changes import Changes
from projections.positions import prepare_view
from projections.rebuild.differences import contents
from projections.registry import find_views
from projections.table import Column, Table
from projections.view import Fact, View
from tests.events.examples import EXAMPLES, recorded

pytestmark = pytest.mark.postgres

SIZES = Table(
    name="sizes_v1_sizes",
    columns=(
        Column(name="thing", type="bigint"),
        Column(name="size", type="smallint", nullable=True),
        Column(name="words", type="text"),
        Column(name="day", type="date", nullable=True),
    ),
    key=("subject", "thing"),
)
OF_SIZES = View(
    name="sizes",
    version=1,
    categories=frozenset({"thing"}),
    tables=(SIZES,),
    fold=lambda _fact, _changes: None,
)


@pytest.fixture
def connection(database_with_tables: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_with_tables, autocommit=True) as connection:
        yield connection


@pytest.fixture
def copying(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every row be copied; a row that COPY leaves to an upsert fails the test."""

    def refuse(_schema: str, table: Table) -> str:
        raise AssertionError(f"{table.name} is not copied")

    monkeypatch.setattr(changing, "COPY_ROWS_MIN", 1)
    monkeypatch.setattr(changing, "_upsert_sql", refuse)


def folded(view: View) -> Changes:
    """Fold every example that the view reads, each about a subject of its own, so that no row is deleted."""
    changes = Changes(view.tables, 0)
    for number, event in enumerate(EXAMPLES):
        example = recorded(event)
        if Stream.parse(example.stream).category in view.categories:
            changes.about(f"{number:032x}")
            view.fold(
                Fact(partition=0, ordinal=number + 1, subject=f"{number:032x}", recorded=example), changes
            )
    return changes


def test_every_view_has_the_same_rows_by_copy_and_by_upsert(
    connection: psycopg.Connection, copying: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for view in find_views():
        folded(view).write(connection, "views")
    copied = {view.name: contents(connection, view) for view in find_views()}
    for view in find_views():
        for table in view.tables:
            connection.execute(f"TRUNCATE {table.served}")
    monkeypatch.undo()
    for view in find_views():
        folded(view).write(connection, "views")
        assert contents(connection, view) == copied[view.name]
    of_documents = {table.name for view in find_views() for table in view.tables if has_document(table)}
    assert of_documents & {content.table for found in copied.values() for content in found}


def has_document(table: Table) -> bool:
    return any(column.type == "jsonb" for column in table.columns)


def test_what_does_not_fit_its_column_is_refused_as_by_an_upsert(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "COPY_ROWS_MIN", 1)
    prepare_view(connection, OF_SIZES, partitions=1, generation="g")
    fits = {"size": 2**15 - 1, "words": "words", "day": None}
    for wrong in (
        {"size": "many"},
        {"size": 2**15},
        {"size": -(2**15) - 1},
        {"words": "a\0b"},
        {"thing": 2**63},
        {"day": 5},
    ):
        changes = Changes(OF_SIZES.tables, 0)
        changes.about("ann")
        for thing in range(3):
            changes.put(SIZES, **({"thing": thing} | fits | (wrong if thing == 1 else {})))
        with pytest.raises((psycopg.DataError, psycopg.ProgrammingError)), connection.transaction():
            changes.write(connection, "views")
    assert connection.execute(f"SELECT count(*) FROM {SIZES.served}").fetchone() == (0,)


def test_rows_whose_key_exists_replace_what_is_there(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "COPY_ROWS_MIN", 1)
    prepare_view(connection, OF_SIZES, partitions=1, generation="g")
    for size in (1, None):
        changes = Changes(OF_SIZES.tables, 0)
        changes.about("ann")
        for thing in (1, 2):
            changes.put(SIZES, thing=thing, size=size, words="words", day=None)
        changes.write(connection, "views")
    assert connection.execute(f"SELECT thing, size FROM {SIZES.served} ORDER BY thing").fetchall() == [
        (1, None),
        (2, None),
    ]
