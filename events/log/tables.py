"""The journal's tables: the accepted events in order, and all that the rule remembers for ever."""

from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

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
CREATE TABLE IF NOT EXISTS {settled} (
    partition int NOT NULL, subject text NOT NULL, command bytea NOT NULL, PRIMARY KEY (command, subject)
);
CREATE TABLE IF NOT EXISTS {sealed} (partition int NOT NULL, subject text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS {tracking} (
    application_name text PRIMARY KEY, notification_id bigint NOT NULL, partition int NOT NULL
);
CREATE OR REPLACE VIEW {followed} AS SELECT * FROM {events} WHERE partition = 0;
"""

TABLES: Final = (
    "positions",
    "events",
    "commits",
    "refusals",
    "settled",
    "sealed",
    "tracking",
)
_CREATE_LOCK: Final = 0x69707002


def names(log: str) -> dict[str, sql.Identifier]:
    """Return the identifiers of a log's journal tables by short name; `log` holds the log's own row."""
    every = (*TABLES, "events_order", "commits_subject", "followed")
    return {name: sql.Identifier(f"{log}_{name}") for name in every} | {"log": sql.Identifier(f"{log}_log")}


def create_tables(conn: psycopg.Connection[Any], *, log: str) -> None:
    """Create the journal's tables where they are missing."""
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (_CREATE_LOCK,))
        conn.execute(sql.SQL(_DDL).format(**names(log)))


def drop_tables(conn: psycopg.Connection, *, log: str) -> None:
    """Drop the whole journal. Starting a worker folds the log again, to equal rows."""
    own = names(log)
    with conn.transaction():
        conn.execute(sql.SQL("DROP VIEW IF EXISTS {followed}").format(**own))
        for name in (*TABLES, "log"):
            conn.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(own[name]))
