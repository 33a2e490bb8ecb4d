"""The servers that benchmarks measure: a durable PostgreSQL, Kafka, UmaDB from its wheel, NATS by Go."""

import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from kit.postgres.embedded import EmbeddedPostgres
from tests.backends.kafka import ADDRESS, IMAGE
from tests.backends.kafka import kafka_broker as _kafka_broker
from tests.backends.kafka_docker import DockerBroker
from tests.backends.kafka_native import NativeBroker, jars
from tests.backends.postgres import fresh_database

UMADB_PORT: Final = 50_051
NATS_VERSION: Final = "v2.15.2"
START_TIMEOUT_S: Final = 20.0
BUILD_TIMEOUT_S: Final = 600.0


def log_to_stderr() -> None:
    """Send the workers' log to standard error, so that standard output has only the figures."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextmanager
def postgres_database() -> Iterator[str]:
    """Give the URL of an empty database, durable as PostgreSQL is by default."""
    # Not the tests' server, which skips flushing.
    with (
        tempfile.TemporaryDirectory(prefix="ipp-bench-postgres-") as folder,
        EmbeddedPostgres(Path(folder)) as server,
        fresh_database(server.url()) as url,
    ):
        yield url


@contextmanager
def kafka_bootstrap() -> Iterator[str]:
    """Give the address of a single broker."""
    with _kafka_broker() as broker:
        yield broker.bootstrap


class PlacedBroker(NamedTuple):
    """A single broker: its address, where it runs, and its process if that is on this machine."""

    bootstrap: str
    where: str
    pid: int | None = None


@contextmanager
def placed_broker(*, docker: bool) -> Iterator[PlacedBroker]:
    """
    Give a single broker.

    On the host it is as near as its rivals, whose servers are there too; behind Docker's proxy each byte is
    copied once more. An address in the environment goes first.
    """
    if os.environ.get(ADDRESS):
        with _kafka_broker() as given:
            yield PlacedBroker(given.bootstrap, f"given by {ADDRESS}")
        return
    with tempfile.TemporaryDirectory(prefix="ipp-bench-kafka-") as folder:
        broker = DockerBroker(IMAGE) if docker else NativeBroker(Path(folder), jars())
        try:
            broker.start()
            if isinstance(broker, NativeBroker):
                yield PlacedBroker(broker.bootstrap, "on the host", broker.pid)
            else:
                yield PlacedBroker(broker.bootstrap, "behind Docker's proxy")
        finally:
            broker.close()


@contextmanager
def nats_server(*, sync_interval: str | None) -> Iterator[str]:
    """Give the address of a NATS server with JetStream; flushes as said, None for its default."""
    program = nats_program()
    with tempfile.TemporaryDirectory(prefix="ipp-bench-nats-") as folder:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        sync = "" if sync_interval is None else f'sync_interval: "{sync_interval}"'
        settings = Path(folder) / "nats.conf"
        settings.write_text(f'listen: "{address}"\njetstream {{\nstore_dir: "{folder}"\n{sync}\n}}\n')
        with subprocess.Popen(  # noqa: S603 - a program that this module built
            [str(program), "-c", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                _wait_for(address)
                yield f"nats://{address}"
            finally:
                server.terminate()


def nats_program() -> Path:
    """Return NATS's server, which Go builds from its module, once per version."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ipp" / f"nats-{NATS_VERSION}"
    program = cache / "nats-server"
    if not program.exists():
        module = f"github.com/nats-io/nats-server/v2@{NATS_VERSION}"
        subprocess.run(  # noqa: S603 - a module named here
            ["go", "install", module],  # noqa: S607 - whichever go is first
            env={**os.environ, "GOBIN": str(cache)},
            check=True,
            timeout=BUILD_TIMEOUT_S,
        )
    return program


def _wait_for(address: str) -> None:
    host, _, port = address.rpartition(":")
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"the server at {address} did not start within {START_TIMEOUT_S:g} s")


@contextmanager
def umadb_server() -> Iterator[str]:
    """Give the address of an UmaDB server with an empty file; it flushes every batch of appends."""
    import umadb  # noqa: PLC0415 - a peer, installed for benchmarks only

    program = shutil.which("umadb", path=str(Path(sys.executable).parent)) or "umadb"
    with tempfile.TemporaryDirectory() as folder:
        address = f"127.0.0.1:{UMADB_PORT}"
        command = [program, "--listen", address, "--db-path", str(Path(folder) / "uma.db")]
        with subprocess.Popen(  # noqa: S603 - a program of our own environment
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                url, deadline = f"http://{address}", time.monotonic() + START_TIMEOUT_S
                while time.monotonic() < deadline:
                    with suppress(Exception):
                        umadb.Client(url).head()
                        break
                    time.sleep(0.1)
                yield url
            finally:
                server.terminate()
