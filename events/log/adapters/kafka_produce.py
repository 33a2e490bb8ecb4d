"""
Produce requests over the client's connections, without its producer.

The client's producer collects records in batches, on a thread of its own that looks through all of them at
each turn. A record of this log is a batch already, and a partition has one of them under way: for that, the
collecting costs more than the sending.
"""

import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future, InvalidStateError, wait
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock, Thread
from typing import Any, Final

import structlog
from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.net.selector import NetworkSelector
from kafka.protocol.producer import ProduceRequest
from kafka.record import MemoryRecordsBuilder

from events.log.adapters.kafka_admin import BOOTSTRAP_TIMEOUT_MS, REQUEST_TIMEOUT_MS
from events.log.adapters.kafka_connections import Connections, Sockets
from events.log.outcomes import NotSentError

DELIVERY_TIMEOUT_MS: Final = 15_000
"""After this time an unacknowledged record is given up and not sent again, so none arrives much later."""
UNSENT_TIMEOUT_MS: Final = 5_000
"""So long a record waits for a partition's leader to be known; given up then, it provably was not sent."""
IN_FLIGHT_MAX: Final = 5
"""Requests at one broker at once. It answers one by one; records that wait meanwhile go in one request."""
REQUEST_BYTES_MAX: Final = 1024 * 1024
"""Of several records in one request, so that it arrives in time on a slow line."""
RETRY_S: Final = 0.1
TURN_S: Final = 1.0
"""How often the connections are looked after while nothing is under way."""
REQUEST_VERSION_MAX: Final = 8
"""Later versions say the same, take longer to write (1.3 to 1.5 times), and name topics by id in the end."""
_ALL_IN_SYNC: Final = -1
_MAGIC, _UNCOMPRESSED, _ONE_RECORD = 2, 0, 0

_OTHER_LEADER: Final = (kafka_errors.InvalidMetadataError, kafka_errors.UnknownBrokerIdError)

_log = structlog.get_logger()


@dataclass(slots=True, kw_only=True, eq=False)
class _Delivery:
    """A record on its way; `maybe_sent` from its first request on."""

    partition: int
    records: bytes
    begun: float
    maybe_sent: bool = False
    done: "Future[int]" = field(default_factory=Future)

    @property
    def deadline(self) -> float:
        return self.begun + (DELIVERY_TIMEOUT_MS if self.maybe_sent else UNSENT_TIMEOUT_MS) / 1e3

    def fail(self, error: BaseException) -> None:
        with suppress(InvalidStateError):  # it has its outcome
            unsent = NotSentError(f"Kafka did not take the record: {error}")
            self.done.set_exception(error if self.maybe_sent else unsent)


@dataclass(slots=True, eq=False)
class _Broker:
    node: int
    in_flight: int = 0
    waiting: list[_Delivery] = field(default_factory=list)


