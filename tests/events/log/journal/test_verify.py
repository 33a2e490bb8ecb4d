"""The check of the journal against the log names whatever was changed, added or lost in the journal."""

import contextlib
import os

import msgspec
import psycopg
import pytest

from events.log.journal.verify import FAULTS_MAX, verify_partition
from events.log.outcomes import Accepted, ConflictError
from events.log.record import Commit, encode_entry, frame
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
    found = [str(fault) for fault in report.faults]
    assert all(fault.startswith(f"partition {partition}, ") for fault in found)
    return tuple(fault.removeprefix(f"partition {partition}, ") for fault in found)


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
    assert found == (f"record 1, ordinal 2, version 2 of portfolio-{one}: the journal has another {column}",)


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
    where = f"record 2, ordinal 3, command {COMMAND.hex()} of {one}"
    assert found == (f"{where}: the journal has another {column}",)


def test_another_command_in_a_commit_is_one_too_many_and_one_too_few(log: LogUnderTest) -> None:
    one, accepted = two_commits(log)
    found = faults(log, accepted, "UPDATE {commits} SET command = sha256('') WHERE ordinal = 3")
    assert len(found) == 2
    assert f"record 2, ordinal 3, command {COMMAND.hex()} of {one}: not in the journal" in found


def test_a_commit_that_the_journal_has_at_another_record_is_named_at_both(log: LogUnderTest) -> None:
    one, accepted = two_commits(log)
    found = faults(log, accepted, "UPDATE {commits} SET record_offset = 1 WHERE ordinal = 3")
    assert found == (
        f"record 1, ordinal 3, command {COMMAND.hex()} of {one}: in the journal, and not on the log",
        f"record 2, ordinal 3, command {COMMAND.hex()} of {one}: the journal has it at record 1",
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DELETE FROM {refusals}", "not in the journal"),
        ("UPDATE {refusals} SET verdict = 'gap'", "the journal has another verdict"),
        (
            (
                "INSERT INTO {refusals} SELECT set_byte(commit_id, 0, 0), verdict, partition, record_offset"
                " FROM {refusals}"
            ),
            "in the journal, and not on the log",
        ),
    ],
)
def test_a_changed_refusal_is_named(log: LogUnderTest, change: str, said: str) -> None:
    one, accepted = two_commits(log)
    partition = accepted.position.partition
    with contextlib.closing(log.appender()) as appender:
        again = Commit(subject=one, command=bytes(32), commit=b"\1" * 16, writes=())
        refused = msgspec.structs.replace(again, decided_on=0)
        generation = bytes.fromhex(accepted.position.generation)
        appender.append(partition, frame(generation, "", [encode_entry(refused)])).result(10)
    log.recorder().append([event(one, 4)])
    (fault,) = faults(log, accepted, change)
    assert fault.startswith("record 3, the refusal (")
    assert fault.endswith(said)


@pytest.mark.parametrize(
    ("table", "named"), [("settled", "the voided commands"), ("sealed", "the closed subjects")]
)
def test_what_the_journal_remembers_of_the_whole_partition_is_compared(
    log: LogUnderTest, table: str, named: str
) -> None:
    one, accepted = two_commits(log)
    row = f"{accepted.position.partition}, '{one}'" + (", sha256('')" if table == "settled" else "")
    (fault,) = faults(log, accepted, f"INSERT INTO {{{table}}} VALUES ({row})")
    assert fault == f"record 3, {named}: the journal has others than the log"


def test_a_lost_row_is_named_once_and_what_follows_it_agrees(log: LogUnderTest) -> None:
    one, accepted = two_commits(log)
    found = faults(log, accepted, "DELETE FROM {events} WHERE originator_version = 2")
    assert found == (f"record 1, ordinal 2, version 2 of portfolio-{one}: not in the journal",)


def test_a_lost_last_commit_is_named(log: LogUnderTest) -> None:
    one, accepted = two_commits(log)
    found = faults(log, accepted, "DELETE FROM {commits} WHERE ordinal = 3")
    assert found == (f"record 2, ordinal 3, command {COMMAND.hex()} of {one}: not in the journal",)


def test_a_row_that_the_log_never_gave_is_named(log: LogUnderTest) -> None:
    one, accepted = two_commits(log)
    made_up = (
        "INSERT INTO {commits} SELECT subject, sha256(''), commit_id, partition, ordinal, events,"
        " record_offset, day, fingerprint, answer FROM {commits} WHERE ordinal = 3"
    )
    (fault,) = faults(log, accepted, made_up)
    assert fault.startswith("record 2, ordinal 3, ")
    assert fault.endswith(f"of {one}: in the journal, and not on the log")


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
