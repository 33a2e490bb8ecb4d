"""What the reader takes of responses that a real broker gives too rarely to wait for."""

from types import SimpleNamespace

import pytest
from kafka.future import Future
from kafka.record import MemoryRecordsBuilder

from events.log.adapters.kafka_fetch import Fetches
from events.log.port import LogDamagedError


def batch(offset: int, value: bytes) -> bytes:
    """Return a batch with one record, as a broker keeps it at this offset."""
    builder = MemoryRecordsBuilder(2, 0, 0)
    builder.append(0, None, value)
    builder.close()
    return offset.to_bytes(8) + bytes(builder.buffer())[8:]


def with_responses(*of_brokers: bytes) -> Fetches:
    """Return fetches with the response of each broker to a fetch of partition 0 from offset 5 on."""
    fetches = Fetches.__new__(Fetches)
    fetches._passed = {}
    fetches._open = {}
    for node, records in enumerate(of_brokers):
        part = SimpleNamespace(partition_index=0, error_code=0, records=records)
        response = SimpleNamespace(responses=[SimpleNamespace(partitions=[part])])
        fetches._open[node] = (Future().success(response), {0: 5})
    return fetches


def offsets(fetches: Fetches, start: int) -> list[int]:
    return [record.offset for _, _, record in fetches._take({0: start})]


def test_a_partition_that_moved_is_taken_from_one_of_its_brokers() -> None:
    records = batch(5, b"a") + batch(6, b"b")
    assert offsets(with_responses(records, records), 5) == [5, 6]
    assert offsets(with_responses(b"", records), 5) == [5, 6]


def test_what_comes_before_a_damaged_batch_is_taken_first() -> None:
    damaged = batch(6, b"b")[:-1] + b"?"
    assert offsets(with_responses(batch(5, b"a") + damaged), 5) == [5]
    with pytest.raises(LogDamagedError, match="partition 0: what the log holds at offset 6"):
        with_responses(damaged)._take({0: 5})
