"""The journal worker where one partition or statement goes wrong: the others go on, health reports it."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from threading import Thread

import psycopg
import pytest
from structlog.testing import capture_logs

from events.log.journal.fold import Journal
from events.log.journal.log_identity import open_partition
from events.log.journal.worker import FOLD_BYTES_MAX, JournalWorker, pieces
from events.log.outcomes import OutcomeUnknownError
from events.log.port import LogReader, LogRecord, LogUnavailableError
from events.log.record import RECORD_BYTES_MAX
from events.streams import partition_of
from kit.health import Finding, Health
from kit.lifecycle import Stop
from kit.postgres.leases import Leases
from tests.events.log.harness import CLOCK, LogUnderTest, assert_agrees, event, subject

pytestmark = pytest.mark.postgres

PATIENCE_S = 15.0


class Leaderless:
    """
    A real reader whose partitions in `away` don't answer, as Kafka's without a leader.

    Those in `silent` give no records and no error, as Kafka's client while it looks for a new leader.
    """

    def __init__(self, inner: LogReader, away: set[int], silent: set[int], asked: list[str]) -> None:
        self._inner, self._away, self._silent, self._asked = inner, away, silent, asked

    def identity(self) -> str:
        self._asked.append("identity")
        return self._inner.identity()

    def partitions(self) -> int:
        return self._inner.partitions()

    def read(self, after: Mapping[int, int], *, timeout_s: float) -> Sequence[LogRecord]:
        self._refuse(self._away & after.keys())
        spoken = {partition: offset for partition, offset in after.items() if partition not in self._silent}
        return self._inner.read(spoken, timeout_s=timeout_s)

    def record_at(self, partition: int, offset: int) -> LogRecord | None:
        self._refuse((self._away | self._silent) & {partition})
        return self._inner.record_at(partition, offset)

    def close(self) -> None:
        self._inner.close()

    def _refuse(self, partitions: set[int]) -> None:
        if partitions:
            raise LogUnavailableError("no leader")


class Watched:
    """A running worker over a log whose partitions can be taken away."""

    def __init__(self, log: LogUnderTest) -> None:
        self.away: set[int] = set()
        self.silent: set[int] = set()
        self.asked: list[str] = []
        self.health = Health(CLOCK)
        self._worker = JournalWorker(
            url=log.url,
            log=log.name,
            open_reader=lambda: Leaderless(log.reader(), self.away, self.silent, self.asked),
            health=self.health,
            lease_s=10.0,
            worker="watched",
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        stop = Stop()
        thread = Thread(target=self._worker.run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.request("seen")
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

    def finding(self) -> Finding | None:
        return self.health.findings().get("journal")

    def reports(self, state: str, words: str) -> bool:
        found = self.finding()
        return found is not None and found.state == state and words in found.sentence


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def one_of(partition: int) -> str:
    while partition_of(one := subject(), 3) != partition:
        pass
    return one


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


def test_the_log_is_asked_for_its_name_once_a_session(unfolded: LogUnderTest) -> None:
    watched = Watched(unfolded)
    with watched.running():
        unfolded.recorder().append([event(subject(), 1)])
        until(lambda: watched.reports("ok", "folding 3 partitions"))
    assert watched.asked == ["identity"]


def test_a_backlog_of_large_records_is_folded_in_bounded_pieces() -> None:
    value = bytes(RECORD_BYTES_MAX)
    batch = [LogRecord(partition=0, offset=n, epoch=0, day=0, value=value) for n in range(20)]
    cut = list(pieces(batch))
    assert [record for piece in cut for record in piece] == batch
    assert all(sum(len(record.value) for record in piece) <= FOLD_BYTES_MAX for piece in cut)


def test_a_record_over_the_bound_is_a_piece_by_itself() -> None:
    large = LogRecord(partition=0, offset=1, epoch=0, day=0, value=bytes(FOLD_BYTES_MAX + 1))
    small = LogRecord(partition=0, offset=2, epoch=0, day=0, value=b"small")
    assert list(pieces([large, small])) == [[large], [small]]


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
