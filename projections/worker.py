"""The view worker: holds partitions by lease and folds each view's next events, until told to stop."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Final

import psycopg
import structlog
from tenacity import RetryError, wait_random_exponential

from events.log.journal.reader import JournalCheckpoint, JournalMissingError, JournalReader
from events.privacy.sealing import VaultUnreachableError
from kit.health import Health
from kit.lifecycle import Stop
from kit.metrics import counter, latency
from kit.postgres.connections import connect_own, describe_error
from kit.postgres.leases import LeaseLostError, Leases
from kit.postgres.listening import listen, wait_for_notification
from kit.retry import retrying
from projections.batch import Batch, BatchSize, Opener
from projections.folding import Folding
from projections.positions import FenceError, prepare_view, read_positions, record_freshness
from projections.view import View

GROUP: Final = "views"
IDLE_WAIT_S: Final = 0.5
"""How long a worker with nothing to do waits for the journal's notification before it looks again."""
SEEN_EVERY_S: Final = 0.5
BACK_OFF_S_MAX: Final = 2.0
HEALTH_CHECK: Final = "views"

EVENTS_PASSED: Final = counter("ipp_view_events_total", "Events that a view has passed.", "view")
BATCH_TOOK: Final = latency(
    "ipp_views_batch_seconds", "Folding a batch into the views that stand alike, with its commit."
)

log = structlog.get_logger(__name__)


class OtherGenerationError(Exception):
    """The log was moved to another generation: the views were folded from one that is gone."""


class FoldFailedError(Exception):
    """PostgreSQL refused what no try again mends. Says the kind of its error: the text may quote a row."""


