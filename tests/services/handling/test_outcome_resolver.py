"""Resolving outcomes in the background: commands take turns, and none delays the others."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import pytest
from eventsourcing.persistence import PersistenceError
from structlog.testing import capture_logs

from events.log.outcomes import Accepted, OutcomeUnknownError, Voided
from events.log.port import LogAppender
from events.log.recorder import LogRecorder
from services.handling.outcome_resolver import (
    LOOK_S_MAX,
    LOOK_S_MIN,
    MARK_S_MAX,
    MARK_S_MIN,
    OutcomeResolver,
    _doubled,
)
from tests.events.log.harness import LogUnderTest, unique_name

pytestmark = pytest.mark.postgres
SOON_S = 20.0
CANARY = "KANARIE"


@dataclass
class Stubborn:
    """The real recorder, but one subject's commands can't be resolved."""

    recorder: LogRecorder
    subject: str
    error: Exception
    turns: int = 0

    def find(self, subject: str, command: bytes) -> Accepted | Voided | None:
        self._refuse(subject)
        return self.recorder.find(subject, command)

    def resolve(self, subject: str, command: bytes, *, timeout_s: float | None = None) -> Accepted | Voided:
        self._refuse(subject)
        return self.recorder.resolve(subject, command, timeout_s=timeout_s)

    def _refuse(self, subject: str) -> None:
        if subject == self.subject:
            self.turns += 1
            raise self.error


@dataclass
class Counting:
    """The real appender; it counts what is appended."""

    blocks = True
    appender: LogAppender
    partitions: list[int] = field(default_factory=list)

    def append(self, partition: int, record: bytes) -> "Future[int]":
        self.partitions.append(partition)
        return self.appender.append(partition, record)

    def close(self) -> None:
        self.appender.close()


@contextmanager
def running(resolver: OutcomeResolver) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=resolver.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive(), "the resolver did not stop"


def soon(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SOON_S
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


@pytest.fixture
def log(database: str) -> Iterator[LogUnderTest]:
    log = LogUnderTest(url=database, name=unique_name(), partitions=1)
    log.create()
    yield log
    log.drop()


def command() -> bytes:
    return uuid4().bytes * 2


@pytest.mark.parametrize(
    "error",
    [
        OutcomeUnknownError("not folded"),
        PersistenceError("away"),
        RuntimeError(f"a bug that quotes {CANARY}"),
    ],
)
def test_one_that_cannot_be_resolved_delays_no_other(log: LogUnderTest, error: Exception) -> None:
    with log.folding():
        recorder = Stubborn(log.recorder(), subject="a" * 32, error=error)
        resolver, stuck, others = OutcomeResolver(recorder), command(), [command() for _ in range(5)]
        resolver.resolve_later("a" * 32, stuck)
        for other in others:
            resolver.resolve_later("b" * 32, other)
        with capture_logs() as logged, running(resolver):
            assert soon(lambda: not any(map(resolver.is_resolving, others)))
            assert soon(lambda: recorder.turns > 1), "it is tried again"
            assert resolver.is_resolving(stuck)
        assert all(isinstance(log.recorders[0].find("b" * 32, other), Voided) for other in others)
    assert CANARY not in str(logged)
    if not isinstance(error, OutcomeUnknownError):
        assert type(error).__name__ in {line.get("reason") for line in logged}


def test_a_command_that_waits_for_the_journal_leaves_one_marker_on_the_log(
    log: LogUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.handling.outcome_resolver.LOOK_S_MAX", 0.02)
    monkeypatch.setattr("services.handling.outcome_resolver.LOOK_S_MIN", 0.02)
    counted: list[Counting] = []

    def counting(appender: LogAppender) -> LogAppender:
        counted.append(Counting(appender))
        return counted[-1]

    with log.folding():
        recorder = log.recorder(wrap=counting)
        recorder.writer.wait_for_journal()
    looks = Stubborn(recorder, subject="nobody", error=RuntimeError())
    resolver, unsettled = OutcomeResolver(looks), command()
    resolver.resolve_later("a" * 32, unsettled)
    with running(resolver):
        time.sleep(1.5)
        assert resolver.is_resolving(unsettled)
        with log.folding():
            assert soon(lambda: not resolver.is_resolving(unsettled))
    assert [len(one.partitions) for one in counted] == [1]
    assert isinstance(recorder.find("a" * 32, unsettled), Voided)


def test_the_waits_double_up_to_a_limit() -> None:
    waits = [_doubled(LOOK_S_MIN, turns, LOOK_S_MAX) for turns in (0, 1, 2, 10, 10_000)]
    assert waits == [LOOK_S_MIN, 2 * LOOK_S_MIN, 4 * LOOK_S_MIN, LOOK_S_MAX, LOOK_S_MAX]
    assert _doubled(MARK_S_MIN, 10_000, MARK_S_MAX) == MARK_S_MAX
