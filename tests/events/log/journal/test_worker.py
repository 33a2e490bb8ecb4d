"""The journal worker where one partition or statement goes wrong: the others go on, health reports it."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from structlog.testing import capture_logs

from events.log.journal.fold import Journal
from events.log.journal.log_identity import open_partition
from events.log.journal.worker import FOLD_BYTES_MAX, Pieces
from events.log.outcomes import OutcomeUnknownError
from events.log.port import LogRecord
from events.log.record import RECORD_BYTES_MAX
from kit.postgres.leases import Leases
from tests.events.log.harness import LogUnderTest, assert_agrees, event, subject, unique_name
from tests.events.log.journal.watched import PATIENCE_S, Watched, one_of, until

pytestmark = pytest.mark.postgres

BACKLOG = 12


def test_a_partition_away_from_the_start_is_shown_and_stops_no_other_and_heals(
    unfolded: LogUnderTest,
) -> None:
    watched, recorder, one = Watched(unfolded), unfolded.recorder(), one_of(0)
    watched.away.add(0)
    with watched.running():
        for partition in (1, 2):
            recorder.append([event(one_of(partition), 1)])
        until(lambda: watched.reports("degraded", "partition 0 does not answer: no leader"))
        recorder.writer._append_timeout_s = 0.5
        with pytest.raises(OutcomeUnknownError):
            recorder.append([event(one, 1)])
        recorder.writer._append_timeout_s = PATIENCE_S
        watched.away.clear()
        recorder.append([event(one_of(0), 1)])
        until(lambda: watched.reports("ok", "folding 3 partitions"))
    assert_agrees(unfolded)


def test_a_partition_that_goes_away_while_it_is_read_stops_no_other_and_heals(unfolded: LogUnderTest) -> None:
    watched, recorder = Watched(unfolded), unfolded.recorder()
    with watched.running():
        for partition in range(3):
            recorder.append([event(one_of(partition), 1)])
        watched.away.add(1)
        with capture_logs() as logs:
            until(lambda: watched.reports("degraded", "partition 1 does not answer: no leader"))
            for partition in (0, 2):
                recorder.append([event(one_of(partition), 1)])
        assert "journal.restart" not in {line["event"] for line in logs}
        watched.away.clear()
        recorder.writer._append_timeout_s = PATIENCE_S
        recorder.append([event(one_of(1), 1)])
        until(lambda: watched.reports("ok", "folding 3 partitions"))
    assert_agrees(unfolded)


def test_a_partition_that_falls_silent_is_shown_and_keeps_its_place(
    unfolded: LogUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.log.journal.probe.ROUND_TURNS", 1)
    watched, recorder = Watched(unfolded), unfolded.recorder()
    with watched.running():
        for partition in range(3):
            recorder.append([event(one_of(partition), 1)])
        watched.silent.add(2)
        until(lambda: watched.reports("degraded", "partition 2 does not answer: no leader"))
        recorder.append([event(one_of(0), 1)])
        watched.silent.clear()
        recorder.writer._append_timeout_s = PATIENCE_S
        recorder.append([event(one_of(2), 1)])
        until(lambda: watched.reports("ok", "folding 3 partitions"))
    assert_agrees(unfolded)


def test_a_log_that_is_away_as_a_whole_fails_the_check_and_heals(unfolded: LogUnderTest) -> None:
    watched, recorder = Watched(unfolded), unfolded.recorder()
    with watched.running():
        recorder.append([event(one_of(0), 1)])
        watched.away.update(range(3))
        until(lambda: watched.reports("failed", "no leader"))
        watched.away.clear()
        recorder.writer._append_timeout_s = PATIENCE_S
        recorder.append([event(one_of(0), 1)])


def test_a_database_that_does_not_answer_is_given_up_with_the_lease_and_nothing_is_lost(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.postgres.leases.ANSWER_S_MIN", 1.0)
    log = LogUnderTest(url=database, name=unique_name(), append_timeout_s=PATIENCE_S)
    log.create()
    watched, recorder, one = Watched(log, lease_s=1.0), log.recorder(), subject()
    with watched.running(), ThreadPoolExecutor(1) as pool:
        recorder.append([event(one, 1)])
        with psycopg.connect(database) as other:
            other.execute(log.tables.statement("SELECT * FROM {positions} FOR UPDATE"))
            appending = pool.submit(recorder.append, [event(one, 2)])
            until(lambda: watched.reports("failed", "OperationalError, the server did not answer"))
        assert appending.result(PATIENCE_S).position.ordinal == 2
        until(lambda: watched.reports("ok", "folding 1 partition"))
    assert_agrees(log)
    log.drop()


def test_the_log_is_asked_for_its_name_once_a_session(unfolded: LogUnderTest) -> None:
    watched = Watched(unfolded)
    with watched.running():
        unfolded.recorder().append([event(subject(), 1)])
        until(lambda: watched.reports("ok", "folding 3 partitions"))
    assert watched.asked == ["identity"]


def test_a_backlog_of_large_records_is_folded_in_bounded_pieces() -> None:
    value = bytes(RECORD_BYTES_MAX)
    batch = [LogRecord(partition=0, offset=n, epoch=0, day=0, value=value) for n in range(20)]
    cut = list(Pieces().of(batch))
    assert [record for piece in cut for record in piece] == batch
    assert all(sum(len(record.value) for record in piece) <= FOLD_BYTES_MAX for piece in cut)


def test_a_record_over_the_bound_is_a_piece_by_itself() -> None:
    large = LogRecord(partition=0, offset=1, epoch=0, day=0, value=bytes(FOLD_BYTES_MAX + 1))
    small = LogRecord(partition=0, offset=2, epoch=0, day=0, value=b"small")
    assert list(Pieces().of([large, small])) == [[large], [small]]


def test_after_an_interruption_pieces_are_smaller_and_grow_again_while_they_are_folded() -> None:
    batch = [LogRecord(partition=0, offset=n, epoch=0, day=0, value=b"small") for n in range(4_000)]
    pieces = Pieces()
    assert [len(piece) for piece in pieces.of(batch)] == [2_000, 2_000]
    pieces.was_interrupted()
    assert [len(piece) for piece in pieces.of(batch)] == [500, 1_000, 2_000, 500]
    for _ in range(20):
        pieces.was_interrupted()
    assert len(next(pieces.of(batch))) == 1


def test_a_backlog_whose_fold_takes_longer_than_it_may_is_folded_in_smaller_pieces(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends the fold, as another worker does when a lease is over."""
    monkeypatch.setattr("events.log.journal.worker.FOLD_RECORDS_MAX", BACKLOG)
    log = LogUnderTest(url=database, name=unique_name(), append_timeout_s=PATIENCE_S)
    log.create()
    recorder = log.recorder()
    with log.folding():
        recorder.append([event(subject(), 1)])
    recorder.writer._append_timeout_s = 0.01
    for _ in range(BACKLOG):
        with pytest.raises(OutcomeUnknownError):
            recorder.append([event(subject(), 1)])
    hurried = LogUnderTest(url=make_conninfo(database, options="-c statement_timeout=1000"), name=log.name)
    with psycopg.connect(database, autocommit=True) as conn, capture_logs() as logs:
        conn.execute(
            "CREATE OR REPLACE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END'"
        )
        slow = "CREATE TRIGGER slow BEFORE INSERT ON {events} FOR EACH ROW EXECUTE FUNCTION slowly()"
        conn.execute(log.tables.statement(slow))
        with Watched(hurried).running():
            until(lambda: recorder.positions()[0] == 1 + BACKLOG)
    assert "journal.restart" in {line["event"] for line in logs}
    assert_agrees(log)
    log.drop()


