"""Apache Kafka's own broker from its jars, fetched by Maven and run by the machine's Java."""

import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from tests.backends.kafka import SEGMENT, NoBrokerError, wait_until_answering
from tests.backends.maven import MavenError, made_by_maven
from tests.backends.segments import Edit

POM: Final = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"
CLUSTER_ID: Final = "5L6g3nShT-eMCtK--X86sw"
STOP_S_MAX: Final = 30


def jars() -> Path:
    """Give the folder of jars, fetched once per version. Raises NoBrokerError."""
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise NoBrokerError(
                f"No Kafka: IPP_TEST_KAFKA is not set, no Docker engine has the image, and {tool} is missing."
            )
    try:
        return made_by_maven(
            POM,
            lambda folder: ["dependency:copy-dependencies", f"-DoutputDirectory={folder}"],
            kept_as=f"kafka-{_version()}",
        )
    except MavenError as error:
        raise NoBrokerError(f"Maven can't fetch Kafka's jars: {error}") from error


class NativeBroker:
    """One process in KRaft mode, broker and controller, on free ports of localhost."""

    def __init__(self, folder: Path, jars: Path) -> None:
        self._folder, self._jars = folder, jars
        self._conf = folder / "server.properties"
        port, controller = _free_port(), _free_port()
        self.bootstrap = f"127.0.0.1:{port}"
        self._conf.write_text(PROPERTIES.format(port=port, controller=controller, logs=folder / "logs"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The broker's process."""
        if self._process is None:
            raise NoBrokerError("The broker is not running.")
        return self._process.pid

    def start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        with (self._folder / "broker.log").open("ab") as output:
            if not (self._folder / "logs").exists():
                formatting = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(self._conf)]
                subprocess.run(  # noqa: S603 - the tests' own command
                    [*self._java(), *formatting], stdout=output, stderr=output, check=True
                )
            self._process = subprocess.Popen(  # noqa: S603 - the tests' own command
                [*self._java(), "kafka.Kafka", str(self._conf)],
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_until_answering(self.bootstrap)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def edit_segment(self, topic: str, partition: int, edit: Edit) -> None:
        self.stop()
        file = self._folder / "logs" / f"{topic}-{partition}" / SEGMENT
        file.write_bytes(edit(file.read_bytes()))
        self.start()

    def close(self) -> None:
        self.kill()

    def _java(self) -> list[str]:
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return ["java", "-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", quiet, "-cp", f"{self._jars}/*"]

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _version() -> str:
    spaced = {"m": "http://maven.apache.org/POM/4.0.0"}
    for dependency in ET.parse(POM).iterfind(".//m:dependency", spaced):  # noqa: S314 - our file
        if dependency.findtext("m:artifactId", namespaces=spaced) == "kafka_2.13":
            return dependency.findtext("m:version", default="", namespaces=spaced)
    raise NoBrokerError(f"{POM} does not name Kafka.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# A killed broker is let in again only after its old session ended: 9 s unless said otherwise.
PROPERTIES: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
unclean.leader.election.enable=false
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
"""
