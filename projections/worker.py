"""The view worker: holds partitions by lease and folds each view's next events until it is stopped."""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
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
"""How long a worker with nothing to do waits for the journal's notification before it reads again."""
CONFIRM_EVERY_S: Final = 0.5
"""How often a partition is confirmed up to date."""
BACK_OFF_S_MAX: Final = 2.0
HEALTH_CHECK: Final = "views"

EVENTS_PASSED: Final = counter("ipp_view_events_total", "Events that a view has passed.", "view")
BATCH_TOOK: Final = latency(
    "ipp_views_batch_seconds", "Folding a batch into the views at the same position, with its commit."
)

log = structlog.get_logger(__name__)


def at_once() -> float:
    """Return for how long events gather before a batch where readers may wait for each of them."""
    return 0.0


class OtherGenerationError(Exception):
    """The log has another generation than the one that the views were folded from."""


class FoldFailedError(Exception):
    """PostgreSQL refused, and a retry can't help. Names only the kind of error: its text may quote a row."""


class ViewWorker:
    """
    Folds all views over one connection, in the partitions that its leases give it.

    After a temporary failure (database or key vault unavailable, lease or fence lost, a COMMIT of unknown
    outcome) it drops what is in memory and retries with growing waits. Any other error is a bug and ends
    `run`. `gather_s` is asked before each batch how long to let events gather: a batch costs much the same
    with more of them in it.
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
        gather_s: Callable[[], float] = at_once,
    ) -> None:
        self._gather_s = gather_s
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
        self._confirmed_at: dict[int, float] = {}

    def run(self, stop: Stop) -> None:
        """Fold until `stop`. Raises TooManyParkedError, OtherGenerationError, FoldFailedError, other bugs."""
        try:
            self._run(stop)
        except psycopg.Error as error:
            said = describe_error(error)
        else:
            return
        # Outside of the handler, because the error would be shown with its text as the context of this one.
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
                if (gather_s := self._gather_s()) > 0:
                    stop.wait(gather_s)
        finally:
            self._forget()

    def _report_interruption(self, error: BaseException, attempt: int) -> None:
        # At a first start the journal does not exist yet.
        write = log.info if isinstance(error, JournalMissingError) else log.warning
        reason = describe_error(error) if isinstance(error, psycopg.Error) else type(error).__name__
        write("views.interrupted", reason=reason, attempt=attempt)
        self._health.report(HEALTH_CHECK, ok=False, degraded=True, sentence=_sentence(error))
        if not isinstance(error, VaultUnreachableError):
            self._forget()

    def _forget(self) -> None:
        """Drop what is in memory, the connection and its leases."""
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
        """Create the views' tables, once per start, and return the leases over the log's partitions."""
        with connect_own(self._database_url, application_name=f"{GROUP} {self._worker} start") as connection:
            partitions = self._journal.partition_count(connection)
            generation = self._journal.generation(connection)
            for view in self._views:
                prepare_view(connection, view, partitions=partitions, generation=generation)
                others = {position.generation for position in read_positions(connection, view)} - {generation}
                if others:
                    raise OtherGenerationError(
                        f"{view.name} was made from generation {', '.join(sorted(others))}, and the log has "
                        f"generation {generation}: it is another log, or it was restored."
                    )
        return Leases(self._database_url, GROUP, partitions, self._lease_s, self._worker)

    def _begin(self, connection: psycopg.Connection) -> psycopg.Connection:
        """Set up a new connection; positions remembered under an older one no longer count."""
        if connection is not self._connection:
            self._ordinals.clear()
            # Safe here: after a crash of the server, the fold runs again from the position that was saved.
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
        """
        Fold the next batch into every view, together for views at the same ordinal; return whether to go on.

        There is no more when all views read a batch that was not full: what is accepted later notifies.
        """
        by_ordinal: dict[int, list[View]] = defaultdict(list)
        for view in self._views:
            by_ordinal[self._ordinals[view.name, partition]].append(view)
        more = False
        for ordinal, views in by_ordinal.items():
            limit = self._size.events
            events = self._journal.read_partition(connection, partition=partition, after=ordinal, limit=limit)
            if not events:
                continue
            more = more or len(events) >= limit or len(by_ordinal) > 1
            self._size.saw(events)
            batch = Batch(events, self._opener)
            folding = Folding(connection=connection, views=tuple(views))
            for view in views:  # unknown until the fold is done: if it fails, some may have moved
                del self._ordinals[view.name, partition]
            try:
                with BATCH_TOOK.time():
                    reached = folding.fold(batch, after=ordinal)
            except psycopg.OperationalError:
                self._size.was_interrupted()
                raise
            for view in views:
                self._ordinals[view.name, partition] = reached
                EVENTS_PASSED.labels(view.name).inc(len(events))
        return more

    def _checkpoints(self, connection: psycopg.Connection, held: AbstractSet[int]) -> list[JournalCheckpoint]:
        """Return what the journal holds, before any of it is read, in partitions where that is due."""
        now = time.monotonic()
        due = {p for p in held if now - self._confirmed_at.get(p, -math.inf) >= CONFIRM_EVERY_S}
        if not due:
            return []
        self._confirmed_at.update(dict.fromkeys(due, now))
        return [at for at in self._journal.checkpoints(connection) if at.partition in due]


def _folding(partitions: int) -> str:
    return f"folding {partitions} partition{'' if partitions == 1 else 's'}"


def _sentence(error: BaseException) -> str:
    if isinstance(error, VaultUnreachableError):
        return "The key vault does not answer; no person's event is folded until it does."
    if isinstance(error, JournalMissingError):
        return "The journal has no tables yet; waiting for its worker."
    return "The lease or the database connection was lost; continuing from the saved positions."
