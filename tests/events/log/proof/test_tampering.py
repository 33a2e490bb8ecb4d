"""A real broker's file and the journal's rows, changed by hand: each change is named with its place."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import product

import crc32c
import psycopg
import pytest

from events.log.acceptance import OtherLogError
from events.log.faults import Fault, FaultKind
from events.log.journal.verify import PartitionReport, verify_partition
from events.log.port import LogUnavailableError
from events.log.proof.commits import CommitOnLog, read_commits
from tests.backends import segments
from tests.backends.kafka import Broker
from tests.events.log import topics
from tests.events.log.harness import LogUnderTest, event, subject, unique_name
from tests.events.log.test_bad_logs import halted

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]

PEOPLE = 8
Named = tuple[FaultKind, int, int | None]
"""Kind, offset of the record, version of the event."""


@pytest.fixture
def kept(kafka: Broker, database: str) -> Iterator[LogUnderTest]:
    log = LogUnderTest(url=database, name=unique_name(), partitions=1, bootstrap=kafka.bootstrap)
    log.create()
    yield log
    with suppress(LogUnavailableError):
        log.drop()


def written(log: LogUnderTest, versions: int = 3) -> list[str]:
    """
    Append one commit a person and version, and return the people.

    Version v of the n-th person (both from 0) is in the record at offset 1 + v * PEOPLE + n.
    """
    people = [subject() for _ in range(PEOPLE)]
    recorder = log.recorder()
    with log.folding():
        for version, one in product(range(1, versions + 1), people):
            recorder.append([event(one, version, state=b"seven: %d" % version)])
    recorder.writer.close()
    return people


def verified(log: LogUnderTest) -> PartitionReport:
    with closing(log.reader()) as reader, psycopg.connect(log.url, autocommit=True) as conn:
        return verify_partition(conn, reader, log=log.name, partition=0)


def commits_of(log: LogUnderTest, one: str) -> list[CommitOnLog]:
    with closing(log.reader()) as reader, psycopg.connect(log.url, autocommit=True) as conn:
        return list(read_commits(conn, reader, log=log.name, stream=f"portfolio-{one}"))


def named(faults: Sequence[Fault]) -> list[Named]:
    return [(fault.kind, fault.place.offset, fault.version) for fault in faults]


def halts_saying(log: LogUnderTest, words: str) -> bool:
    deadline = time.monotonic() + 15
    while words not in str(halted(log, 0)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return words in str(halted(log, 0))


def at(person: int, version: int) -> int:
    return 1 + (version - 1) * PEOPLE + person


def with_frame_crc(value: bytes) -> bytes:
    """The record's own checksum put right, as somebody does who knows the format."""
    return value[:4] + crc32c.crc32c(value[8:]).to_bytes(4) + value[8:]


def changed(value: bytes) -> bytes:
    return value.replace(b"seven", b"eight")


def test_every_change_of_the_brokers_file_is_named_at_its_place_and_nothing_else(
    kept: LogUnderTest, kafka: Broker
) -> None:
    people = written(kept)

    def edit(segment: bytes) -> bytes:
        def put(offset: int, change: Callable[[bytes], bytes]) -> None:
            nonlocal segment
            segment = segments.with_value(segment, offset, change(segments.value_at(segment, offset)))

        put(at(0, 2), changed)  # the batch's checksum is right, the record's is not
        put(at(1, 2), lambda value: with_frame_crc(changed(value)))  # both are
        put(at(2, 3), lambda value: with_frame_crc(changed(value)))  # of a last event: nothing follows it
        third, fourth = segments.value_at(segment, at(3, 2)), segments.value_at(segment, at(4, 2))
        put(at(3, 2), lambda _value: fourth)
        put(at(4, 2), lambda _value: third)
        put(at(5, 2), lambda _value: segments.value_at(segment, at(5, 1)))  # dropped; a copy takes its place
        return segment

    kafka.edit_segment(kept.topic, 0, edit)
    report = verified(kept)
    assert report.whole
    assert set(named(report.faults)) == {
        (FaultKind.DAMAGED, at(0, 2), None),
        (FaultKind.CHANGED, at(1, 2), 2),
        (FaultKind.CHANGED, at(1, 3), 3),
        (FaultKind.CHANGED, at(2, 3), 3),
        (FaultKind.DROPPED, at(3, 2), None),
        (FaultKind.SWAPPED, at(3, 2), None),
        (FaultKind.SWAPPED, at(4, 2), None),
        (FaultKind.DROPPED, at(5, 2), None),
    }
    found = [[each for commit in commits_of(kept, one) for each in named(commit.faults)] for one in people]
    assert found[0] == [(FaultKind.DAMAGED, at(0, 2), 2)]
    assert found[1] == [(FaultKind.CHANGED, at(1, 2), 2), (FaultKind.CHANGED, at(1, 3), 3)]
    assert found[2] == [(FaultKind.CHANGED, at(2, 3), 3)]
    assert found[3] == [(FaultKind.DROPPED, at(3, 2), 2)]
    assert found[5] == [(FaultKind.DROPPED, at(5, 2), 2)]
    assert found[6] == found[7] == []


def test_a_batch_whose_checksum_was_not_put_right_is_named_too(kept: LogUnderTest, kafka: Broker) -> None:
    written(kept)

    def edit(segment: bytes) -> bytes:
        value = segments.value_at(segment, at(0, 2))
        return segments.with_value(segment, at(0, 2), changed(value), crc_right=False)

    kafka.edit_segment(kept.topic, 0, edit)
    report = verified(kept)
    assert named(report.faults) == [(FaultKind.DAMAGED, at(0, 2), None)]
    assert not report.whole


def test_a_tail_that_was_cut_and_an_older_copy_that_was_written_on_are_refused(
    kept: LogUnderTest, kafka: Broker
) -> None:
    people = written(kept)
    kafka.edit_segment(kept.topic, 0, lambda segment: segments.until(segment, at(0, 3)))
    report = verified(kept)
    assert [fault.kind for fault in report.faults] == [FaultKind.LOG_CUT]
    assert not report.whole
    with kept.folding():
        assert halts_saying(kept, "was cut or restored from an older copy")
    with closing(kept.appender()) as appender:
        for _ in range(PEOPLE):
            appender.append(0, b"written on").result(10)
    assert [fault.kind for fault in verified(kept).faults] == [FaultKind.LOG_RESTORED]
    with kept.folding():
        assert halts_saying(kept, "was cut and written on, or replaced")
    with pytest.raises(OtherLogError):
        commits_of(kept, people[0])


def test_a_topic_that_was_made_again_with_the_very_same_records_is_refused(kept: LogUnderTest) -> None:
    people = written(kept)
    with closing(kept.reader()) as reader:
        records = [record.value for record in reader.read({0: 0}, timeout_s=5)]
    with topics.admin_of(kept) as admin:
        admin.delete_topics([kept.topic])
    topics.make_when_gone(kept, {})
    with closing(kept.appender()) as appender:
        for record in records:
            appender.append(0, record).result(10)
    assert [fault.kind for fault in verified(kept).faults] == [FaultKind.LOG_RESTORED]
    with pytest.raises(OtherLogError):
        commits_of(kept, people[0])


def test_a_topic_that_got_another_partition_is_refused(kept: LogUnderTest) -> None:
    people = written(kept)
    with topics.admin_of(kept) as admin:
        admin.create_partitions({kept.topic: 2})
    assert [fault.kind for fault in verified(kept).faults] == [FaultKind.LOG_RESTORED]
    with pytest.raises(OtherLogError):
        commits_of(kept, people[0])
