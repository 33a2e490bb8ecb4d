"""Transactions and pipelines that need as few trips to the server as they can."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus


@contextmanager
def pipelined_transaction(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """
    Run the block in a transaction and a pipeline: BEGIN and COMMIT leave with the statements next to them.

    For a connection in autocommit; in a transaction of the caller's it is a savepoint. It is rolled back when
    the block or a statement fails; an error may be raised later than by its statement, at the end of the
    block at the latest.
    """
    if _in_transaction(connection):
        with connection.transaction(), connection.pipeline():
            yield
        return
    try:
        with connection.pipeline():
            connection.execute("BEGIN")
            yield
            # Where a statement failed, the server skips this one with all others up to the pipeline's end.
            connection.execute("COMMIT")
    except BaseException:
        if not connection.closed and _in_transaction(connection):
            connection.rollback()
        raise


def own_pipeline(connection: psycopg.Connection[Any]) -> AbstractContextManager[object]:
    """Return a pipeline for the block; nothing where the connection is in one: each more in it is a trip."""
    in_one = connection.pgconn.pipeline_status != PipelineStatus.OFF
    return nullcontext() if in_one else connection.pipeline()


def _in_transaction(connection: psycopg.Connection[Any]) -> bool:
    return connection.info.transaction_status != TransactionStatus.IDLE
