"""When the log does not answer, nothing is claimed: unknown is told apart from kept, over and not sent."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest

from events.log.assembly import create_inbox
from events.log.config import LogConfig
from events.log.inbox.inbox import HandedIn, Inbox
from events.log.outcomes import NotSentError, OutcomeUnknownError
from events.log.port import LogAppender, LogUnavailableError
from tests.events.log.inbox.memory import LostAppender, MemoryAppender, MemoryLog, MemoryReader

Open = Callable[[LogAppender | None], Inbox]
VERDICT_S = 0.5


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def opened(log: MemoryLog) -> Iterator[Open]:
    inboxes: list[Inbox] = []

    def open_one(appender: LogAppender | None) -> Inbox:
        inbox = Inbox(
            name="memory",
            open_reader=lambda: MemoryReader(log),
            open_appender=lambda: appender or MemoryAppender(log),
            verdict_s_max=VERDICT_S,
        )
        inboxes.append(inbox)
        assert inbox.wait_until_read(10)
        return inbox

    yield open_one
    for inbox in inboxes:
        inbox.close()


def test_an_answer_without_a_verdict_is_unsettled_and_found_later(log: MemoryLog, opened: Open) -> None:
    appender, round_, slot, command = LostAppender(log), uuid.uuid4().hex, uuid.uuid4().hex, os.urandom(32)
    inbox = opened(appender)
    assert inbox.hand_in(round_, slot, command=command, sealed=b"x") is HandedIn.UNSETTLED
    assert inbox.result_of(round_, command) is HandedIn.UNSETTLED
    appender.arrive()
    other = opened(None)
    assert other.hand_in(round_, slot, command=command, sealed=b"x") is HandedIn.KEPT
    assert inbox.result_of(round_, command) is HandedIn.KEPT
    assert other.close_round(round_, terms=b"").kept[slot].version == 1


def test_an_answer_that_arrives_after_the_closing_is_over(log: MemoryLog, opened: Open) -> None:
    appender, round_, slot, command = LostAppender(log), uuid.uuid4().hex, uuid.uuid4().hex, os.urandom(32)
    inbox = opened(appender)
    assert inbox.hand_in(round_, slot, command=command, sealed=b"x") is HandedIn.UNSETTLED
    closed = opened(None).close_round(round_, terms=b"")
    appender.arrive()
    late = opened(None)
    assert late.result_of(round_, command) is HandedIn.OVER
    assert late.close_round(round_, terms=b"") == closed
    assert closed.kept == {}


def test_a_record_that_arrives_twice_counts_once(log: MemoryLog, opened: Open) -> None:
    inbox, round_, slot, command = opened(None), uuid.uuid4().hex, uuid.uuid4().hex, os.urandom(32)
    assert inbox.hand_in(round_, slot, command=command, sealed=b"first") is HandedIn.KEPT
    log.add(log.values[-1])
    assert inbox.hand_in(round_, slot, command=os.urandom(32), sealed=b"second") is HandedIn.KEPT
    log.add(log.values[1])
    closed = opened(None).close_round(round_, terms=b"")
    assert inbox.answers_of(round_, closed) == {slot: b"second"}


def test_a_closing_without_a_verdict_is_unknown_and_may_be_asked_again(log: MemoryLog, opened: Open) -> None:
    appender, round_ = LostAppender(log), uuid.uuid4().hex
    inbox = opened(appender)
    with pytest.raises(OutcomeUnknownError):
        inbox.close_round(round_, terms=b"mine")
    appender.arrive()
    assert opened(None).close_round(round_, terms=b"other").terms == b"mine"


def test_what_provably_was_not_sent_is_said_to_be_so(opened: Open) -> None:
    class Refusing(MemoryAppender):
        def append(self, partition: int, record: bytes) -> "Future[int]":
            raise NotSentError("the broker is away")

    inbox, round_ = opened(Refusing(MemoryLog())), uuid.uuid4().hex
    with pytest.raises(NotSentError):
        inbox.hand_in(round_, uuid.uuid4().hex, command=os.urandom(32), sealed=b"x")


def test_a_log_that_was_cut_and_goes_on_halts_the_inbox(log: MemoryLog, opened: Open) -> None:
    first, round_, slot = opened(None), uuid.uuid4().hex, uuid.uuid4().hex
    first.hand_in(round_, slot, command=os.urandom(32), sealed=b"x")
    with log.changed:
        log.values = [log.values[0], b"another record"]
        log.epoch += 1  # as when another broker leads that did not have the record
        log.add(b"and one more")
    with pytest.raises(LogUnavailableError, match="cut or replaced"):  # noqa: PT012 - when it has noticed
        while True:
            first.hand_in(round_, slot, command=os.urandom(32), sealed=b"x")
            time.sleep(0.01)


def test_a_damaged_record_counts_as_empty(log: MemoryLog, opened: Open) -> None:
    inbox, round_, slot = opened(None), uuid.uuid4().hex, uuid.uuid4().hex
    log.add(b"no record at all")
    damaged = bytearray(log.values[0])
    damaged[-1] ^= 1
    log.add(bytes(damaged))
    assert inbox.hand_in(round_, slot, command=os.urandom(32), sealed=b"x") is HandedIn.KEPT
    assert opened(None).close_round(round_, terms=b"").kept[slot].version == 1


def test_a_reading_that_fails_for_an_unknown_reason_is_no_silent_inbox(log: MemoryLog) -> None:
    class Failing(MemoryReader):
        def partitions(self) -> int:
            raise ZeroDivisionError

    inbox = Inbox(name="memory", open_reader=lambda: Failing(log), open_appender=lambda: MemoryAppender(log))
    while inbox.trouble != "reading failed: ZeroDivisionError":
        time.sleep(0.01)
    with pytest.raises(LogUnavailableError, match="ZeroDivisionError"):
        inbox.hand_in(uuid.uuid4().hex, uuid.uuid4().hex, command=os.urandom(32), sealed=b"x")
    inbox.close()


def test_a_database_that_is_away_is_a_log_that_is_away() -> None:
    config = LogConfig(name="away", partitions=1, database_url="postgresql://127.0.0.1:1/ipp")
    with pytest.raises(LogUnavailableError):
        create_inbox(config)
