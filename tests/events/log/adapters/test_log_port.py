"""What every log adapter does: order, offsets, single records, and clear errors."""

from collections.abc import Mapping

import pytest
from kafka import KafkaProducer
from kafka.protocol.consumer import FetchRequest

from events.log.adapters import kafka_admin, kafka_plain, kafka_produce
from events.log.adapters.kafka_fetch import Fetches
from events.log.adapters.table import READ_BYTES_MAX
from events.log.outcomes import NotSentError
from events.log.port import LogGoneError, LogReader, LogUnavailableError
from events.log.record import RECORD_BYTES_MAX, unframe
from tests.events.log.harness import LogUnderTest, unique_name

pytestmark = pytest.mark.postgres


def read_until(reader: LogReader, partition: int, count: int, *, start: int = 0) -> list[bytes]:
    values: list[bytes] = []
    while len(values) < count:
        records = reader.read({partition: start + len(values)}, timeout_s=10)
        assert records, "the log gave nothing within the timeout"
        assert [r.offset for r in records] == list(
            range(start + len(values), start + len(values) + len(records))
        )
        values += [r.value for r in records]
    return values


def test_every_partition_begins_with_the_same_generation(unfolded: LogUnderTest) -> None:
    reader = unfolded.reader()
    firsts = [reader.record_at(partition, 0) for partition in range(reader.partitions())]
    assert len({unframe(first.value).generation for first in firsts if first}) == 1
    assert len(firsts) == 3
    reader.close()


def test_creating_a_log_again_changes_nothing(unfolded: LogUnderTest) -> None:
    reader = unfolded.reader()
    before = [reader.record_at(partition, 0) for partition in range(3)]
    unfolded.create()
    assert [reader.record_at(partition, 0) for partition in range(3)] == before
    assert reader.record_at(0, 1) is None
    reader.close()


def test_records_come_back_in_order_with_contiguous_offsets(unfolded: LogUnderTest) -> None:
    appender, reader = unfolded.appender(), unfolded.reader()
    sent = [b"%d" % number for number in range(50)]
    offsets = [appender.append(1, value).result(10) for value in sent]
    assert offsets == list(range(1, 51))
    assert read_until(reader, 1, 50, start=1) == sent
    assert read_until(reader, 1, 20, start=31) == sent[30:], "from any offset, again"
    appender.close()
    reader.close()


def test_a_single_record_can_be_looked_at_without_losing_the_place(unfolded: LogUnderTest) -> None:
    appender, reader = unfolded.appender(), unfolded.reader()
    for value in (b"a", b"b", b"c"):
        appender.append(0, value).result(10)
    assert read_until(reader, 0, 1, start=1)[:1] == [b"a"]
    found = reader.record_at(0, 3)
    assert found is not None
    assert found.value == b"c"
    assert reader.record_at(0, 4) is None
    assert read_until(reader, 0, 1, start=2)[:1] == [b"b"]
    appender.close()
    reader.close()


def test_only_the_partitions_asked_for_are_read(unfolded: LogUnderTest) -> None:
    appender, reader = unfolded.appender(), unfolded.reader()
    for partition in range(3):
        appender.append(partition, b"x").result(10)
    assert {r.partition for r in reader.read({0: 0, 2: 0}, timeout_s=10)} <= {0, 2}
    assert {r.partition for r in reader.read({1: 1}, timeout_s=10)} == {1}
    appender.close()
    reader.close()


def test_one_read_of_large_records_is_bounded_and_the_rest_comes_next(database: str) -> None:
    log = LogUnderTest(url=database, name=unique_name())
    log.create()
    appender, reader = log.appender(), log.reader()
    sent = [bytes([number]) * RECORD_BYTES_MAX for number in range(20)]
    for value in sent:
        appender.append(0, value).result(10)
    first = reader.read({0: 1}, timeout_s=10)
    assert 0 < sum(len(record.value) for record in first) < READ_BYTES_MAX + RECORD_BYTES_MAX
    assert read_until(reader, 0, 20, start=1) == sent
    appender.close()
    reader.close()


def test_an_idle_log_answers_with_nothing_in_time(unfolded: LogUnderTest) -> None:
    reader = unfolded.reader()
    assert list(reader.read({0: 1}, timeout_s=0.1)) == []
    reader.close()


def test_a_missing_log_is_an_error_that_names_it(unfolded: LogUnderTest) -> None:
    missing = LogUnderTest(url=unfolded.url, name="missing", bootstrap=unfolded.bootstrap)
    reader = missing.reader()
    with pytest.raises(LogGoneError, match="there is no"):
        reader.partitions()
    reader.close()


@pytest.mark.kafka
def test_a_missing_broker_raises_the_errors_of_the_port(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (kafka_admin, kafka_plain, kafka_produce):
        monkeypatch.setattr(module, "BOOTSTRAP_TIMEOUT_MS", 300)
    away = LogUnderTest(url=database, name="away", bootstrap="127.0.0.1:1")
    with pytest.raises(LogUnavailableError):
        away.create()
    with pytest.raises(LogUnavailableError):
        away.reader().partitions()
    with pytest.raises(LogUnavailableError):
        away.reader().identity()
    with pytest.raises(NotSentError):
        away.appender()


@pytest.mark.kafka
@pytest.mark.parametrize("unfolded", ["kafka", "plain client"], indirect=True)
def test_the_markers_of_a_strangers_transaction_are_a_gap_that_is_passed_once(
    unfolded: LogUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = KafkaProducer(**unfolded.options, transactional_id=unique_name(), acks="all")
    stranger.init_transactions()
    stranger.begin_transaction()
    stranger.send(unfolded.topic, value=b"x", partition=0)
    stranger.commit_transaction()
    stranger.close()
    reader = unfolded.reader()
    fetched: list[Mapping[int, int]] = []
    request = Fetches._request

    def counted(self: Fetches, offsets: Mapping[int, int], timeout_s: float) -> FetchRequest:
        fetched.append(offsets)
        return request(self, offsets, timeout_s)

    monkeypatch.setattr(Fetches, "_request", counted)
    assert [record.offset for record in reader.read({0: 1}, timeout_s=10)] == [1]
    for _ in range(4):
        assert list(reader.read({0: 2}, timeout_s=0.1)) == []
    assert fetched.count({0: 2}) <= 1, "the marker is given at once each time"
    appender = unfolded.appender()
    appender.append(0, b"ours").result(10)
    assert [record.offset for record in reader.read({0: 2}, timeout_s=10)] == [3]
    appender.close()
    reader.close()
