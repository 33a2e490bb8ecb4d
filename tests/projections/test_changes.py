"""What a fold asks for is what the table has, whether it came in one batch or in many."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

import psycopg
import pytest

from kit.postgres.trips import run_together
from projections.changes import COPY_ROWS_MIN, Changes
from projections.positions import prepare_view
from projections.registry import find_views
from projections.table import Column, Copied, Table, UnsendableValueError
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
OWNERS = Table(
    name="things_v1_owners", columns=(Column(name="name", type="text", nullable=True),), key=("subject",)
)
# Each thing may lie in several places, where the name of its owner and its size are written on it.
PLACES = Table(
    name="things_v1_places",
    columns=(Column(name="thing", type="text"), Column(name="place", type="text")),
    key=("subject", "thing", "place"),
    copied=(
        Copied(column=Column(name="name", type="text", nullable=True), source=OWNERS),
        Copied(column=Column(name="size", type="integer", nullable=True), source=THINGS),
    ),
)
TYPES: Final = ("text", "boolean", "smallint", "integer", "bigint", "date", "timestamptz", "bytea", "jsonb")
"""Of the columns that the tables of views have."""
VALUES = Table(
    name="things_v1_values",
    columns=tuple(Column(name=f"a_{type_}", type=type_, nullable=True) for type_ in TYPES),
    key=("subject",),
)
EASTWARD: Final = timezone(timedelta(hours=5, minutes=30))
VIEW = View(
    name="things",
    version=1,
    categories=frozenset({"thing"}),
    tables=(THINGS, PLACES, OWNERS, VALUES),
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


def lay(thing: str, place: str) -> Step:
    return lambda changes: changes.put(PLACES, thing=thing, place=place)


def fetch(**where: str) -> Step:
    return lambda changes: changes.drop_all(PLACES, **where)


def name(name: str) -> Step:
    return lambda changes: changes.put(OWNERS, name=name)


def rename(name: str) -> Step:
    return lambda changes: changes.set(OWNERS, name=name)


def unname(changes: Changes) -> None:
    changes.drop(OWNERS)


def places(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"SELECT thing, place, name, size FROM {PLACES.served} WHERE subject = 'ann' ORDER BY thing, place"
    ).fetchall()


def rows(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"SELECT subject, thing, size, words FROM {THINGS.served} ORDER BY subject, thing"
    ).fetchall()


@pytest.mark.parametrize("at_once", ["one batch", "a batch each", "a batch each, together"])
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
    write(connection, steps, at_once)
    assert rows(connection) == expected


def write(connection: psycopg.Connection, steps: list[Step], at_once: str) -> None:
    for batch in [steps] if at_once == "one batch" else [[step] for step in steps]:
        changes = Changes(VIEW.tables, 0)
        changes.about("ann")
        for step in batch:
            step(changes)
        write_out(connection, changes, together=at_once.endswith("together"))


def write_out(connection: psycopg.Connection, changes: Changes, *, together: bool) -> None:
    if together:
        run_together(connection, changes.statements("views"))
    else:
        changes.write(connection, "views")


@pytest.mark.parametrize("at_once", ["one batch", "a batch each", "a batch each, together"])
@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([lay("a", "box"), lay("a", "bin"), lay("b", "box"), fetch(thing="a")], [("b", "box", None, None)]),
        ([lay("a", "box"), lay("b", "box"), fetch(place="box"), lay("b", "bin")], [("b", "bin", None, None)]),
        ([lay("a", "box"), fetch(thing="a"), lay("a", "box")], [("a", "box", None, None)]),
        ([lay("a", "box"), put("a", 3), name("Ann")], [("a", "box", "Ann", 3)]),
        (
            [name("Ann"), put("a", 3), lay("a", "box"), lay("b", "box")],
            [("a", "box", "Ann", 3), ("b", "box", "Ann", None)],
        ),
        (
            [name("Ann"), put("a", 3), lay("a", "box"), rename("An"), change("a", size=4)],
            [("a", "box", "An", 4)],
        ),
        ([name("Ann"), put("a", 3), lay("a", "box"), lay("a", "box")], [("a", "box", "Ann", 3)]),
        ([name("Ann"), put("a", 3), lay("a", "box"), unname, drop("a")], [("a", "box", None, None)]),
        ([name("Ann"), lay("a", "box"), Changes.empty, lay("b", "box")], [("b", "box", None, None)]),
    ],
)
def test_a_copied_column_follows_its_source_in_any_batches(
    connection: psycopg.Connection, steps: list[Step], expected: list[tuple[Any, ...]], at_once: str
) -> None:
    bobs = Changes(VIEW.tables, 0)
    bobs.about("bob")
    for step in (name("Bob"), put("a", 9), lay("a", "box")):
        step(bobs)
    bobs.write(connection, "views")
    write(connection, steps, at_once)
    assert places(connection) == expected
    assert connection.execute(f"SELECT name, size FROM {PLACES.served} WHERE subject = 'bob'").fetchall() == [
        ("Bob", 9)
    ]


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


def test_the_types_are_all_that_views_have() -> None:
    tables = [table for view in find_views() for table in view.tables]
    assert {column.type for table in tables for column in table.all_columns} == set(TYPES)


@pytest.mark.parametrize(
    "values",
    [
        (None,) * len(TYPES),
        ("", False, 0, 0, 0, date(1, 1, 1), datetime(1970, 1, 1, tzinfo=UTC), b"", "{}"),
        (
            "one, \"two\" {three} \\ 'four' \n €",
            True,
            -(2**15),
            2**31 - 1,
            -(2**63),
            date(2026, 2, 28),
            datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=EASTWARD),
            b'\0 \\x61 "\xff',
            '{"a": [null, 1.5, "\\u20ac"]}',
        ),
    ],
)
def test_a_row_is_the_same_however_it_is_written(
    connection: psycopg.Connection, values: tuple[Any, ...]
) -> None:
    """Alone as values in text, with another in arrays of text, with many in binary."""
    named = dict(zip([column.name for column in VALUES.columns], values, strict=True))
    for subjects in (["alone"], ["one", "other"], ["in", "binary"]):
        changes = Changes(VIEW.tables, 0)
        for subject in subjects:
            changes.about(subject)
            changes.put(VALUES, **named)
        if "binary" in subjects:
            changes.write(connection, "views")
        else:
            run_together(connection, changes.statements("views"))
    names = ", ".join(named)
    rows = connection.execute(f"SELECT {names} FROM {VALUES.served}").fetchall()
    assert len(rows) == 5
    assert len({str(row) for row in rows}) == 1
    assert rows[0][:-1] == values[:-1]


@pytest.mark.parametrize(
    "refused",
    [
        {"a_smallint": 2**15},
        {"a_integer": 2**31},
        {"a_bigint": 2**63},
        {"a_integer": "many"},
        {"a_date": "once"},
        {"a_jsonb": "{"},
        {"a_text": "NUL \0 inside"},
    ],
)
def test_what_a_column_can_not_have_is_refused_as_text_too(
    connection: psycopg.Connection, refused: dict[str, Any]
) -> None:
    changes = Changes(VIEW.tables, 0)
    changes.about("ann")
    changes.put(VALUES, **dict.fromkeys([column.name for column in VALUES.columns]) | refused)
    with pytest.raises(psycopg.DataError):
        run_together(connection, changes.statements("views"))
    assert connection.execute(f"SELECT count(*) FROM {VALUES.served}").fetchone() == (0,)


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("rows", [1, 2, COPY_ROWS_MIN])
@pytest.mark.parametrize(
    "unsendable", [{"a_text": "\ud800"}, {"a_text": object()}, {"a_jsonb": "\ud800"}, {"a_date": object()}]
)
def test_what_the_client_can_not_send_is_the_same_error_of_one_row_and_of_many(
    connection: psycopg.Connection, unsendable: dict[str, Any], rows: int, *, together: bool
) -> None:
    changes = Changes(VIEW.tables, 0)
    nothing = dict.fromkeys([column.name for column in VALUES.columns])
    for number in range(rows):
        changes.about(f"person {number}")
        changes.put(VALUES, **nothing | (unsendable if number == rows - 1 else {}))
    with pytest.raises(UnsendableValueError):
        write_out(connection, changes, together=together)
    assert connection.execute(f"SELECT count(*) FROM {VALUES.served}").fetchone() == (0,)


def test_an_error_of_our_own_statement_is_none_of_a_value(connection: psycopg.Connection) -> None:
    changes = Changes(VIEW.tables, 0)
    changes.about("ann")
    changes.put(VALUES, **dict.fromkeys([column.name for column in VALUES.columns]))
    with pytest.raises(psycopg.errors.UndefinedTable):
        changes.write(connection, "elsewhere")
