"""Statements that are run together: one transaction or a part of one, whatever else the connection does."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import psycopg
import pytest

from kit.postgres.connections import connect_own
from kit.postgres.statements import Value, as_array, as_text
from kit.postgres.trips import BEGIN, COMMIT, ROLLBACK, Statement, in_transaction, run_together

pytestmark = pytest.mark.postgres


def put(thing: int | None) -> Statement:
    return Statement(b"INSERT INTO things VALUES ($1::integer)", [as_text(thing)])


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with connect_own(database, application_name="test") as connection:
        connection.execute("CREATE TABLE things (thing integer NOT NULL PRIMARY KEY)")
        yield connection


def things(connection: psycopg.Connection) -> list[int]:
    return [thing for (thing,) in connection.execute("SELECT thing FROM things ORDER BY 1")]


@pytest.mark.parametrize("prepare", [True, False])
def test_each_gives_its_own_answer_however_often(connection: psycopg.Connection, *, prepare: bool) -> None:
    ask = Statement(b"SELECT $1::text || 'b', $2::text", [b"a", None])
    for _ in range(7):
        *_, answer = run_together(connection, [BEGIN, ask, COMMIT, ask], prepare=prepare)
        assert (answer.get_value(0, 0), answer.get_value(0, 1)) == (b"ab", None)
    assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("prepare", [True, False])
@pytest.mark.parametrize("refused", [1, None])
@pytest.mark.parametrize("then", [(), (3,), (3, 4, 5)])
def test_outside_of_a_transaction_all_or_none_of_them_are_done(
    connection: psycopg.Connection, refused: int | None, then: Sequence[int], *, prepare: bool
) -> None:
    for _ in range(2):
        with pytest.raises(psycopg.IntegrityError):
            run_together(connection, [*map(put, (1, 2, refused, *then))], prepare=prepare)
        assert things(connection) == []
    run_together(connection, [put(6), put(7)], prepare=prepare)
    assert things(connection) == [6, 7]


def test_a_transaction_may_take_several_trips_and_be_seen_by_nobody_meanwhile(
    connection: psycopg.Connection, database: str
) -> None:
    with connect_own(database, application_name="other") as other:
        run_together(connection, [BEGIN, put(1)])
        assert in_transaction(connection)
        run_together(connection, [put(2)])
        assert things(other) == []
        run_together(connection, [put(3), COMMIT])
        assert not in_transaction(connection)
        assert things(other) == [1, 2, 3]


def test_after_a_refusal_in_a_transaction_it_is_to_be_rolled_back(connection: psycopg.Connection) -> None:
    run_together(connection, [BEGIN, put(1)])
    with pytest.raises(psycopg.IntegrityError):
        run_together(connection, [put(2), put(1), COMMIT])
    assert in_transaction(connection)
    run_together(connection, [ROLLBACK], prepare=False)
    assert not in_transaction(connection)
    assert things(connection) == []
    run_together(connection, [BEGIN, put(2), COMMIT])
    assert things(connection) == [2]


def test_a_statement_that_can_not_be_prepared_can_be_once_its_table_is_there(
    connection: psycopg.Connection,
) -> None:
    later = Statement(b"INSERT INTO later VALUES ($1::integer)", [b"1"])
    for _ in range(2):
        with pytest.raises(psycopg.errors.UndefinedTable):
            run_together(connection, [put(1), later])
    connection.execute("CREATE TABLE later (thing integer)")
    run_together(connection, [put(1), later])
    assert connection.execute("SELECT * FROM later").fetchall() == things_as_rows(connection) == [(1,)]


def things_as_rows(connection: psycopg.Connection) -> list[tuple[int]]:
    return [(thing,) for thing in things(connection)]


def test_statements_of_a_table_that_was_made_anew_go_on(connection: psycopg.Connection) -> None:
    run_together(connection, [put(1)])
    connection.execute("DROP TABLE things")
    connection.execute("CREATE TABLE things (thing bigint PRIMARY KEY)")
    run_together(connection, [put(2)])
    assert things(connection) == [2]


def test_what_psycopg_drops_after_a_rollback_is_prepared_again(connection: psycopg.Connection) -> None:
    run_together(connection, [BEGIN, put(1), COMMIT])
    connection.execute("SELECT 1", prepare=True)
    with connection.transaction(force_rollback=True):
        pass
    connection.execute("SELECT 1")
    names = connection.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'together%'")
    assert names.fetchone() == (0,), "otherwise this tests nothing"
    run_together(connection, [BEGIN, put(2), COMMIT])
    assert things(connection) == [1, 2]


def test_a_notification_that_arrives_with_the_answers_is_not_lost(
    connection: psycopg.Connection, database: str
) -> None:
    connection.execute("LISTEN news")
    with connect_own(database, application_name="other") as other:
        other.execute("NOTIFY news, 'first'")
    run_together(connection, [put(1)])
    assert [notice.payload for notice in connection.notifies(timeout=20, stop_after=1)] == ["first"]


def test_a_connection_that_is_lost_is_closed(connection: psycopg.Connection, database: str) -> None:
    with connect_own(database, application_name="other") as other:
        other.execute("SELECT pg_terminate_backend(%s, 20000)", (connection.info.backend_pid,))
        with pytest.raises(psycopg.OperationalError):
            run_together(connection, [put(1)])
        assert connection.closed
        assert things(other) == []


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("text", ["", "one, {two}", 'three "four" \\ five\n', None, "NULL", "€"]),
        ("integer", [1, None, -(2**31)]),
        ("boolean", [True, False, None]),
        ("date", [date(2026, 2, 28), None]),
        ("timestamptz", [datetime(2026, 2, 28, 12, 0, 0, 123, tzinfo=UTC), None]),
    ],
)
def test_an_array_of_texts_is_what_was_sent(
    connection: psycopg.Connection, type_: str, values: list[Value]
) -> None:
    statement = f"CREATE TABLE kept AS SELECT $1::{type_}[] AS all_of_them".encode()
    run_together(connection, [Statement(statement, [as_array(values)])], prepare=False)
    assert connection.execute("SELECT all_of_them FROM kept").fetchone() == (values,)
