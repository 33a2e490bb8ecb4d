"""A stream's commits are read from the log's own bytes, judged again, and compared with the journal."""

import os
from contextlib import closing
from typing import LiteralString

import msgspec
import psycopg
import pytest

from events.log.acceptance import OtherLogError, Outcome
from events.log.faults import FaultKind
from events.log.outcomes import Accepted
from events.log.proof.commits import CommitOnLog, read_commits
from events.log.record import Commit, Entry, Write, encode_entry, frame
from events.streams import partition_of
from tests.events.log.harness import LogUnderTest, event, subject

pytestmark = pytest.mark.postgres


def commits_of(log: LogUnderTest, stream: str) -> list[CommitOnLog]:
    with closing(log.reader()) as reader, psycopg.connect(log.url, autocommit=True) as conn:
        return list(read_commits(conn, reader, log=log.name, stream=stream))


def changed(log: LogUnderTest, statement: LiteralString) -> None:
    with psycopg.connect(log.url, autocommit=True) as conn:
        assert conn.execute(log.tables.statement(statement)).rowcount == 1


def history(log: LogUnderTest) -> tuple[str, Accepted]:
    """Three versions of a portfolio in two commits, another stream of theirs, and neighbours around it."""
    recorder, one = log.recorder(), subject()
    recorder.append([event(one, 1, state=b"first"), event(one, 2, state=b"second")])
    for _ in range(5):
        recorder.append([event(subject(), 1)])
    recorder.append([event(one, 1, category="employment")])
    return one, recorder.append([event(one, 3), event(one, 2, category="employment")])


def test_every_commit_of_a_stream_comes_with_its_place_verdict_and_digests(log: LogUnderTest) -> None:
    one, last = history(log)
    first, second = commits_of(log, f"portfolio-{one}")
    assert [e.version for c in (first, second) for e in c.events] == [1, 2, 3]
    assert {c.verdict for c in (first, second)} == {Outcome.ACCEPTED}
    assert second.place.generation == last.position.generation
    assert second.place.partition == last.position.partition
    assert second.place.ordinal == last.first_ordinal
    assert first.place.offset < second.place.offset
    assert second.events[0].parent == first.events[1].digest
    assert all(e.digest_valid for c in (first, second) for e in c.events)
    assert not first.faults
    assert not second.faults


def refused(one: str, **change: object) -> Commit:
    """A commit that comes too late: its version is taken."""
    late = Write(f"portfolio-{one}", 3, bytes(32), "sealed", b"late")
    commit = Commit(subject=one, command=os.urandom(32), commit=os.urandom(16), writes=(late,))
    return msgspec.structs.replace(commit, **change)


def test_a_refused_commit_is_shown_where_it_is_with_its_verdict(log: LogUnderTest) -> None:
    one, last = history(log)
    late = refused(one)
    append(log, last, late)
    found = commits_of(log, f"portfolio-{one}")
    assert [c.verdict for c in found] == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.SUPERSEDED]
    assert found[-1].commit == late.commit
    assert found[-1].place.ordinal is None
    assert not [c.faults for c in found if c.faults]


def test_another_verdict_in_the_journal_is_named(log: LogUnderTest) -> None:
    one, last = history(log)
    append(log, last, refused(one))
    changed(log, "UPDATE {refusals} SET verdict = 'gap'")
    (fault,) = [fault for c in commits_of(log, f"portfolio-{one}") for fault in c.faults]
    assert (fault.kind, fault.en) == (FaultKind.CHANGED, "the journal has another verdict")


def append(log: LogUnderTest, last: Accepted, *entries: Entry) -> None:
    """Write a record of our own, and wait until the journal has folded it."""
    record = frame(bytes.fromhex(last.position.generation), "", [encode_entry(entry) for entry in entries])
    with closing(log.appender()) as appender:
        appender.append(last.position.partition, record).result(10)
    recorder = log.recorder()
    one = subject()
    while partition_of(one, log.partitions) != last.position.partition:
        one = subject()
    recorder.append([event(one, 1)])


@pytest.mark.parametrize(
    ("statement", "kind", "said"),
    [
        (
            (
                "UPDATE {events} SET state = 'changed' WHERE topic = 'sealed' AND originator_version = 2"
                " AND originator_id LIKE 'portfolio%'"
            ),
            FaultKind.CHANGED,
            "the journal has another state",
        ),
        (
            "DELETE FROM {events} WHERE originator_version = 3",
            FaultKind.DROPPED,
            "not in the journal",
        ),
        (
            (
                "INSERT INTO {events} SELECT originator_id, 4, topic, state, 1000, partition, digest"
                " FROM {events} WHERE originator_version = 3"
            ),
            FaultKind.ADDED,
            "in the journal, and not on the log",
        ),
        (
            (
                "UPDATE {commits} SET day = day + 1 WHERE events = 2 AND ordinal ="
                " (SELECT notification_id + 1 FROM {events} WHERE originator_version = 3)"
            ),
            FaultKind.CHANGED,
            "the journal has another day",
        ),
    ],
)
def test_what_was_changed_in_the_journal_is_named(
    log: LogUnderTest, statement: LiteralString, kind: FaultKind, said: str
) -> None:
    one, _ = history(log)
    changed(log, statement)
    (fault,) = [fault for c in commits_of(log, f"portfolio-{one}") for fault in c.faults]
    assert fault.kind is kind
    assert fault.en.endswith(said)
    assert fault.stream == f"portfolio-{one}"


def test_a_row_that_was_given_another_digest_shows_that_the_bytes_have_their_own(log: LogUnderTest) -> None:
    one, _ = history(log)
    changed(log, "UPDATE {events} SET digest = sha256('') WHERE originator_version = 3")
    *_, last = commits_of(log, f"portfolio-{one}")
    assert not last.events[0].digest_valid
    assert last.events[0].digest != last.events[0].recomputed


def test_another_log_under_the_same_name_is_refused(log: LogUnderTest) -> None:
    one, _ = history(log)
    changed(log, "UPDATE {log} SET identity = 'another'")
    with pytest.raises(OtherLogError):
        commits_of(log, f"portfolio-{one}")


def test_a_voided_command_keeps_its_verdict(log: LogUnderTest) -> None:
    one, last = history(log)
    command = os.urandom(32)
    log.recorder().resolve(one, command)
    append(log, last, refused(one, command=command))
    found = commits_of(log, f"portfolio-{one}")
    assert found[-1].verdict is Outcome.VOIDED
    assert not [c.faults for c in found if c.faults]
