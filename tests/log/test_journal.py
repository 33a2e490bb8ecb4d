"""The fold costs the same however long the log has become."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from events.log.statements import STATEMENTS, prepare_session
from events.log.tables import create_tables, names
from kit.postgres import connect_own
from tests.log.harness import unique_name

pytestmark = pytest.mark.postgres


# As PostgreSQL's own ANALYZE may find it, minutes before it grows.
YOUNG: Final = (
    "INSERT INTO {events} VALUES ('portfolio-a', 1, 'sealed', '', 1, 0, '')",
    "INSERT INTO {commits} VALUES ('a', '', '', 0, 1, 1, 1, 1, '', '')",
    "INSERT INTO {refusals} VALUES ('', 'gap', 0, 1)",
    "ANALYZE {events}, {commits}, {refusals}",
)


@contextmanager
def young_journal(url: str) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    log = unique_name()
    with connect_own(url, application_name="test") as conn:
        create_tables(conn, log=log)
        for statement in YOUNG:
            conn.execute(sql.SQL(statement).format(**names(log)))
        yield conn, log


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statements_planned_while_the_journal_is_young_never_scan_a_table(
    statement: str, database: str
) -> None:
    with young_journal(database) as (conn, log):
        prepare_session(conn)
        numbers = count(1)
        text = re.sub(r"%[bs]", lambda _: f"${next(numbers)}", STATEMENTS[statement])
        query = "EXPLAIN (GENERIC_PLAN) " + sql.SQL(text).format(**names(log)).as_string()
        with psycopg.ClientCursor(conn) as cursor:
            plan = "\n".join(row[0] for row in cursor.execute(query.encode()).fetchall())
    assert "Seq Scan" not in plan
    assert "Index" in plan
