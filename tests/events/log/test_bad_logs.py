"""Damaged, foreign and newer records, logs that were cut or replaced, and folding everything again."""

import os
import time
from threading import Thread

import crc32c
import psycopg
import pytest
from kafka import KafkaAdminClient, TopicPartition

from events.log.outcomes import ConflictError, OutcomeUnknownError
from events.streams import partition_of
from kit.health import Health
from kit.lifecycle import Stop
from tests.events.log.harness import CLOCK, LogUnderTest, assert_agrees, event, subject

pytestmark = pytest.mark.postgres


def journal_rows(log: LogUnderTest) -> list[tuple[object, ...]]:
    with psycopg.connect(log.url) as conn:
        return [
            row
            for table in ("events", "commits", "refusals", "settled", "sealed", "tracking")
            for row in conn.execute(log.tables.statement("SELECT * FROM {" + table + "} ORDER BY 1, 2"))
        ]


def halted(log: LogUnderTest, partition: int) -> str | None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with psycopg.connect(log.url) as conn:
            row = conn.execute(
                log.tables.statement("SELECT halted FROM {positions} WHERE partition = %s"),
                (partition,),
            ).fetchone()
        if row and row[0]:
            return str(row[0])
        time.sleep(0.1)
    return None


@pytest.mark.parametrize("record", [b"", b"noise", b"IPPL" + bytes(40)])
def test_a_damaged_record_counts_as_empty_and_stops_nothing(log: LogUnderTest, record: bytes) -> None:
    recorder, one = log.recorder(), subject()
    recorder.append([event(one, 1)])
    appender = log.appender()
    appender.append(partition_of(one, 3), record).result(10)
    assert recorder.append([event(one, 2)]).events == 1
    appender.close()


def test_records_of_a_newer_program_halt_their_partition_only(log: LogUnderTest) -> None:
    recorder = log.recorder()
    by_partition: dict[int, str] = {}
    while len(by_partition) < 3:
        one = subject()
        by_partition[partition_of(one, 3)] = one
    for one in by_partition.values():
        recorder.append([event(one, 1)])
    body = b"\x02\x01whatever a later format holds"
    appender = log.appender()
    appender.append(0, b"IPPL" + crc32c.crc32c(body).to_bytes(4) + body).result(10)
    assert "newer program" in str(halted(log, 0))
    recorder.writer._append_timeout_s = 1
    with pytest.raises(OutcomeUnknownError):
        recorder.append([event(by_partition[0], 2)])
    for partition in (1, 2):
        recorder.append([event(by_partition[partition], 2)])
    appender.close()


def test_the_health_page_reports_why_a_partition_is_halted(unfolded: LogUnderTest) -> None:
    with unfolded.folding():
        unfolded.recorder().append([event(subject(), 1)])
    with psycopg.connect(unfolded.url, autocommit=True) as conn:
        statement = unfolded.tables.statement("UPDATE {log} SET identity = 'another'")
        conn.execute(statement)
    health, stop = Health(CLOCK), Stop()
    thread = Thread(target=unfolded.worker(health=health).run, args=(stop,), daemon=True)
    thread.start()
    deadline = time.monotonic() + 15
    while health.ready() and time.monotonic() < deadline:
        time.sleep(0.1)
    stop.request("seen")
    thread.join(15)
    assert "belongs to another log" in health.findings()["journal"].sentence


def test_dropping_the_journal_and_folding_again_gives_equal_rows(unfolded: LogUnderTest) -> None:
    with unfolded.folding():
        recorder, people = unfolded.recorder(), [subject() for _ in range(20)]
        for version in (1, 2, 3):
            for one in people:
                recorder.append([event(one, version)])
        other = unfolded.recorder()
        for one in people[:5]:
            with pytest.raises(ConflictError):
                other.append([event(one, 1)])
        recorder.resolve(people[0], os.urandom(32))
        recorder.append([event(people[1], 4)], last=True)
    before = journal_rows(unfolded)
    with psycopg.connect(unfolded.url, autocommit=True) as conn:
        unfolded.tables.drop(conn)
    with unfolded.folding():
        deadline = time.monotonic() + 20
        while len(_safe_rows(unfolded)) < len(before) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert journal_rows(unfolded) == before
        assert_agrees(unfolded)


def _safe_rows(log: LogUnderTest) -> list[tuple[object, ...]]:
    try:
        return journal_rows(log)
    except psycopg.errors.UndefinedTable:
        return []


def test_a_log_that_was_replaced_halts_with_the_reason(unfolded: LogUnderTest) -> None:
    with unfolded.folding():
        recorder, one = unfolded.recorder(), subject()
        recorder.append([event(one, 1)])
    unfolded.drop()
    unfolded.recorders.clear()
    if not unfolded.bootstrap:
        with psycopg.connect(unfolded.url, autocommit=True) as conn:
            conn.execute(f"DROP TABLE {unfolded.name}_records")
    else:
        time.sleep(1)  # Kafka deletes a topic in the background
    unfolded.create()
    with unfolded.folding():
        assert "another log" in str(halted(unfolded, partition_of(one, 3)))


def test_a_cut_log_halts_with_the_reason(unfolded: LogUnderTest) -> None:
    with unfolded.folding():
        recorder, one = unfolded.recorder(), subject()
        recorder.append([event(one, 1)])
        recorder.append([event(one, 2)])
    if unfolded.bootstrap:  # Kafka lets a client cut a topic at its beginning only
        admin = KafkaAdminClient(**unfolded.options)
        admin.delete_records({TopicPartition(unfolded.topic, partition_of(one, 3)): 1})
        admin.close()
    else:
        with psycopg.connect(unfolded.url, autocommit=True) as conn:
            conn.execute(f"DELETE FROM {unfolded.name}_records WHERE record_offset = 2")
    with unfolded.folding():
        assert "cut" in str(halted(unfolded, partition_of(one, 3)))


def test_a_table_of_another_count_of_partitions_is_another_log(unfolded: LogUnderTest) -> None:
    with unfolded.folding():
        recorder = unfolded.recorder()
        recorder.append([event(subject(), 1)])
    if unfolded.bootstrap:
        admin = KafkaAdminClient(**unfolded.options)
        admin.create_partitions({unfolded.topic: 4})
        admin.close()
    else:
        with psycopg.connect(unfolded.url, autocommit=True) as conn:
            table = f"{unfolded.name}_records"
            conn.execute(f"INSERT INTO {table} SELECT 3, 0, day, value FROM {table} LIMIT 1")
    with unfolded.folding():
        assert "partitions now" in str(halted(unfolded, 0))
