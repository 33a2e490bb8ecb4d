"""A pipelined transaction is whole or nothing, and is one trip."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from kit.postgres.connections import connect_own
from kit.postgres.transactions import own_pipeline, pipelined_transaction

pytestmark = pytest.mark.postgres
PUT = "INSERT INTO things VALUES (%s)"


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with connect_own(database, application_name="test") as connection:
        connection.execute("CREATE TABLE things (thing integer NOT NULL PRIMARY KEY)")
        yield connection


def put(connection: psycopg.Connection, *things: int | None) -> None:
    with pipelined_transaction(connection):
        for thing in things:
            connection.execute(PUT, (thing,))


def put_and_fail(connection: psycopg.Connection, thing: int) -> None:
    with pipelined_transaction(connection):
        assert connection.execute(PUT + " RETURNING thing", (thing,)).fetchone() == (thing,)
        connection.execute(PUT, (thing + 1,))
        raise LookupError


def put_and_lose(connection: psycopg.Connection, other: psycopg.Connection, thing: int) -> None:
    with pipelined_transaction(connection):
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
        connection.execute(PUT, (thing,))


def things(connection: psycopg.Connection) -> list[int]:
    return [thing for (thing,) in connection.execute("SELECT thing FROM things ORDER BY 1")]


def test_all_of_it_is_written_at_its_end_and_in_no_part_before(
    connection: psycopg.Connection, database: str
) -> None:
    with connect_own(database, application_name="other") as other:
        with pipelined_transaction(connection):
            connection.execute(PUT, (1,))
            assert connection.execute("SELECT count(*) FROM things").fetchone() == (1,)
            assert things(other) == []
            connection.execute(PUT, (2,))
        assert things(other) == [1, 2]
    assert connection.info.transaction_status == TransactionStatus.IDLE


@pytest.mark.parametrize("refused", [1, None])
@pytest.mark.parametrize("then", [(), (3,), (3, 4, 5)])
def test_after_a_statement_that_is_refused_nothing_of_it_is_there(
    connection: psycopg.Connection, refused: int | None, then: tuple[int, ...]
) -> None:
    with pytest.raises(psycopg.IntegrityError):
        put(connection, 1, 2, refused, *then)
    assert things(connection) == []
    put(connection, 6)
    assert things(connection) == [6]


def test_after_an_error_of_the_block_nothing_of_it_is_there(connection: psycopg.Connection) -> None:
    with pytest.raises(LookupError):
        put_and_fail(connection, 1)
    assert things(connection) == []


def test_in_a_transaction_of_the_caller_it_is_a_part_of_that(connection: psycopg.Connection) -> None:
    with connection.transaction(force_rollback=True):
        put(connection, 1)
        with pytest.raises(psycopg.IntegrityError):
            put(connection, 2, 1)
        assert things(connection) == [1]
    assert things(connection) == []


def test_a_connection_that_is_lost_raises_what_it_is_lost_of(
    connection: psycopg.Connection, database: str
) -> None:
    with connect_own(database, application_name="other") as other:
        with pytest.raises(psycopg.OperationalError):
            put_and_lose(connection, other, 1)
        assert things(other) == []


def test_a_pipeline_in_a_pipeline_is_the_same_one(connection: psycopg.Connection) -> None:
    """Another would wait for the answers to what was sent before."""
    with connection.pipeline():
        first = connection.execute("SELECT 1")
        with own_pipeline(connection):
            second = connection.execute("SELECT 2")
        assert (first.pgresult, second.pgresult) == (None, None)
        assert (first.fetchone(), second.fetchone()) == ((1,), (2,))
    with own_pipeline(connection) as pipeline:
        assert pipeline is not None
