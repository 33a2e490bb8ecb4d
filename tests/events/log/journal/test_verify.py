"""The check of the journal against the log names whatever was changed, added or lost in the journal."""

import os

import psycopg
import pytest

from events.log.journal.verify import FAULTS_MAX, verify_partition
from events.log.outcomes import Accepted, ConflictError
from tests.events.log.harness import LogUnderTest, assert_agrees, event, subject

pytestmark = pytest.mark.postgres

COMMAND = os.urandom(32)


def faults(log: LogUnderTest, accepted: Accepted, change: str = "") -> tuple[str, ...]:
    """Change the journal directly, and return what the check finds, without the partition's number."""
    partition, reader = accepted.position.partition, log.reader()
    with psycopg.connect(log.url, autocommit=True) as conn:
        if change:
            done = conn.execute(log.tables.statement(change))
            assert done.rowcount == 1
        report = verify_partition(conn, reader, log=log.name, partition=partition)
    reader.close()
    assert all(fault.startswith(f"partition {partition}, ") for fault in report.faults)
    return tuple(fault.removeprefix(f"partition {partition}, ") for fault in report.faults)


def two_commits(log: LogUnderTest) -> tuple[str, Accepted]:
    recorder, one = log.recorder(), subject()
    recorder.append([event(one, 1, state=b"first"), event(one, 2, state=b"second")])
    return one, recorder.append([event(one, 3)], command=COMMAND, answer=b"yes", fingerprint=b"asked")


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("state", "state = set_byte(state, 0, 255)"),
        ("topic", "topic = 'seeled'"),
        ("digest", "digest = set_byte(digest, 0, get_byte(digest, 0) # 1)"),
        ("version", "originator_version = 4"),
    ],
)
def test_one_changed_byte_of_an_event_is_named(log: LogUnderTest, column: str, change: str) -> None:
    one, accepted = two_commits(log)
    found = faults(log, accepted, f"UPDATE {{events}} SET {change} WHERE originator_version = 2")
    assert found == (f"ordinal 2, version 2 of portfolio-{one}: the journal has another {column}",)


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("answer", "answer = 'yet'"),
        ("fingerprint", "fingerprint = ''"),
        ("commit", "commit_id = set_byte(commit_id, 0, get_byte(commit_id, 0) # 1)"),
        ("ordinal", "ordinal = ordinal - 1"),
        ("events", "events = 2"),
        ("day", "day = day + 1"),
    ],
)
def test_a_changed_column_of_a_commit_is_named(log: LogUnderTest, column: str, change: str) -> None:
    one, accepted = two_commits(log)
    found = faults(log, accepted, f"UPDATE {{commits}} SET {change} WHERE ordinal = 3")
    where = f"ordinal 3, command {COMMAND.hex()} of {one} in record 2"
    assert found == (f"{where}: the journal has another {column}",)


def test_another_command_in_a_commit_is_one_too_many_and_one_too_few(log: LogUnderTest) -> None:
    one, accepted = two_commits(log)
    found = faults(log, accepted, "UPDATE {commits} SET command = sha256('') WHERE ordinal = 3")
    assert len(found) == 2
    assert f"ordinal 3, command {COMMAND.hex()} of {one} in record 2: not in the journal" in found


def test_a_lost_row_is_named_once_and_what_follows_it_agrees(log: LogUnderTest) -> None:
    one, accepted = two_commits(log)
    found = faults(log, accepted, "DELETE FROM {events} WHERE originator_version = 2")
    assert found == (f"ordinal 2, version 2 of portfolio-{one}: not in the journal",)


def test_a_lost_last_commit_is_named(log: LogUnderTest) -> None:
    one, accepted = two_commits(log)
    found = faults(log, accepted, "DELETE FROM {commits} WHERE ordinal = 3")
    assert found == (f"ordinal 3, command {COMMAND.hex()} of {one} in record 2: not in the journal",)


def test_a_row_that_the_log_never_gave_is_named(log: LogUnderTest) -> None:
    one, accepted = two_commits(log)
    made_up = (
        "INSERT INTO {commits} SELECT subject, sha256(''), commit_id, partition, ordinal, events,"
        " record_offset, day, fingerprint, answer FROM {commits} WHERE ordinal = 3"
    )
    (fault,) = faults(log, accepted, made_up)
    assert fault.endswith(f"of {one} in record 2: in the journal, and not on the log")


def test_a_journal_that_lost_everything_is_not_reported_row_by_row(log: LogUnderTest) -> None:
    recorder, one = log.recorder(), subject()
    accepted = recorder.append([event(one, version) for version in range(1, 2 * FAULTS_MAX)])
    with psycopg.connect(log.url, autocommit=True) as conn:
        conn.execute(log.tables.statement("TRUNCATE {events}"))
    assert len(faults(log, accepted)) == FAULTS_MAX


def test_a_clean_journal_agrees_whatever_was_refused_repeated_or_sealed(log: LogUnderTest) -> None:
    one, accepted = two_commits(log)
    other = log.recorder()
    with pytest.raises(ConflictError):
        other.append([event(one, 1)])
    other.resolve(one, os.urandom(32))
    other.append([event(one, 4), event(one, 1, category="feedback")], last=True)
    assert faults(log, accepted) == ()
    assert_agrees(log)