def test_the_lease_is_renewed_between_partitions_and_pieces_of_one_turn(
    unfolded: LogUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each `hold` sends a heartbeat when one is due; a turn over a backlog calls it before each piece."""
    looked: list[str] = []

    def recorded(word: str, inner: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **named: object) -> object:
            looked.append(word)
            return inner(*args, **named)

        return call

    appender = unfolded.appender()
    for _ in range(3):
        for partition in range(3):
            appender.append(partition, b"noise").result(PATIENCE_S)
    appender.close()
    monkeypatch.setattr("events.log.journal.worker.FOLD_RECORDS_MAX", 1)
    monkeypatch.setattr("events.log.journal.worker.open_partition", recorded("work", open_partition))
    monkeypatch.setattr(Leases, "hold", recorded("hold", Leases.hold))
    monkeypatch.setattr(Journal, "fold", recorded("work", Journal.fold))
    with unfolded.folding():
        until(lambda: looked.count("work") == 12)
    assert all(before == "hold" for before, word in pairwise(looked) if word == "work")


def test_what_postgresql_writes_of_a_row_reaches_neither_log_nor_health(unfolded: LogUnderTest) -> None:
    with unfolded.folding():
        unfolded.recorder().append([event(one_of(0), 1)])
    secret = os.urandom(8).hex()
    with psycopg.connect(unfolded.url, autocommit=True) as conn:
        statement = "ALTER TABLE {events} ADD CONSTRAINT never CHECK (state <> %s)"
        conn.execute(unfolded.tables.statement(statement.replace("%s", f"'{secret}'")))
    watched, recorder = Watched(unfolded), unfolded.recorder()
    recorder.writer._append_timeout_s = 1
    with capture_logs() as logs, watched.running():
        with pytest.raises(OutcomeUnknownError):
            recorder.append([event(one_of(0), 1, state=secret.encode())])
        until(lambda: watched.reports("failed", "CheckViolation, SQLSTATE 23514"))
        found = watched.finding()
    assert found is not None
    for text in (found.sentence, *map(str, logs)):
        assert "Failing row" not in text
        assert "DETAIL" not in text
    assert any("SQLSTATE 23514" in str(line) for line in logs)
