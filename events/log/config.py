"""Which log to open, where it is, and how its parts behave: all that opening a log takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

DATABASE_POOL_MAX: Final = 10
LEASE_S: Final = 10.0
APPEND_TIMEOUT_S: Final = 20.0
"""Longer than Kafka's delivery timeout, so that most appends learn their outcome in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaConfig:
    """
    The topic that holds a log.

    `options` are what every client of the cluster needs: bootstrap_servers, and in production TLS and SASL.
    With `flush_every_message` unset, messages are flushed one by one where there are fewer than two replicas.
    """

    topic: str
    options: Mapping[str, Any] = field(repr=False)
    """Not shown: it may hold a password."""
    replicas: int = 3
    flush_every_message: bool | None = None
    plain_client: bool = False
    """Append and read through the client's own producer and consumer, which takes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogConfig:
    """
    One log and its journal.

    `name` begins the names of its tables and channels, so that several logs share a database. `partitions`
    counts when the log is created; then it never changes, since it fixes the partition of each subject.
    `one_subject` makes the whole of a one-partition log a single subject (see `record.Genesis`). Without
    `kafka` the log is a table in the same database.
    """

    name: str
    partitions: int
    database_url: str = field(repr=False)
    """Of the journal, and of the embedded log. Not shown: it may hold a password."""
    database_pool_max: int = DATABASE_POOL_MAX
    kafka: KafkaConfig | None = None
    one_subject: bool = False
    append_timeout_s: float = APPEND_TIMEOUT_S
    """How long an append waits for its verdict."""
    lease_s: float = LEASE_S
    """After so long without a sign of life, a journal worker loses its partitions to others."""
