"""What a command service relies on: verdicts, repeats, settling, limits, and what bad input does."""

import os
from concurrent.futures import Future
from threading import Thread

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, ProgrammingError

from events.log.acceptance import Outcome
from events.log.outcomes import Accepted, CommitTooLargeError, ConflictError, OutcomeUnknownError, Voided
from events.log.port import LogAppender
from events.streams import partition_of
from tests.events.log.harness import LogUnderTest, event, subject

pytestmark = pytest.mark.postgres


def test_an_append_is_readable_at_the_position_it_returned(log: LogUnderTest) -> None:
    recorder, one = log.recorder(), subject()
    accepted = recorder.append([event(one, 1), event(one, 2)], answer=b"a", fingerprint=b"f")
    assert accepted.position.partition == partition_of(one, 3)
    with psycopg.connect(log.url, autocommit=True) as conn:
        rows = log.journal.read_partition(conn, partition=accepted.position.partition, after=0, limit=10)
    assert [(r.stream, r.version, r.ordinal) for r in rows] == [
        (f"portfolio-{one}", 1, accepted.first_ordinal),
        (f"portfolio-{one}", 2, accepted.position.ordinal),
    ]
    assert recorder.select_events(f"portfolio-{one}") == [event(one, 1), event(one, 2)]


def test_one_commit_may_write_several_streams_of_one_subject(log: LogUnderTest) -> None:
    recorder, one = log.recorder(), subject()
    recorder.append([event(one, 1), event(one, 1, category="employment"), event(one, 2)])
    with psycopg.connect(log.url, autocommit=True) as conn:
        assert [e.stream[:9] for e in log.journal.read_subject(conn, subject=one, until_ordinal=9)] == [
            "portfolio",
            "employmen",
            "portfolio",
        ]


def test_a_commit_of_two_subjects_is_refused_before_it_is_sent(log: LogUnderTest) -> None:
    with pytest.raises(ProgrammingError, match="one subject"):
        log.recorder().append([event(subject(), 1), event(subject(), 1)])


def test_the_same_command_happens_once_and_answers_alike(log: LogUnderTest) -> None:
    first, second, one, command = log.recorder(), log.recorder(), subject(), os.urandom(32)
    accepted = first.append([event(one, 1)], command=command, answer=b"id", fingerprint=b"f")
    again = second.append([event(one, 2)], command=command, answer=b"other")
    assert (again.repeated, again.position, again.answer) == (True, accepted.position, b"id")
    assert len(first.select_events(f"portfolio-{one}")) == 1
    assert first.find(one, command) == accepted
    assert first.find_any(command) == accepted


def test_the_same_command_of_another_subject_is_another(log: LogUnderTest) -> None:
    recorder, command = log.recorder(), os.urandom(32)
    for one in (subject(), subject()):
        assert not recorder.append([event(one, 1)], command=command).repeated


def test_a_command_with_nothing_to_do_is_remembered(log: LogUnderTest) -> None:
    recorder, one, command = log.recorder(), subject(), os.urandom(32)
    accepted = recorder.append([], subject=one, command=command, answer=b"nothing")
    assert (accepted.events, accepted.repeated) == (0, False)
    assert recorder.append([event(one, 1)], command=command).answer == b"nothing"


def test_the_second_of_two_writers_gets_the_current_version(log: LogUnderTest) -> None:
    first, second, one = log.recorder(), log.recorder(), subject()
    first.append([event(one, 1), event(one, 2)])
    with pytest.raises(ConflictError) as refused:
        second.append([event(one, 1)])
    assert (refused.value.outcome, refused.value.version) == (Outcome.SUPERSEDED, 2)
    with pytest.raises(IntegrityError):
        first.append([event(one, 2)])
    with pytest.raises(ConflictError, match="can't follow"):
        first.append([event(one, 9)])


def test_a_writer_goes_on_from_what_another_wrote(log: LogUnderTest) -> None:
    first, second, one = log.recorder(), log.recorder(), subject()
    for version in (1, 3, 5):
        first.append([event(one, version)])
        second.append([event(one, version + 1)])
    with pytest.raises(ConflictError) as refused:
        first.append([event(one, 6)])
    assert (refused.value.outcome, refused.value.version) == (Outcome.SUPERSEDED, 6)


