"""Apache Kafka's image through testcontainers, on a fixed port so that its address outlives a restart."""

import io
import socket
import tarfile
from typing import Final

from testcontainers.core.container import DockerContainer

from tests.backends.kafka import SEGMENT, wait_until_answering
from tests.backends.segments import Edit

STOP_S_MAX: Final = 30
LOG_DIR: Final = "/tmp/kraft-combined-logs"  # noqa: S108 - inside the container


class DockerBroker:
    """A plain container: testcontainers' own KafkaContainer fits another vendor's image only."""

    def __init__(self, image: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.bootstrap = f"127.0.0.1:{port}"
        self._container = DockerContainer(image).with_bind_ports(port, port)
        for name, value in {
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_NODE_ID": "1",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
            "KAFKA_LISTENERS": f"PLAINTEXT://:{port},CONTROLLER://:9093",
            "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{self.bootstrap}",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "KAFKA_INTER_BROKER_LISTENER_NAME": "PLAINTEXT",
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
            "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
            "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
            "KAFKALOG_DIRS": LOG_DIR,
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
            "KAFKA_BROKER_SESSION_TIMEOUT_MS": "3000",
            "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS": "500",
            "KAFKA_AUTHORIZER_CLASS_NAME": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND": "true",
            "KAFKA_HEAP_OPTS": "-Xms256m -Xmx512m",
        }.items():
            self._container.with_env(name, value)
        self._made = False

    def start(self) -> None:
        if not self._made:
            self._container.start()
            self._made = True
        elif self._status() != "running":
            self._container.get_wrapped_container().start()
        wait_until_answering(self.bootstrap)

    def stop(self) -> None:
        self._container.get_wrapped_container().stop(timeout=STOP_S_MAX)

    def kill(self) -> None:
        if self._made and self._status() == "running":
            self._container.get_wrapped_container().kill()

    def pause(self) -> None:
        self._container.get_wrapped_container().pause()

    def resume(self) -> None:
        if self._made and self._status() == "paused":
            self._container.get_wrapped_container().unpause()

    def restart(self) -> None:
        self.stop()
        self.start()

    def edit_segment(self, topic: str, partition: int, edit: Edit) -> None:
        self.stop()
        container = self._container.get_wrapped_container()
        folder = f"{LOG_DIR}/{topic}-{partition}"
        packed, _ = container.get_archive(f"{folder}/{SEGMENT}")
        with tarfile.open(fileobj=io.BytesIO(b"".join(packed))) as archive:
            member = archive.getmembers()[0]
            file = archive.extractfile(member)
            changed = edit(file.read() if file else b"")
        member.size = len(changed)
        repacked = io.BytesIO()
        with tarfile.open(fileobj=repacked, mode="w") as archive:
            archive.addfile(member, io.BytesIO(changed))
        container.put_archive(folder, repacked.getvalue())
        self.start()

    def close(self) -> None:
        if self._made:
            self.resume()
            self._container.stop()

    def _status(self) -> str:
        container = self._container.get_wrapped_container()
        container.reload()
        return str(container.status)