class ViewWorker:
    """One connection, all views, the partitions its lease gives it.

    Trouble that passes (database or key vault away, lease or fence lost, a COMMIT of unknown outcome) drops
    what is in memory and is tried again with a growing wait. Anything else is a bug and ends `run`.
    """

    def __init__(
        self,
        *,
        database_url: str,
        journal: JournalReader,
        views: Sequence[View],
        opener: Opener,
        lease_s: float,
        worker: str,
        health: Health,
    ) -> None:
        self._database_url = database_url
        self._journal = journal
        self._views = tuple(views)
        self._opener = opener
        self._lease_s = lease_s
        self._worker = worker
        self._health = health
        self._size = BatchSize()
        self._leases: Leases | None = None
        self._connection: psycopg.Connection | None = None
        self._ordinals: dict[tuple[str, int], int] = {}
        self._noted_at: dict[int, float] = {}

    def run(self, stop: Stop) -> None:
        """Fold until `stop`. Raises TooManyParkedError, OtherGenerationError, FoldFailedError, other bugs."""
        try:
            self._run(stop)
        except psycopg.Error as error:
            said = describe_error(error)
        else:
            return
        # Outside of the handler: as its context the error would be shown whole.
        raise FoldFailedError(f"The views can't be folded on. {said}.")

    def _run(self, stop: Stop) -> None:
        turns = retrying(
            LeaseLostError,
            FenceError,
            VaultUnreachableError,
            JournalMissingError,
            psycopg.OperationalError,
            wait=wait_random_exponential(multiplier=0.1, max=BACK_OFF_S_MAX),
            stop=stop,
            on_error=self._report_interruption,
        )
        try:
            while not stop.is_set():
                with suppress(RetryError):  # it failed after `stop` was set
                    turns(self._turn)
        finally:
            self._forget()

    def _report_interruption(self, error: BaseException, attempt: int) -> None:
        # At a first start the journal is simply not there yet.
        say = log.info if isinstance(error, JournalMissingError) else log.warning
        reason = describe_error(error) if isinstance(error, psycopg.Error) else type(error).__name__
        say("views.interrupted", reason=reason, attempt=attempt)
        self._health.report(HEALTH_CHECK, ok=False, degraded=True, sentence=_sentence(error))
        if not isinstance(error, VaultUnreachableError):
            self._forget()

    def _forget(self) -> None:
        """Drop what is in memory, and every lease with the connection."""
        self._ordinals.clear()
        self._connection = None
        if self._leases is not None:
            self._leases.close()

    def _turn(self) -> None:
        """Fold one batch of every partition held; wait when there was none."""
        leases = self._leases = self._leases or self._find_leases()
        held = leases.hold()
        connection = self._begin(leases.connection)
        checkpoints = self._checkpoints(connection, held)
        idle = []
        for partition in sorted(held):
            if partition not in leases.hold():
                continue
            self._load(connection, partition)
            if not self._fold_partition(connection, partition):
                idle.append(partition)
        if checkpoints:
            reached = [at for at in checkpoints if at.partition in leases.held]
            record_freshness(connection, self._views, reached)
        for key in [key for key in self._ordinals if key[1] not in leases.held]:
            del self._ordinals[key]
        self._health.report(HEALTH_CHECK, ok=True, sentence=_folding(len(held)))
        wait_for_notification(connection, timeout_s=IDLE_WAIT_S if len(idle) == len(held) else 0)

    def _find_leases(self) -> Leases:
        """Make the views' tables, once for each start, and the leases over the log's partitions."""
        with connect_own(self._database_url, application_name=f"{GROUP} {self._worker} start") as connection:
            partitions = self._journal.partition_count(connection)
            generation = self._journal.generation(connection)
            for view in self._views:
                prepare_view(connection, view, partitions=partitions, generation=generation)
                strange = {at.generation for at in read_positions(connection, view)} - {generation}
                if strange:
                    raise OtherGenerationError(
                        f"{view.name} was folded from {strange}, the log is {generation}."
                    )
        return Leases(self._database_url, GROUP, partitions, self._lease_s, self._worker)

    def _begin(self, connection: psycopg.Connection) -> psycopg.Connection:
        """Set a new connection up; what was remembered under an older one no longer counts."""
        if connection is not self._connection:
            self._ordinals.clear()
            # Safe here: after a crash of the server the fold runs again from the position that survived.
            connection.execute("SET synchronous_commit = off")
            listen(connection, self._journal.channel)
            self._connection = connection
        return connection

    def _load(self, connection: psycopg.Connection, partition: int) -> None:
        if all((view.name, partition) in self._ordinals for view in self._views):
            return
        for view in self._views:
            for position in read_positions(connection, view):
                if position.partition == partition:
                    self._ordinals[view.name, partition] = position.ordinal

    def _fold_partition(self, connection: psycopg.Connection, partition: int) -> bool:
        """Fold the next batch into every view; those that stand at the same ordinal go together."""
        at: dict[int, list[View]] = defaultdict(list)
        for view in self._views:
            at[self._ordinals[view.name, partition]].append(view)
        found = False
        for ordinal, views in at.items():
            events = self._journal.read_partition(
                connection, partition=partition, after=ordinal, limit=self._size.events
            )
            if not events:
                continue
            found = True
            self._size.saw(events)
            batch = Batch(events, self._opener)
            folding = Folding(connection=connection, views=tuple(views))
            for view in views:  # known again once it is done: of several, some may have moved
                del self._ordinals[view.name, partition]
            with BATCH_TOOK.time():
                come_to = folding.fold(batch, after=ordinal)
            for view in views:
                self._ordinals[view.name, partition] = come_to
                EVENTS_PASSED.labels(view.name).inc(len(events))
        return found

    def _checkpoints(self, connection: psycopg.Connection, held: AbstractSet[int]) -> list[JournalCheckpoint]:
        """Return what the journal holds, before any of it is read, in partitions where that is due."""
        now = time.monotonic()
        due = {p for p in held if now - self._noted_at.get(p, -math.inf) >= SEEN_EVERY_S}
        if not due:
            return []
        self._noted_at.update(dict.fromkeys(due, now))
        return [at for at in self._journal.checkpoints(connection) if at.partition in due]


def _folding(partitions: int) -> str:
    return f"folding {partitions} partition{'' if partitions == 1 else 's'}"


def _sentence(error: BaseException) -> str:
    if isinstance(error, VaultUnreachableError):
        return "The key vault is out of reach; no person's event is folded until it is back."
    if isinstance(error, JournalMissingError):
        return "The journal has no tables yet; waiting for its worker."
    return "The lease or the database was lost; starting again from the positions."
