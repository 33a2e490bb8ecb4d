"""What leaves together for the log; and a committer outlives whatever its appender raises."""

from collections.abc import Iterator
from concurrent.futures import Future
from queue import Queue
from threading import Thread, current_thread

import pytest

from events.log.outcomes import NotSentError, OutcomeUnknownError
from events.log.port import LogAppender
from events.log.record import Void, encode_entry, unframe
from events.log.writing.group_commit import ALTERNATE_FROM, ALTERNATING_SIZE, GroupCommitter
from tests.events.log.harness import LogUnderTest, event, subject

GENERATION = bytes(16)


class Held:
    """Takes records and acknowledges one when `acknowledge` is called."""

    blocks = False

    def __init__(self) -> None:
        self._records: Queue[tuple[int, Future[int]]] = Queue()
        self.threads: list[str] = []

    def append(self, partition: int, record: bytes) -> "Future[int]":
        sent: Future[int] = Future()
        self.threads.append(current_thread().name)
        entries = unframe(record).entries
        self._records.put((len(entries), sent))
        return sent

    def next(self) -> int:
        """The number of commits in the next record, acknowledged when they are counted."""
        commits, sent = self._records.get(timeout=10)
        self._last = sent
        return commits

    def acknowledge(self) -> None:
        self._last.set_result(0)

    def not_sent(self) -> None:
        self._last.set_exception(NotSentError("no leader"))

    def close(self) -> None:
        """Nothing is open."""


def nobody(error: NotSentError) -> None:
    raise AssertionError from error


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[GroupCommitter, Held]]:
    """A committer whose records wait for company for as long as it takes, one of them under way."""
    monkeypatch.setattr("events.log.writing.group_commit.GATHER_S", 60.0)
    appender = Held()
    committer = GroupCommitter(appender, generation=GENERATION, writer="w")
    submit(committer, 1)
    assert appender.next() == 1
    yield committer, appender
    committer.close()


def submit(committer: GroupCommitter, commits: int) -> None:
    for _ in range(commits):
        committer.submit(0, encode_entry(Void(subject="s", command=bytes(32))), nobody)


def test_what_came_together_waits_for_as_many(held: tuple[GroupCommitter, Held]) -> None:
    committer, appender = held
    submit(committer, ALTERNATE_FROM - 1)
    appender.acknowledge()
    assert appender.next() == ALTERNATE_FROM - 1
    appender.acknowledge()
    submit(committer, ALTERNATING_SIZE)
    submit(committer, ALTERNATE_FROM - 1 - ALTERNATING_SIZE)
    assert appender.next() == ALTERNATE_FROM - 1
    appender.acknowledge()


def test_of_very_many_two_groups_take_turns(held: tuple[GroupCommitter, Held]) -> None:
    committer, appender = held
    submit(committer, 2 * ALTERNATING_SIZE)
    appender.acknowledge()
    assert appender.next() == 2 * ALTERNATING_SIZE
    appender.acknowledge()
    for _ in range(3):
        submit(committer, ALTERNATING_SIZE)
        assert appender.next() == ALTERNATING_SIZE
        appender.acknowledge()
    submit(committer, ALTERNATING_SIZE - 1)
    closed_with = Thread(target=committer.close)
    closed_with.start()
    assert appender.next() == ALTERNATING_SIZE - 1, "what waits is sent when the process ends"
    appender.acknowledge()
    closed_with.join()


def test_the_thread_that_completes_a_record_sends_it(held: tuple[GroupCommitter, Held]) -> None:
    committer, appender = held
    appender.acknowledge()
    submit(committer, 1)
    assert appender.next() == 1
    submit(committer, 1)
    Thread(target=appender.acknowledge, name="acknowledgements").start()
    assert appender.next() == 1
    appender.acknowledge()
    here = current_thread().name
    assert appender.threads == [here, here, "acknowledgements"]


def test_an_appender_that_blocks_is_called_by_the_committers_own_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Held, "blocks", True)
    appender = Held()
    committer = GroupCommitter(appender, generation=GENERATION, writer="w")
    submit(committer, 1)
    assert appender.next() == 1
    submit(committer, 1)
    appender.acknowledge()
    assert appender.next() == 1
    appender.acknowledge()
    committer.close()
    assert appender.threads == ["group commit", "group commit"]


def test_what_provably_was_not_sent_is_said_when_it_is_known(held: tuple[GroupCommitter, Held]) -> None:
    committer, appender = held
    appender.acknowledge()
    unsent: Queue[NotSentError] = Queue()
    committer.submit(0, encode_entry(Void(subject="s", command=bytes(32))), unsent.put)
    assert appender.next() == 1
    assert unsent.empty()
    appender.not_sent()
    assert str(unsent.get(timeout=10)) == "no leader"


class FailsOnce:
    """A real appender that raises what nobody foresaw at its first record, and works on."""

    blocks = True

    def __init__(self, inner: LogAppender) -> None:
        self._inner, self._failed = inner, False

    def append(self, partition: int, record: bytes) -> "Future[int]":
        if not self._failed:
            self._failed = True
            raise RuntimeError("not foreseen")
        return self._inner.append(partition, record)

    def close(self) -> None:
        self._inner.close()


@pytest.mark.postgres
def test_after_an_error_of_the_appender_the_same_partition_is_appended_to_again(log: LogUnderTest) -> None:
    log.append_timeout_s = 1
    recorder, one = log.recorder(wrap=FailsOnce), subject()
    with pytest.raises(OutcomeUnknownError):
        recorder.append([event(one, 1)])
    recorder.writer._append_timeout_s = 8
    assert recorder.append([event(one, 1)]).events == 1
