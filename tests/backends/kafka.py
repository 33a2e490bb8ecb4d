"""A real Apache Kafka broker for the tests: an address in the environment, Docker, or Kafka's own jars."""

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors

from tests.backends.docker import image_at_hand
from tests.backends.segments import Edit

ADDRESS: Final = "IPP_TEST_KAFKA"
IMAGE: Final = "apache/kafka:4.3.1"
START_TIMEOUT_S: Final = 60.0
SEGMENT: Final = "00000000000000000000.log"


class NoBrokerError(Exception):
    """No broker is to be had here; the message says what would help."""


class Broker(Protocol):
    """One broker that a test may stop, kill and freeze; it keeps its data and its address."""

    @property
    def bootstrap(self) -> str: ...

    def pause(self) -> None:
        """Freeze it: its connections stay open and nothing is answered."""

    def resume(self) -> None: ...

    def stop(self) -> None:
        """End it in order."""

    def kill(self) -> None:
        """End it at once, as by kill -9."""

    def start(self) -> None:
        """Start it again after a stop or a kill, and wait until it answers; nothing if it runs."""

    def restart(self) -> None: ...

    def edit_segment(self, topic: str, partition: int, edit: Edit) -> None:
        """Stop it, change the first segment file of a partition, and start it again."""

    def close(self) -> None:
        """End it for good, and remove what it left."""


class GivenBroker:
    """A broker that is not ours: it can be used, not stopped."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def _refuse(self) -> None:
        raise NoBrokerError(f"The broker of {ADDRESS} is not ours to stop; unset it for the tests of faults.")

    pause = stop = kill = restart = _refuse

    def edit_segment(self, _topic: str, _partition: int, _edit: Edit) -> None:
        self._refuse()

    def resume(self) -> None:
        """It runs: it was never paused."""

    start = close = resume


@contextmanager
def kafka_broker() -> Iterator[Broker]:
    """Give a running broker, ended with the block. Raises NoBrokerError."""
    given = os.environ.get(ADDRESS)
    if given:
        yield GivenBroker(given)
        return
    with tempfile.TemporaryDirectory(prefix="ipp-test-kafka-") as folder:
        broker = _own_broker(Path(folder))
        try:
            broker.start()
            yield broker
        finally:
            broker.close()


def _own_broker(folder: Path) -> Broker:
    if image_at_hand(IMAGE):
        from tests.backends.kafka_docker import DockerBroker  # noqa: PLC0415 - only where Docker is

        return DockerBroker(IMAGE)
    from tests.backends.kafka_native import NativeBroker, jars  # noqa: PLC0415 - only where Docker isn't

    return NativeBroker(folder, jars())


def wait_until_answering(bootstrap: str) -> None:
    """Wait until the broker tells of its cluster. Raises NoBrokerError after `START_TIMEOUT_S`."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        # A bare connection first: the client backs off for seconds from a port that is still closed.
        if not _listens(bootstrap):
            time.sleep(0.05)
            continue
        try:
            admin = KafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5_000)
        except (kafka_errors.KafkaError, OSError):
            time.sleep(0.2)
            continue
        try:
            admin.list_topics()
        except kafka_errors.KafkaError:
            time.sleep(0.2)
        else:
            return
        finally:
            admin.close()
    raise NoBrokerError(f"The broker at {bootstrap} did not answer within {START_TIMEOUT_S:g} s.")


def _listens(bootstrap: str) -> bool:
    host, port = bootstrap.split(",", maxsplit=1)[0].rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True
