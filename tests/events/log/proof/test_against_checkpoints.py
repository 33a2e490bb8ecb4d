"""A log that was cut or rewritten together with its journal verifies, and no longer fits its checkpoint."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import date

import msgspec
import psycopg
import pytest

from events.log.faults import FaultKind
from events.log.port import LogUnavailableError
from events.log.proof.checkpoints import Checkpoint, CheckpointError, read_checkpoint
from events.log.proof.verification import Verified, verify_with_checkpoints
from events.log.record import Commit, Entry, digest_of, encode_entry, frame, unframe
from tests.backends import segments
from tests.backends.kafka import Broker
from tests.events.log.harness import LogUnderTest, event, subject, unique_name

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]

DAY = date(2026, 11, 30)


@pytest.fixture
def kept(kafka: Broker, database: str) -> Iterator[LogUnderTest]:
    log = LogUnderTest(url=database, name=unique_name(), partitions=1, bootstrap=kafka.bootstrap)
    log.create()
    yield log
    with suppress(LogUnavailableError):
        log.drop()


def appended(log: LogUnderTest, one: str, *versions: int) -> None:
    recorder = log.recorder()
    with log.folding():
        for version in versions:
            recorder.append([event(one, version, state=b"what happened %d" % version)])
            recorder.append([event(subject(), 1)])
    recorder.writer.close()


def checkpoint_of(log: LogUnderTest) -> Checkpoint:
    found, _ = verified(log)
    with psycopg.connect(log.url, autocommit=True) as conn:
        generation = log.journal.generation(conn)
    assert found.root is not None
    return Checkpoint(generation=generation, day=DAY, partitions=[found.root])


def verified(log: LogUnderTest, *checkpoints: Checkpoint) -> tuple[Verified, list[FaultKind]]:
    with closing(log.reader()) as reader, psycopg.connect(log.url, autocommit=True) as conn:
        found = verify_with_checkpoints(conn, reader, log=log.name, partition=0, checkpoints=checkpoints)
    return found, [fault.kind for fault in found.report.faults]


def folded_again(log: LogUnderTest, until: int) -> None:
    """Drop the journal, and fold the log as it is now into a new one."""
    with psycopg.connect(log.url, autocommit=True) as conn:
        log.tables.drop(conn)
    with log.folding():
        deadline = time.monotonic() + 20
        while folded(log) < until and time.monotonic() < deadline:
            time.sleep(0.1)


def folded(log: LogUnderTest) -> int:
    with psycopg.connect(log.url) as conn, suppress(psycopg.errors.UndefinedTable):
        return sum(progress.ordinal for progress in log.journal.progress(conn))
    return 0


def rewriting(stream: str) -> Callable[[bytes], bytes]:
    """Return what changes version 2 of a stream, and puts right every digest and checksum that follows."""
    heads: dict[str, bytes] = {}

    def rewritten(entry: Entry) -> Entry:
        if not isinstance(entry, Commit) or entry.writes[0].stream != stream:
            return entry
        write = entry.writes[0]
        state = write.state.replace(b"happened 2", b"invented 2")
        write = msgspec.structs.replace(write, state=state, parent=heads.get(stream, write.parent))
        heads[stream] = digest_of(write.parent, stream, write.version, write.topic, write.state)
        return msgspec.structs.replace(entry, writes=(write,))

    def edit(segment: bytes) -> bytes:
        for batch in list(segments.batches(segment)):
            whole = unframe(segments.value_at(segment, batch.offset))
            entries = [encode_entry(rewritten(entry)) for entry in whole.entries]
            value = frame(whole.generation, whole.writer, entries)
            segment = segments.with_value(segment, batch.offset, value)
        return segment

    return edit


def test_a_log_that_grew_fits_its_older_checkpoints(kept: LogUnderTest) -> None:
    one = subject()
    appended(kept, one, 1, 2)
    first = checkpoint_of(kept)
    appended(kept, one, 3, 4)
    assert verified(kept, first, checkpoint_of(kept))[1] == []


def test_a_log_cut_together_with_its_journal_is_found(kept: LogUnderTest, kafka: Broker) -> None:
    one = subject()
    appended(kept, one, 1, 2, 3)
    checkpoint = checkpoint_of(kept)
    kafka.edit_segment(kept.topic, 0, lambda segment: segments.until(segment, 5))
    folded_again(kept, 4)
    assert verified(kept)[1] == [], "without a checkpoint it is a shorter log, and agrees"
    assert verified(kept, checkpoint)[1] == [FaultKind.LOG_CUT]


def test_a_log_rewritten_together_with_its_journal_is_found(kept: LogUnderTest, kafka: Broker) -> None:
    one = subject()
    appended(kept, one, 1, 2, 3)
    checkpoint = checkpoint_of(kept)
    kafka.edit_segment(kept.topic, 0, rewriting(f"portfolio-{one}"))
    folded_again(kept, 6)
    assert verified(kept)[1] == [], "every digest and checksum was put right"
    assert verified(kept, checkpoint)[1] == [FaultKind.LOG_RESTORED]


def test_a_log_that_went_on_otherwise_after_a_cut_is_a_fork(kept: LogUnderTest, kafka: Broker) -> None:
    one = subject()
    appended(kept, one, 1, 2, 3)
    checkpoint = checkpoint_of(kept)
    kafka.edit_segment(kept.topic, 0, lambda segment: segments.until(segment, 5))
    folded_again(kept, 4)
    appended(kept, one, 3, 4, 5)
    assert verified(kept)[1] == []
    assert verified(kept, checkpoint)[1] == [FaultKind.LOG_RESTORED]


def test_a_checkpoint_of_another_log_does_not_fit(kept: LogUnderTest) -> None:
    appended(kept, subject(), 1)
    other = msgspec.structs.replace(checkpoint_of(kept), generation="0" * 32)
    assert verified(kept, other)[1] == [FaultKind.LOG_RESTORED]
    more = checkpoint_of(kept)
    more = msgspec.structs.replace(more, partitions=[*more.partitions, more.partitions[0]])
    assert verified(kept, more)[1] == [FaultKind.LOG_RESTORED]


def test_a_checkpoint_reads_back_and_a_changed_one_contradicts_itself(kept: LogUnderTest) -> None:
    appended(kept, subject(), 1)
    checkpoint = checkpoint_of(kept)
    assert read_checkpoint(checkpoint.text) == checkpoint
    for changed in (
        checkpoint.text.replace("partition 0 2", "partition 0 3"),
        checkpoint.text.replace("partition 0", "partition 1"),
        checkpoint.text.replace("ipp/", "pip/"),
        checkpoint.text.replace("day 2026-11-30", "day 2026-11-31"),
        checkpoint.text + "more\n",
    ):
        with pytest.raises(CheckpointError):
            read_checkpoint(changed)
