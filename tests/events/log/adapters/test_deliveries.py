"""
What becomes of a record whose broker leads no more, is silent, is lost, or refuses it.

The client's connections are played here, with its own requests and answers: a cluster whose leaders change on
demand takes minutes. `test_log_port.py` and `tests/faults` send to a real broker.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kafka import errors as kafka_errors
from kafka.future import Future as ClientFuture
from kafka.protocol.producer import ProduceResponse
from kafka.record import MemoryRecords

from events.log.adapters import kafka_produce
from events.log.adapters.kafka_produce import IN_FLIGHT_MAX, REQUEST_BYTES_MAX, Deliveries
from events.log.outcomes import NotSentError

Answer = dict[int, int] | Exception | None
"""Kafka's error code for each partition; what the client raises; or nothing at all, until it is asked."""
WAIT_S = 20
NOT_LEADER, TOO_LARGE = 6, 10


class Cluster:
    """Two brokers, of which `leader` has all partitions as soon as somebody asks again for metadata."""

    def __init__(self) -> None:
        self.config: dict[str, Any] = {}
        self.known: int | None = 1
        self.leader: int | None = 1
        self.need_update = self.metadata_refresh_in_progress = False

    def set_topics(self, _topics: list[str]) -> ClientFuture:
        return ClientFuture().success(None)

    def request_update(self) -> None:
        self.known = self.leader

    def leader_for_partition(self, _topic_partition: object) -> int | None:
        return self.known


class Brokers:
    """The connections to them; they answer as the script says, and what it does not say is acknowledged."""

    def __init__(self, net: Any) -> None:
        self.net, self.cluster = net, Cluster()
        self.script: deque[Answer] = deque()
        self.sent: list[tuple[int, dict[int, bytes]]] = []
        self.silent: list[Callable[[], object]] = []
        self.came = threading.Condition()

    def bootstrap(self, _timeout_ms: int) -> None: ...

    def close(self) -> None: ...

    def send(self, request: Any, *, node_id: int, request_timeout_ms: float) -> ClientFuture:
        assert request_timeout_ms >= 0
        parts = {part.index: _value(part) for topic in request.topic_data for part in topic.partition_data}
        future = ClientFuture()
        answer = self.script.popleft() if self.script else {}
        if isinstance(answer, kafka_errors.UnknownBrokerIdError | RuntimeError):
            raise answer
        if answer is None:
            self.silent.append(lambda: self._answer(future, parts, {}))
        else:
            self._answer(future, parts, answer)
        with self.came:
            self.sent.append((node_id, parts))
            self.came.notify_all()
        return future

    def _answer(
        self, future: ClientFuture, parts: dict[int, bytes], answer: dict[int, int] | Exception
    ) -> None:
        def resolve() -> None:
            if isinstance(answer, Exception):
                future.failure(answer)
            else:
                future.success(_response(dict.fromkeys(parts, 0) | answer))

        self.net.call_soon_threadsafe(resolve)

    def until_sent(self, requests: int) -> None:
        with self.came:
            assert self.came.wait_for(lambda: len(self.sent) >= requests, WAIT_S)


def _value(part: Any) -> bytes:
    (record,) = MemoryRecords(bytes(part.records)).next_batch()
    return bytes(record.value)


def _response(codes: dict[int, int]) -> ProduceResponse:
    topic = ProduceResponse.TopicProduceResponse
    parts = [
        topic.PartitionProduceResponse(index=index, error_code=code, base_offset=100 + index)
        for index, code in codes.items()
    ]
    return ProduceResponse(responses=[topic(name="t", partition_responses=parts)])


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Deliveries, Brokers]]:
    made: list[Brokers] = []

    def connect(net: Any, **_options: Any) -> Brokers:
        made.append(Brokers(net))
        return made[0]

    monkeypatch.setattr(kafka_produce, "Connections", connect)
    monkeypatch.setattr(kafka_produce, "RETRY_S", 0.01)
    deliveries = Deliveries({}, topic="t")
    yield deliveries, made[0]
    monkeypatch.setattr(kafka_produce, "DELIVERY_TIMEOUT_MS", 0)
    deliveries.close()


