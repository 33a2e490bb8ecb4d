"""What a fold asks for is what the table has, whether it came in one batch or in many."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from projections.changes import Changes
from projections.positions import prepare_view
from projections.table import Column, Table
from projections.view import View

pytestmark = pytest.mark.postgres

THINGS = Table(
    name="things_v1_things",
    columns=(
        Column(name="thing", type="text"),
        Column(name="size", type="integer"),
        Column(name="words", type="text", nullable=True),
    ),
    key=("subject", "thing"),
)
VIEW = View(
    name="things",
    version=1,
    categories=frozenset({"thing"}),
    tables=(THINGS,),
    fold=lambda _fact, _changes: None,
)

Step = Callable[[Changes], None]


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        prepare_view(connection, VIEW, partitions=1, generation="g")
        yield connection


def put(thing: str, size: int, words: str | None = None) -> Step:
    return lambda changes: changes.put(THINGS, thing=thing, size=size, words=words)


def change(thing: str, **columns: Any) -> Step:
    return lambda changes: changes.set(THINGS, thing=thing, **columns)


def drop(thing: str) -> Step:
    return lambda changes: changes.drop(THINGS, thing=thing)


def rows(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"SELECT subject, thing, size, words FROM {THINGS.served} ORDER BY subject, thing"
    ).fetchall()


@pytest.mark.parametrize("at_once", ["one batch", "a batch each"])
@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([put("a", 1), put("a", 2, "two")], [("ann", "a", 2, "two")]),
        ([put("a", 1, "one"), put("a", 2)], [("ann", "a", 2, None)]),
        ([put("a", 1), change("a", words="more"), change("a", size=3)], [("ann", "a", 3, "more")]),
        ([change("a", size=3)], []),
        ([put("a", 1), drop("a"), change("a", size=3)], []),
        ([put("a", 1), drop("a"), put("a", 4)], [("ann", "a", 4, None)]),
        ([put("a", 1), put("b", 2), drop("a")], [("ann", "b", 2, None)]),
        ([put("a", 1), Changes.empty, put("b", 2)], [("ann", "b", 2, None)]),
        ([put("a", 1), put("b", 2), Changes.empty, change("b", size=9)], []),
    ],
)
def test_changes_say_the_same_in_one_batch_as_one_by_one(
    connection: psycopg.Connection, steps: list[Step], expected: list[tuple[Any, ...]], at_once: str
) -> None:
    for batch in [steps] if at_once == "one batch" else [[step] for step in steps]:
        changes = Changes(VIEW.tables, 0)
        changes.about("ann")
        for step in batch:
            step(changes)
        changes.write(connection, "views")
    assert rows(connection) == expected


def test_emptying_one_subject_leaves_the_others(connection: psycopg.Connection) -> None:
    changes = Changes(VIEW.tables, 0)
    for subject in ("ann", "bob"):
        changes.about(subject)
        changes.put(THINGS, thing="a", size=1, words=None)
    changes.empty()
    changes.write(connection, "views")
    assert rows(connection) == [("ann", "a", 1, None)]


def test_a_view_that_lost_a_table_begins_anew(connection: psycopg.Connection) -> None:
    connection.execute("UPDATE views.positions SET ordinal = 7")
    prepare_view(connection, VIEW, partitions=1, generation="g")
    assert connection.execute("SELECT ordinal FROM views.positions").fetchone() == (7,)
    connection.execute(f"DROP TABLE {THINGS.served}")
    prepare_view(connection, VIEW, partitions=1, generation="g")
    assert connection.execute("SELECT ordinal FROM views.positions").fetchone() == (0,)
    assert rows(connection) == []
