"""The servers that benchmarks measure: a durable PostgreSQL, Kafka as in the tests, UmaDB from its wheel."""

import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

from kit.postgres.embedded import EmbeddedPostgres
from tests.backends.kafka import kafka_broker as _kafka_broker
from tests.backends.postgres import fresh_database

UMADB_PORT: Final = 50_051
START_TIMEOUT_S: Final = 20.0


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