def test_what_a_broker_refuses_that_leads_no_more_goes_to_the_new_leader(
    opened: tuple[Deliveries, Brokers],
) -> None:
    deliveries, brokers = opened
    brokers.script.append({3: NOT_LEADER})
    brokers.cluster.leader = 2
    assert deliveries.send(3, b"record", timestamp_ms=0).result(WAIT_S) == 103
    assert brokers.sent == [(1, {3: b"record"}), (2, {3: b"record"})]


@pytest.mark.parametrize(
    "error",
    [
        kafka_errors.KafkaConnectionError("socket disconnected"),
        kafka_errors.RequestTimedOutError("no answer"),
        kafka_errors.NodeNotReadyError("connecting"),
        kafka_errors.UnknownBrokerIdError("gone from the metadata"),
    ],
)
def test_what_has_no_answer_is_sent_again(opened: tuple[Deliveries, Brokers], error: Exception) -> None:
    deliveries, brokers = opened
    brokers.script.append(error)
    assert deliveries.send(0, b"record", timestamp_ms=0).result(WAIT_S) == 100
    assert brokers.sent[-1] == (1, {0: b"record"})


@pytest.mark.parametrize("answer", [{0: TOO_LARGE}, RuntimeError("not foreseen")])
def test_an_error_that_lasts_is_given_at_once_and_proves_nothing(
    opened: tuple[Deliveries, Brokers], answer: Answer
) -> None:
    deliveries, brokers = opened
    brokers.script.append(answer)
    error = deliveries.send(0, b"record", timestamp_ms=0).exception(WAIT_S)
    assert error is not None
    assert not isinstance(error, NotSentError)
    assert deliveries.send(0, b"another", timestamp_ms=0).result(WAIT_S) == 100


def test_one_partition_refused_holds_up_no_other(opened: tuple[Deliveries, Brokers]) -> None:
    deliveries, brokers = opened
    brokers.script += [None] * IN_FLIGHT_MAX + [{1: TOO_LARGE}]
    for _ in range(IN_FLIGHT_MAX):
        deliveries.send(0, b"x", timestamp_ms=0)
    brokers.until_sent(IN_FLIGHT_MAX)
    refused, taken = deliveries.send(1, b"a", timestamp_ms=0), deliveries.send(2, b"b", timestamp_ms=0)
    brokers.silent.pop()()
    assert isinstance(refused.exception(WAIT_S), kafka_errors.MessageSizeTooLargeError)
    assert taken.result(WAIT_S) == 102
    assert brokers.sent[-1] == (1, {1: b"a", 2: b"b"}), "what waits for a broker goes in one request"


