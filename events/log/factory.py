"""The persistence module of the `eventsourcing` library: PERSISTENCE_MODULE=events.log.factory."""

from typing import Any

import eventsourcing.postgres as stock
from eventsourcing.persistence import AggregateRecorder, ApplicationRecorder, ProcessRecorder
from psycopg.conninfo import make_conninfo
from typing_extensions import override

from events.log.assembly import open_appender
from events.log.config import APPEND_TIMEOUT_S, KafkaConfig, LogConfig
from events.log.recorder import LogAggregateRecorder, LogRecorder
from events.log.writing.writer import LogWriter
from kit.clock import SystemClock


class LogFactory(stock.PostgresFactory):
    """
    Builds recorders that append to the log, from the library's PostgreSQL settings and two of their own.

    `LOG_KAFKA_BOOTSTRAP`: the brokers (`host:port`, separated by commas); without it the log is a table.
    `LOG_APPEND_TIMEOUT`: how many seconds an append waits for its verdict. The log of an application named N
    has the topic `n.events`, and the names of its journal tables begin with `n_`. Snapshots, and trackings of
    applications without events, are derived data: the library's own PostgreSQL recorders keep them.
    """

    LOG_KAFKA_BOOTSTRAP = "LOG_KAFKA_BOOTSTRAP"
    LOG_APPEND_TIMEOUT = "LOG_APPEND_TIMEOUT"

    def __init__(self, env: Any) -> None:
        super().__init__(env)
        self._writers: list[LogWriter] = []

    @override
    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        if purpose != "events":
            return super().aggregate_recorder(purpose)
        return self._recorder(LogAggregateRecorder)

    @override
    def application_recorder(self) -> ApplicationRecorder:
        return self._recorder(LogRecorder)

    @override
    def process_recorder(self) -> ProcessRecorder:
        return self._recorder(LogRecorder)

    @override
    def close(self) -> None:
        for writer in self._writers:
            writer.close()
        super().close()

    def _recorder(self, kind: type[LogRecorder]) -> LogRecorder:
        config = self._config()
        writer = LogWriter(
            log=config.name,
            url=config.database_url,
            connect=self.datastore.get_connection,
            open_appender=lambda: open_appender(config, clock=SystemClock()),
            append_timeout_s=config.append_timeout_s,
        )
        self._writers.append(writer)
        recorder = kind(self.datastore, writer, log=config.name)
        if self.env_create_table():
            recorder.create_table()
        return recorder

    def _config(self) -> LogConfig:
        log = self.env.name.lower() or "stored"
        bootstrap = self.env.get(self.LOG_KAFKA_BOOTSTRAP)
        options = {"bootstrap_servers": bootstrap.split(",")} if bootstrap else {}
        return LogConfig(
            name=log,
            partitions=1,
            database_url=_url(self.env),
            kafka=KafkaConfig(topic=f"{log}.events", options=options) if bootstrap else None,
            append_timeout_s=float(self.env.get(self.LOG_APPEND_TIMEOUT) or APPEND_TIMEOUT_S),
        )


def _url(env: Any) -> str:
    """Return the connection string of the datastore's database, for connections outside its pool."""
    names = {"dbname": "DBNAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    return make_conninfo("", **{key: env.get(f"POSTGRES_{name}") or None for key, name in names.items()})
