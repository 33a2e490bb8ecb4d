"""The journal's tables: the accepted events in order, and everything that the rule remembers."""

from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

from kit.postgres.creation import create_once

_DDL: Final[LiteralString] = """
CREATE TABLE IF NOT EXISTS {log} (
    generation bytea NOT NULL, partitions int NOT NULL, one_subject boolean NOT NULL, identity text NOT NULL,
    one boolean PRIMARY KEY DEFAULT true CHECK (one)
);
CREATE TABLE IF NOT EXISTS {positions} (
    partition int PRIMARY KEY, next_offset bigint NOT NULL, ordinal bigint NOT NULL,
    epoch int NOT NULL, record_digest bytea NOT NULL, halted text, seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS {events} (
    originator_id text NOT NULL, originator_version bigint NOT NULL,
    topic text NOT NULL, state bytea NOT NULL,
    notification_id bigint NOT NULL, partition int NOT NULL, digest bytea NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX IF NOT EXISTS {events_order} ON {events} (partition, notification_id);
CREATE TABLE IF NOT EXISTS {commits} (
    subject text NOT NULL, command bytea NOT NULL, commit_id bytea NOT NULL, partition int NOT NULL,
    ordinal bigint NOT NULL, events int NOT NULL, record_offset bigint NOT NULL, day int NOT NULL,
    fingerprint bytea NOT NULL, answer bytea NOT NULL, PRIMARY KEY (command, subject)
);
CREATE INDEX IF NOT EXISTS {commits_subject} ON {commits} (subject);
CREATE TABLE IF NOT EXISTS {refusals} (
    commit_id bytea PRIMARY KEY, verdict text NOT NULL, partition int NOT NULL, record_offset bigint NOT NULL
);
ALTER TABLE {refusals} ADD COLUMN IF NOT EXISTS subject text;
CREATE INDEX IF NOT EXISTS {refusals_subject} ON {refusals} (subject);
CREATE TABLE IF NOT EXISTS {settled} (
    partition int NOT NULL, subject text NOT NULL, command bytea NOT NULL, PRIMARY KEY (command, subject)
);
CREATE TABLE IF NOT EXISTS {sealed} (partition int NOT NULL, subject text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS {tracking} (
    application_name text PRIMARY KEY, notification_id bigint NOT NULL, partition int NOT NULL
);
CREATE OR REPLACE VIEW {followed} AS SELECT * FROM {events} WHERE partition = 0;
"""

_TABLES: Final = ("positions", "events", "commits", "refusals", "settled", "sealed", "tracking", "log")
_OTHERS: Final = ("events_order", "commits_subject", "refusals_subject", "followed")
_CREATE_LOCK: Final = 0x69707002


class JournalTables:
    """The names of one log's journal: tables, channel and lease group. All begin with the log's name."""

    def __init__(self, log: str) -> None:
        self.log: Final = log
        self._identifiers = {name: sql.Identifier(f"{log}_{name}") for name in (*_TABLES, *_OTHERS)}

    @property
    def channel(self) -> str:
        """The channel notified in every journal transaction that accepted events."""
        return f"{self.log}_events"

    @property
    def lease_group(self) -> str:
        """The group whose leases the workers of this journal hold."""
        return f"journal {self.log}"

    def identifier(self, table: str) -> sql.Identifier:
        return self._identifiers[table]

    def statement(self, text: LiteralString) -> bytes:
        """Return a statement with this journal's tables in place of `{events}`, `{commits}` and so on."""
        # As bytes: psycopg remembers how it parsed those, and not a composed statement.
        return sql.SQL(text).format(**self._identifiers).as_bytes()

    def create(self, conn: psycopg.Connection[Any]) -> None:
        """Create the tables that are missing."""
        create_once(conn, lock=_CREATE_LOCK, ddl=self.statement(_DDL))

    def drop(self, conn: psycopg.Connection) -> None:
        """Drop the whole journal. Starting a worker folds the log again, to equal rows."""
        with conn.transaction():
            conn.execute(self.statement("DROP VIEW IF EXISTS {followed}"))
            for name in _TABLES:
                conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self.identifier(name)))
