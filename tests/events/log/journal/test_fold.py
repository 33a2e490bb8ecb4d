"""The fold costs the same however long the log has become, and a backlog folds to the same journal."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

import msgspec
import psycopg
import pytest

from events.log.acceptance import begin
from events.log.journal.fold import Checkpoint, FenceError, Journal
from events.log.journal.reader import JournalReader
from events.log.journal.statements import ACCEPT, LOOK_UP, WRITE, prepare_session
from events.log.port import LogRecord
from events.log.record import Entry, Frame, Genesis, Void, encode_entry, frame
from events.log.tables import JournalTables
from kit.postgres.connections import connect_own
from tests.events.log import test_acceptance as cases
from tests.events.log.harness import unique_name

pytestmark = pytest.mark.postgres


# As PostgreSQL's own ANALYZE may find it, minutes before it grows.
YOUNG: Final = (
    "INSERT INTO {events} VALUES ('portfolio-a', 1, 'sealed', '', 1, 0, '')",
    "INSERT INTO {commits} VALUES ('a', '', '', 0, 1, 1, 1, 1, '', '')",
    "INSERT INTO {refusals} VALUES ('', 'gap', 0, 1)",
    "ANALYZE {events}, {commits}, {refusals}",
)


@contextmanager
def young_journal(url: str) -> Iterator[tuple[psycopg.Connection[Any], JournalTables]]:
    tables = JournalTables(unique_name())
    with connect_own(url, application_name="test") as conn:
        tables.create(conn)
        for statement in YOUNG:
            conn.execute(tables.statement(statement))
        yield conn, tables


@pytest.mark.parametrize("statement", [LOOK_UP, WRITE, ACCEPT], ids=["look_up", "write", "accept"])
def test_statements_planned_while_the_journal_is_young_never_scan_a_table(
    statement: str, database: str
) -> None:
    with young_journal(database) as (conn, tables):
        prepare_session(conn)
        numbers = count(1)
        text = re.sub(r"%[bs]", lambda _: f"${next(numbers)}", statement)
        query = b"EXPLAIN (GENERIC_PLAN) " + tables.statement(text)
        with psycopg.ClientCursor(conn) as cursor:
            plan = "\n".join(row[0] for row in cursor.execute(query).fetchall())
    assert "Seq Scan" not in plan
    assert "Index" in plan


# ── A backlog ────────────────────────────────────────────────────────────────────────────────────────────


def backlog() -> list[Entry]:
    """Each entry rests on one before it that is judged, and maybe not written yet."""
    second = cases.write(cases.S, 2, cases.digest(cases.A1))
    third = cases.write(cases.S, 3, cases.digest(second))
    gap = cases.commit(9, cases.write(cases.T, 5))
    return [
        cases.commit(1, cases.A1),
        cases.commit(2, second),
        cases.commit(3, third, command=2),
        gap,
        msgspec.structs.replace(gap, writes=(cases.write(cases.T, 1),)),
        cases.commit(4, third, decided_on=2),
        cases.commit(5, cases.write(cases.T, 1), decided_on=2),
        Void(cases.SUBJECT, cases.commit(6).command),
        cases.commit(6, cases.write(cases.T, 1)),
        cases.commit(7, last=True),
        cases.commit(8, cases.write(cases.T, 1)),
    ]


@contextmanager
def taken_up(url: str) -> Iterator[tuple[psycopg.Connection[Any], Journal, list[LogRecord]]]:
    """Give the journal of a young log with a backlog of one entry a record, all still to fold."""
    genesis = Genesis(0, 1)
    with young_journal(url) as (conn, tables):
        conn.execute(tables.statement("TRUNCATE {events}, {commits}, {refusals}"))
        checkpoint = Checkpoint(1, 0, 0, b"")
        conn.execute(tables.statement("INSERT INTO {positions} VALUES (0, 1, 0, 0, '', NULL, now())"))
        state = begin(Frame(cases.GENERATION, "", (genesis,)), partition=0)
        records = [
            LogRecord(
                partition=0,
                offset=offset,
                epoch=0,
                day=0,
                value=frame(cases.GENERATION, "", [encode_entry(entry)]),
            )
            for offset, entry in enumerate(backlog(), start=1)
        ]
        yield conn, Journal(tables=tables, state=state, checkpoint=checkpoint), records


def rows(conn: psycopg.Connection[Any], journal: Journal) -> list[Any]:
    tables = ("positions", "events", "commits", "refusals", "settled", "sealed")
    kept: list[Any] = []
    for table in tables:
        query = journal._tables.statement("SELECT to_jsonb(t) - 'seen_at' FROM {" + table + "} t ORDER BY t")
        kept.append(conn.execute(query).fetchall())
    return kept


@pytest.mark.parametrize("entries", [1, 2, 3, 100])
def test_a_backlog_folds_to_the_same_rows_in_chunks_of_any_size(
    entries: int, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with taken_up(database) as (conn, journal, records):
        monkeypatch.setattr(journal, "_fold_claims", lambda *_: False)
        for record in records:
            journal.fold(conn, [record])
        one_by_one = rows(conn, journal)
    assert [len(table) for table in one_by_one] == [1, 3, 4, 5, 1, 1]
    monkeypatch.setattr("events.log.journal.fold.CHUNK_ENTRIES", entries)
    with taken_up(database) as (conn, journal, records):
        journal.fold(conn, records)
        assert rows(conn, journal) == one_by_one
        assert journal.checkpoint.next_offset == len(records) + 1


def test_a_worker_that_was_overtaken_in_the_middle_of_a_backlog_writes_no_more(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.log.journal.fold.CHUNK_ENTRIES", 1)
    with taken_up(database) as (conn, journal, records):
        moved = journal._tables.statement("UPDATE {positions} SET next_offset = 7")

        true_look_up, turns = journal._look_up, count(1)

        def be_overtaken(*arguments: Any) -> None:
            true_look_up(*arguments)
            if next(turns) == 3:
                with connect_own(database, application_name="test") as other:
                    other.execute(moved)

        monkeypatch.setattr(journal, "_look_up", be_overtaken)
        with pytest.raises(FenceError):
            journal.fold(conn, records)
        position, events, *_ = rows(conn, journal)
        assert position[0][0]["next_offset"] == 7
        assert len(events) == 1


def test_a_batch_reads_no_row_beyond_its_own_before_the_table_has_statistics(database: str) -> None:
    """Otherwise a view that is made anew would read and sort all that follows for each of its batches."""
    tables = JournalTables(unique_name())
    read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s"
    with connect_own(database, application_name="test") as conn:
        tables.create(conn)
        conn.execute(
            tables.statement(
                "INSERT INTO {events} SELECT 'portfolio-a', n, 'sealed', '', n, 0, ''"
                " FROM generate_series(1, 5000) n"
            )
        )
        with conn.transaction():
            events = JournalReader(tables.log).read_partition(conn, partition=0, after=100, limit=10)
            counted = conn.execute(read, (f"{tables.log}_events",)).fetchone()
    assert [event.ordinal for event in events] == list(range(101, 111))
    assert counted == (10,)