def test_what_is_refused_from_the_journal_never_reaches_the_log(log: LogUnderTest) -> None:
    recorder, one = log.recorder(), subject()
    recorder.append([event(one, 1)])
    with pytest.raises(ConflictError):
        recorder.append([event(one, 1)])
    with psycopg.connect(log.url) as conn:
        count = conn.execute(log.tables.statement("SELECT count(*) FROM {refusals}")).fetchone()
    assert count == (0,)


def test_a_commit_over_the_limit_is_refused_with_the_limit_named(log: LogUnderTest) -> None:
    recorder, one = log.recorder(), subject()
    with pytest.raises(CommitTooLargeError, match="983040"):
        recorder.append([event(one, 1, state=os.urandom(990_000))])
    assert recorder.append([event(one, 1, state=os.urandom(900_000))]).events == 1


def test_many_large_commits_at_once_split_into_several_records(log: LogUnderTest) -> None:
    recorder = log.recorder()
    threads = [
        Thread(target=recorder.append, args=([event(subject(), 1, state=os.urandom(400_000))],))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with psycopg.connect(log.url) as conn:
        rows = conn.execute(log.tables.statement("SELECT count(*) FROM {events}"))
        assert rows.fetchone() == (8,)


def test_a_decision_on_a_count_that_moved_is_superseded(log: LogUnderTest) -> None:
    recorder, one = log.recorder(), subject()
    seen = recorder.commits_of(one)
    recorder.append([event(one, 1)], decided_on=seen)
    with pytest.raises(ConflictError) as refused:
        recorder.append([event(one, 1, category="employment")], decided_on=seen)
    assert refused.value.outcome is Outcome.SUPERSEDED
    assert recorder.commits_of(one) == 1


def test_nothing_enters_after_a_subjects_last_commit(log: LogUnderTest) -> None:
    recorder, one = log.recorder(), subject()
    recorder.append([event(one, 1)], last=True)
    with pytest.raises(ConflictError) as refused:
        recorder.append([event(one, 2)])
    assert refused.value.outcome is Outcome.SUBJECT_CLOSED


# ── Unknown outcomes ─────────────────────────────────────────────────────────────────────────────────────


def test_resolving_an_absent_command_settles_it_for_good(log: LogUnderTest) -> None:
    recorder, one, command = log.recorder(), subject(), os.urandom(32)
    assert recorder.resolve(one, command) == Voided(subject=one, command=command)
    with pytest.raises(ConflictError) as refused:
        recorder.append([event(one, 1)], command=command)
    assert refused.value.outcome is Outcome.VOIDED
    assert recorder.find_any(command) == Voided(subject=one, command=command)


def test_resolving_an_accepted_command_finds_it(log: LogUnderTest) -> None:
    recorder, one, command = log.recorder(), subject(), os.urandom(32)
    assert recorder.resolve(one, command=command) is not None
    other = os.urandom(32)
    accepted = recorder.append([event(one, 1)], command=other)
    assert recorder.resolve(one, other) == accepted


class LostReplies:
    """Sends every record, and reports a failure."""

    blocks = True

    def __init__(self, appender: LogAppender) -> None:
        self._appender = appender

    def append(self, partition: int, record: bytes) -> "Future[int]":
        self._appender.append(partition, record).result(10)
        lost: Future[int] = Future()
        lost.set_exception(TimeoutError("the acknowledgement was lost"))
        return lost

    def close(self) -> None:
        self._appender.close()


def test_a_lost_acknowledgement_changes_no_outcome(log: LogUnderTest) -> None:
    recorder = log.recorder(wrap=LostReplies)
    one = subject()
    assert recorder.append([event(one, 1)]).events == 1
    assert len(recorder.select_events(f"portfolio-{one}")) == 1


def test_without_a_journal_an_append_is_unknown_and_settled_later(unfolded: LogUnderTest) -> None:
    with unfolded.folding():
        recorder = unfolded.recorder()
        recorder.append([event(subject(), 1)])
    recorder.writer._append_timeout_s = 0.5
    one, command = subject(), os.urandom(32)
    with pytest.raises(OutcomeUnknownError):
        recorder.append([event(one, 1)], command=command)
    assert recorder.find(one, command) is None
    recorder.writer._append_timeout_s = 15
    with unfolded.folding():
        assert isinstance(recorder.resolve(one, command), Accepted), "it was sent before the marker"


def test_a_verdict_whose_message_is_lost_is_looked_up(
    log: LogUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = log.recorder()
    recorder.append([event(subject(), 1)])
    monkeypatch.setattr("events.log.writing.waiting.PendingVerdict.resolve", lambda *_, **__: None)
    assert recorder.append([event(subject(), 1)]).events == 1
