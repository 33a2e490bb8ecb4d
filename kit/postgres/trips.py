"""
Small statements that leave together and come back together: one trip, whatever their number.

It is libpq's pipeline mode through psycopg's own binding, for a connection of one thread. Each statement is
prepared once for its connection, and its values are text: without the cursor, the look at each value and the
write to the socket that each statement costs otherwise. The channels of reads do the same in an event loop.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from psycopg.abc import PQGen
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

_REFUSED: Final = {ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED}


class Statement(NamedTuple):
    """A statement with `$1`, `$2` for its values, which are in PostgreSQL's text format."""

    text: bytes
    values: Sequence[bytes | None] = ()


BEGIN: Final = Statement(b"BEGIN")
COMMIT: Final = Statement(b"COMMIT")
ROLLBACK: Final = Statement(b"ROLLBACK")


class _Prepared:
    """The names of the statements that one connection has prepared, by their text."""

    def __init__(self) -> None:
        self.names: dict[bytes, bytes] = {}
        self._count = 0

    def new_name(self, text: bytes) -> bytes:
        self._count += 1
        name = self.names[text] = b"together_%d" % self._count
        return name


_prepared: Final[WeakKeyDictionary[psycopg.Connection[Any], _Prepared]] = WeakKeyDictionary()


def run_together(
    connection: psycopg.Connection[Any], statements: Sequence[Statement], *, prepare: bool = True
) -> list[PGresult]:
    """
    Run statements one after the other in one trip, and return what each gave.

    Outside of a transaction they are one. Raises the first error of a statement, after which none is run; a
    transaction is then for the caller to roll back. After any other error the connection is closed.

    psycopg drops what a connection has prepared, ours too, with its first statement after a rollback of its
    own. So in a transaction, after a statement of psycopg's, `prepare` must be false.
    """
    prepared = _prepared.setdefault(connection, _Prepared()) if prepare else None
    was_in_transaction = in_transaction(connection)
    try:
        return _ran(*_send(connection, statements, prepared), prepared)
    except psycopg.errors.InvalidSqlStatementName:
        if was_in_transaction or prepared is None:
            raise
        if in_transaction(connection):
            run_together(connection, (ROLLBACK,), prepare=False)
        prepared.names.clear()
        return _ran(*_send(connection, statements, prepared), prepared)


def _ran(
    sent: Sequence[bytes | None], answers: Sequence[PGresult], prepared: _Prepared | None
) -> list[PGresult]:
    """Return the answers to what was run. Raises the first error of a statement."""
    refusals = [answer for answer in answers if answer.status in _REFUSED]
    if not refusals:
        return [answer for text, answer in zip(sent, answers, strict=True) if text is None]
    for text, answer in zip(sent, answers, strict=True):
        if prepared and text is not None and answer.status in _REFUSED:
            del prepared.names[text]
    raise psycopg.errors.error_from_result(refusals[0])


def _send(
    connection: psycopg.Connection[Any], statements: Sequence[Statement], prepared: _Prepared | None
) -> tuple[list[bytes | None], list[PGresult]]:
    """Return what was sent, a text where it is to be prepared and None where it is run; and the answers."""
    pgconn = connection.pgconn
    sent: list[bytes | None] = []
    try:
        pgconn.enter_pipeline_mode()
        for text, values in statements:
            if prepared is None:
                pgconn.send_query_params(text, values)
            else:
                if (name := prepared.names.get(text)) is None:
                    name = prepared.new_name(text)
                    pgconn.send_prepare(name, text)
                    sent.append(text)
                pgconn.send_query_prepared(name, values)
            sent.append(None)
        pgconn.pipeline_sync()
        answers = connection.wait(_answers(pgconn, len(sent)))
        pgconn.exit_pipeline_mode()
    except BaseException:
        # What comes back later could be taken for the answer to something else.
        connection.close()
        raise
    return sent, answers


def _answers(pgconn: PGconn, count: int) -> PQGen[list[PGresult]]:
    """Send what is not sent yet; return one answer for each, after that to the sync has come."""
    yield from send(pgconn)
    answers: list[PGresult] = []
    for _ in range(count):
        answers += yield from fetch_many(pgconn)
    synced = yield from fetch_many(pgconn)
    if len(answers) != count or [answer.status for answer in synced] != [ExecStatus.PIPELINE_SYNC]:
        raise psycopg.OperationalError("the connection is out of step with its answers")
    return answers


def in_transaction(connection: psycopg.Connection[Any]) -> bool:
    """Return whether a connection is in a transaction, also in one that failed."""
    return connection.info.transaction_status != TransactionStatus.IDLE