def test_large_records_go_one_by_one(opened: tuple[Deliveries, Brokers]) -> None:
    deliveries, brokers = opened
    brokers.script += [None] * IN_FLIGHT_MAX
    for _ in range(IN_FLIGHT_MAX):
        deliveries.send(0, b"x", timestamp_ms=0)
    brokers.until_sent(IN_FLIGHT_MAX)
    large = bytes(REQUEST_BYTES_MAX // 2)
    waiting = [deliveries.send(partition, large, timestamp_ms=0) for partition in (1, 2)]
    brokers.silent.pop()()
    assert [sent.result(WAIT_S) for sent in waiting] == [101, 102]
    assert [sorted(parts) for _, parts in brokers.sent[-2:]] == [[1], [2]]


def test_without_a_leader_nothing_is_sent_and_that_is_said(
    opened: tuple[Deliveries, Brokers], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries, brokers = opened
    monkeypatch.setattr(kafka_produce, "UNSENT_TIMEOUT_MS", 50)
    brokers.cluster.known = brokers.cluster.leader = None
    assert isinstance(deliveries.send(0, b"record", timestamp_ms=0).exception(WAIT_S), NotSentError)
    assert brokers.sent == []


def test_a_silent_broker_makes_it_unknown_and_it_is_not_sent_again_later(
    opened: tuple[Deliveries, Brokers], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries, brokers = opened
    monkeypatch.setattr(kafka_produce, "TURN_S", 0.02)
    monkeypatch.setattr(kafka_produce, "DELIVERY_TIMEOUT_MS", 50)
    brokers.script.append(None)
    error = deliveries.send(0, b"record", timestamp_ms=0).exception(WAIT_S)
    assert isinstance(error, kafka_errors.KafkaTimeoutError)
    monkeypatch.setattr(kafka_produce, "DELIVERY_TIMEOUT_MS", 15_000)
    brokers.silent.pop()()
    assert deliveries.send(0, b"another", timestamp_ms=0).result(WAIT_S) == 100
    assert [parts for _, parts in brokers.sent] == [{0: b"record"}, {0: b"another"}]


def test_what_was_given_up_while_it_waited_for_its_turn_is_never_sent(
    opened: tuple[Deliveries, Brokers], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries, brokers = opened
    monkeypatch.setattr(kafka_produce, "TURN_S", 0.02)
    monkeypatch.setattr(kafka_produce, "UNSENT_TIMEOUT_MS", 50)
    brokers.script += [None] * IN_FLIGHT_MAX
    under_way = [deliveries.send(0, b"x", timestamp_ms=0) for _ in range(IN_FLIGHT_MAX)]
    brokers.until_sent(IN_FLIGHT_MAX)
    assert isinstance(deliveries.send(1, b"given up", timestamp_ms=0).exception(WAIT_S), NotSentError)
    for answer in brokers.silent:
        answer()
    assert [sent.result(WAIT_S) for sent in under_way] == [100] * IN_FLIGHT_MAX
    assert deliveries.send(2, b"another", timestamp_ms=0).result(WAIT_S) == 102
    assert {1: b"given up"} not in [parts for _, parts in brokers.sent]
    assert brokers.sent[-1] == (1, {2: b"another"})


def test_an_answer_that_is_not_understood_leaves_no_request_under_way(
    opened: tuple[Deliveries, Brokers],
) -> None:
    deliveries, brokers = opened
    for _ in range(IN_FLIGHT_MAX + 1):
        brokers.script.append({7: 0})
        assert deliveries.send(0, b"record", timestamp_ms=0).result(WAIT_S) == 100


def test_connections_that_fail_keep_nothing_from_being_given_up(
    opened: tuple[Deliveries, Brokers], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries, brokers = opened
    monkeypatch.setattr(kafka_produce, "TURN_S", 0.02)
    monkeypatch.setattr(kafka_produce, "DELIVERY_TIMEOUT_MS", 50)

    def fail(**_options: object) -> None:
        raise OSError("bad file descriptor")

    with monkeypatch.context() as broken:
        broken.setattr(brokers.net, "poll", fail)
        brokers.script.append(None)
        error = deliveries.send(0, b"record", timestamp_ms=0).exception(WAIT_S)
    assert isinstance(error, kafka_errors.KafkaTimeoutError)


def test_closing_fails_what_is_under_way_and_takes_nothing_more(
    opened: tuple[Deliveries, Brokers], monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries, brokers = opened
    brokers.script.append(None)
    under_way = deliveries.send(0, b"record", timestamp_ms=0)
    monkeypatch.setattr(kafka_produce, "DELIVERY_TIMEOUT_MS", 10)
    deliveries.close()
    assert isinstance(under_way.exception(0), kafka_errors.KafkaError)
    with pytest.raises(NotSentError):
        deliveries.send(0, b"another", timestamp_ms=0)


def test_many_threads_at_once_get_each_its_own_offset(opened: tuple[Deliveries, Brokers]) -> None:
    deliveries, brokers = opened
    offsets: dict[int, list[int]] = {partition: [] for partition in range(8)}

    def send(partition: int) -> None:
        for number in range(50):
            value = b"%d" % number
            offsets[partition].append(deliveries.send(partition, value, timestamp_ms=0).result(WAIT_S))

    threads = [threading.Thread(target=send, args=(partition,)) for partition in offsets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert offsets == {partition: [100 + partition] * 50 for partition in offsets}
    for partition in offsets:
        came = [parts[partition] for _, parts in brokers.sent if partition in parts]
        assert came == [b"%d" % number for number in range(50)]