class Deliveries:
    """
    Delivers records of all threads over one connection to each broker, acknowledged by all in-sync replicas.

    The thread that hands in a record sends it, unless another is at the connections just then. A thread of
    its own waits for the acknowledgements, and sends again what an error lets try again: the rule takes
    duplicates for repeats. The thread that is at the connections holds `_turn`.
    """

    blocks: Final = False

    def __init__(self, options: Mapping[str, Any], *, topic: str) -> None:
        """Raise the client's errors where no broker answers."""
        self._topic = topic
        self._net = NetworkSelector(selector=Sockets)
        self._connections = Connections(
            self._net,
            **options,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            max_in_flight_requests_per_connection=2 * IN_FLIGHT_MAX,  # the client asks for metadata, too
        )
        self._cluster = self._connections.cluster
        self._cluster.config["allow_auto_create_topics"] = False
        self._brokers: dict[int, _Broker] = {}
        self._open: dict[Future[int], _Delivery] = {}
        self._turn, self._due = Lock(), Event()
        self._closing = False
        try:
            self._connections.bootstrap(BOOTSTRAP_TIMEOUT_MS)
            # Only now: setting topics starts a bootstrap by itself, one that never gives up.
            leaders = self._cluster.set_topics([topic])
            self._net.poll(timeout_ms=BOOTSTRAP_TIMEOUT_MS, future=leaders)
        except BaseException:
            self._connections.close()
            self._net.close()
            raise
        self._due.set()
        self._thread = Thread(target=self._run, name="kafka acknowledgements", daemon=True)
        self._thread.start()

    def send(self, partition: int, record: bytes, *, timestamp_ms: int) -> "Future[int]":
        """Begin to deliver a record, and return the future of its offset. Raises NotSentError if closed."""
        batch = MemoryRecordsBuilder(_MAGIC, _UNCOMPRESSED, _ONE_RECORD)
        batch.append(timestamp_ms, None, record)
        batch.close()
        delivery = _Delivery(partition=partition, records=batch.buffer(), begun=time.monotonic())
        mine = self._turn.acquire(blocking=False)
        try:
            if self._closing:
                raise NotSentError("this process is closing its log")
            self._open[delivery.done] = delivery
            if mine:
                self._deliver(delivery)
            else:
                self._net.call_soon_threadsafe(lambda: self._deliver(delivery))
        finally:
            if mine:
                self._turn.release()
        self._fail_if_late(delivery)
        self._due.set()
        return delivery.done

    def close(self) -> None:
        """Wait, for a bounded time, until all is acknowledged; close the connections; fail what is left."""
        wait(list(self._open), timeout=DELIVERY_TIMEOUT_MS / 1e3)
        self._closing = True
        self._due.set()
        self._net.wakeup()
        self._thread.join()
        with self._turn:
            self._connections.close()
            self._net.close()
            for delivery in list(self._open.values()):
                delivery.fail(_closed())

    def _fail_if_late(self, delivery: _Delivery) -> None:
        """Fail a record that was handed in while this was closed: `close` may have looked before it came."""
        if self._closing:
            delivery.maybe_sent = True
            delivery.fail(_closed())

    def _run(self) -> None:
        while not self._closing:
            self._due.wait(TURN_S)
            self._due.clear()
            with self._turn:
                try:
                    self._look_after()
                except Exception as error:  # noqa: BLE001 - without this thread nothing is acknowledged
                    _log.error("kafka.connections_failed", kind=type(error).__name__)
                    self._give_up()

    def _look_after(self) -> None:
        """Let the connections work until nothing is under way."""
        self._net.poll(timeout_ms=0)
        while not self._closing and (self._open or self._asks_for_leaders()):
            self._net.poll(timeout_ms=TURN_S * 1e3)
            self._give_up()

    def _give_up(self) -> None:
        """Fail what had its time, and let go of what has its outcome."""
        now = time.monotonic()
        for done, delivery in list(self._open.items()):
            if now > delivery.deadline:
                delivery.fail(kafka_errors.KafkaTimeoutError("not acknowledged in time"))
            if done.done():
                del self._open[done]

    def _asks_for_leaders(self) -> bool:
        return bool(self._cluster.need_update or self._cluster.metadata_refresh_in_progress)

    # The rest is done by the one that holds the turn.

    def _deliver(self, delivery: _Delivery) -> None:
        if delivery.done.done():
            return
        leader = self._cluster.leader_for_partition(TopicPartition(self._topic, delivery.partition))
        if leader is None or leader < 0:
            self._again(delivery, kafka_errors.LeaderNotAvailableError(f"partition {delivery.partition}"))
            return
        broker = self._brokers.setdefault(leader, _Broker(leader))
        broker.waiting.append(delivery)
        self._send(broker)

    def _send(self, broker: _Broker) -> None:
        """Send what waits for a broker in one request, with the first record of each partition."""
        # What was given up while it waited was reported as not sent, so it must not be sent now.
        broker.waiting = [delivery for delivery in broker.waiting if not delivery.done.done()]
        if not broker.waiting or broker.in_flight >= IN_FLIGHT_MAX:
            return
        first: dict[int, _Delivery] = {}
        size = 0
        for delivery in broker.waiting:
            size += len(delivery.records)
            if first and size > REQUEST_BYTES_MAX:
                break
            first.setdefault(delivery.partition, delivery)
        broker.waiting = [d for d in broker.waiting if first.get(d.partition) is not d]
        broker.in_flight += 1
        for delivery in first.values():
            delivery.maybe_sent = True
        left_s = min(delivery.deadline for delivery in first.values()) - time.monotonic()
        timeout_ms = min(REQUEST_TIMEOUT_MS, max(0.0, 1e3 * left_s))
        try:
            answer = self._connections.send(
                self._request(first.values()), node_id=broker.node, request_timeout_ms=timeout_ms
            )
        except Exception as error:  # noqa: BLE001 - whatever the client raises, these are under way no more
            self._lost(broker, first, error)
            return
        answer.add_callback(partial(self._answered, broker, first))
        answer.add_errback(partial(self._lost, broker, first))

    def _request(self, deliveries: Collection[_Delivery]) -> ProduceRequest:
        topic = ProduceRequest.TopicProduceData
        return ProduceRequest(
            transactional_id=None,
            acks=_ALL_IN_SYNC,
            timeout_ms=REQUEST_TIMEOUT_MS,
            topic_data=[
                topic(
                    name=self._topic,
                    partition_data=[
                        topic.PartitionProduceData(index=delivery.partition, records=delivery.records)
                        for delivery in deliveries
                    ],
                )
            ],
            max_version=REQUEST_VERSION_MAX,
        )

    def _answered(self, broker: _Broker, sent: dict[int, _Delivery], response: Any) -> None:
        unanswered, refused = dict(sent), list[tuple[_Delivery, Exception]]()
        error: Exception = kafka_errors.KafkaProtocolError("no answer for this partition")
        try:
            for part in (part for topic in response.responses for part in topic.partition_responses):
                if (delivery := unanswered.pop(part.index, None)) is None:
                    _log.error("kafka.answer_not_asked_for", partition=part.index)
                elif part.error_code:
                    kind = kafka_errors.for_code(part.error_code)
                    refused.append((delivery, kind(f"partition {delivery.partition}")))
                else:
                    with suppress(InvalidStateError):  # it was given up
                        delivery.done.set_result(part.base_offset)
        except Exception as failed:  # noqa: BLE001 - whatever the answer is, the request is under way no more
            error = failed
        self._lost(broker, unanswered, error)
        for delivery, reason in refused:
            self._again(delivery, reason)

    def _lost(self, broker: _Broker, sent: dict[int, _Delivery], error: Exception) -> None:
        broker.in_flight -= 1
        for delivery in sent.values():
            self._again(delivery, error)
        if broker.waiting:
            self._net.call_soon(lambda: self._send(broker))

    def _again(self, delivery: _Delivery, error: Exception) -> None:
        """Try again after a moment, if the error may pass and there is time left."""
        if isinstance(error, _OTHER_LEADER):
            self._cluster.request_update()
        lasts = not isinstance(error, (*_OTHER_LEADER, kafka_errors.RetriableError))
        if self._closing or lasts or time.monotonic() + RETRY_S > delivery.deadline:
            delivery.fail(error)
        else:
            self._net.call_later(RETRY_S, lambda: self._deliver(delivery))


def _closed() -> Exception:
    error: Exception = kafka_errors.KafkaConnectionError("this process is closing its log")
    return error
