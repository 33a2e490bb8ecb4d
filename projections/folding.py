"""Folds a batch into views: fence, fold, rows and positions in one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import psycopg
import structlog

from events.codec import Forgotten
from events.log.journal.reader import JournalReader
from events.privacy.sealing import VaultUnreachableError
from kit.metrics import latency
from kit.postgres.trips import COMMIT, ROLLBACK, Statement, in_transaction, run_together
from projections.batch import Batch, Opener
from projections.changes import Changes
from projections.parking import Failures, park, release
from projections.positions import advance, announce
from projections.table import SCHEMA, UnsendableValueError
from projections.view import View

TOGETHER_EVENTS_MAX: Final = 64
"""What a batch so small writes is sent together. Of larger ones many rows may be copied, which takes less."""
FOLD_TOOK: Final = latency("ipp_view_fold_seconds", "A view's own part of folding a batch.", "view")

log = structlog.get_logger(__name__)


REFUSED_VALUES: Final = (psycopg.DataError, psycopg.IntegrityError, UnsendableValueError)
"""Errors of a write that come from the data of an event; any other is of the program or the database."""


class StillParkedError(Exception):
    """A parked subject still can't be folded, or is not parked at all; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """Views that are at one ordinal, in one schema, folded together over one connection."""

    connection: psycopg.Connection
    views: tuple[View, ...]
    schema: str = SCHEMA

    def fold(self, batch: Batch, *, after: int) -> int:
        """
        Fold a batch that follows `after`, and return the ordinal of its last event: the views' new position.

        An event that can't be opened or folded parks its subject. Rows that PostgreSQL or its client refuses
        are found by folding each view alone, and then by halving the batch. Raises FenceError,
        VaultUnreachableError and psycopg's errors. TooManyParkedError stops the whole worker, even if only
        one of the views exceeded its limit.
        """
        self._fold_range(self.views, batch, range(len(batch.events)), after)
        return batch.events[-1].ordinal

    def _fold_range(self, views: tuple[View, ...], batch: Batch, indexes: range, after: int) -> None:
        try:
            self._transact(views, batch, indexes, after, {})
        except REFUSED_VALUES as error:
            reason = reason_of(error)
        else:
            return
        # Outside of the handler: an error raised in it would carry that one, whose text may quote a row.
        if len(views) > 1:
            for view in views:
                self._fold_range((view,), batch, indexes, after)
            return
        if len(indexes) == 1:
            event = batch.events[indexes[0]]
            subject = batch.streams[indexes[0]].subject
            self._transact(views, batch, indexes, after, {subject: (event.ordinal, reason)})
            return
        half = len(indexes) // 2
        self._fold_range(views, batch, indexes[:half], after)
        self._fold_range(views, batch, indexes[half:], batch.events[indexes[half - 1]].ordinal)

    def _transact(
        self, views: tuple[View, ...], batch: Batch, indexes: range, after: int, failures: Failures
    ) -> None:
        """Fold in one transaction; `failures`, for a single view only, are subjects to park unfolded."""
        partition = batch.events[0].partition
        ordinal = batch.events[indexes[-1]].ordinal
        begin = not in_transaction(self.connection)
        together = begin and len(indexes) <= TOGETHER_EVENTS_MAX
        with self._own_transaction() if begin else self.connection.transaction():
            before = advance(
                self.connection,
                views,
                partition,
                expected=after,
                ordinal=ordinal,
                schema=self.schema,
                begin=begin,
            )
            statements: list[Statement] = []
            parked: list[tuple[View, Failures]] = []
            for view in views:
                own = [index for index in indexes if batch.streams[index].category in view.categories]
                if own:
                    skipped = {subject for name, subject in before if name == view.name}
                    with FOLD_TOOK.labels(view.name).time():
                        changes, of_view = self._fold_view(view, batch, own, failures, skipped)
                        if together:
                            statements += changes.statements(self.schema)
                        else:
                            changes.write(self.connection, self.schema)
                    parked.append((view, of_view))
            if begin:
                run_together(self.connection, (*statements, COMMIT), prepare=together)
        for view, of_view in parked:
            for subject, (failed_at, reason) in of_view.items():
                log.error("view.parked", view=view.name, subject=subject, ordinal=failed_at, reason=reason)

    @contextmanager
    def _own_transaction(self) -> Iterator[None]:
        """Roll back what the block has begun, where it failed before it ended that."""
        try:
            yield
        except BaseException:
            if not self.connection.closed and in_transaction(self.connection):
                run_together(self.connection, (ROLLBACK,), prepare=False)
            raise

    def _fold_view(
        self, view: View, batch: Batch, own: Sequence[int], failures: Failures, parked: set[str]
    ) -> tuple[Changes, Failures]:
        """
        Fold the view's `own` events, those of its categories; return the changes and who was parked now.

        `parked` are the subjects that were parked before.
        """
        connection, schema, partition = self.connection, self.schema, batch.events[0].partition
        changes = Changes(view.tables, partition)
        folded = fold_events(view, batch, own, changes, skipped=parked | failures.keys())
        failures = failures | folded.failures
        if released := folded.forgotten & parked:
            release(connection, view, released, schema=schema)
        if failures:
            park(connection, view, partition, failures, schema=schema)
        return changes, failures


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedEvents:
    """Subjects with an event that could not be folded, and skipped subjects found to be forgotten."""

    failures: Failures
    forgotten: set[str]


def fold_events(
    view: View, batch: Batch, indexes: Sequence[int], changes: Changes, *, skipped: set[str]
) -> FoldedEvents:
    """
    Fold events into `changes`, except those of `skipped` subjects.

    A subject of which an event fails is skipped from that event on. Exception: a forgotten person's rows are
    deleted even while parked; otherwise old rows would remain.
    """
    folded = FoldedEvents(failures={}, forgotten=set())
    skipped = set(skipped)
    for index in indexes:
        subject = batch.streams[index].subject
        if subject in skipped and not _is_forgotten(batch, index):
            continue
        try:
            changes.about(subject)
            if subject in skipped:
                changes.empty()
                folded.forgotten.add(subject)
                folded.failures.pop(subject, None)
                skipped.remove(subject)
            view.fold(batch.fact(index), changes)
        except VaultUnreachableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one event parks its subject, and only that
            folded.failures[subject] = (batch.events[index].ordinal, reason_of(error))
            skipped.add(subject)
    return folded


def _is_forgotten(batch: Batch, index: int) -> bool:
    try:
        return isinstance(batch.fact(index).recorded.event, Forgotten)
    except VaultUnreachableError:
        raise
    except Exception:  # noqa: BLE001 - an event of a skipped subject that can't be opened changes nothing
        return False


def reason_of(error: Exception) -> str:
    """Return the kind of an error, never its text, which may hold something personal."""
    return type(error).__name__


def unpark(
    connection: psycopg.Connection, view: View, subject: str, *, journal: JournalReader, opener: Opener
) -> None:
    """
    Fold a parked subject again from its first event with the code of now. Raises StillParkedError.

    It is one transaction that locks the view's position in that partition, so that the subject ends at the
    same position as all others.
    """
    with connection.transaction():
        row = connection.execute(
            f"SELECT p.partition, p.ordinal FROM {SCHEMA}.parked k JOIN {SCHEMA}.positions p"
            " USING (view, version, partition)"
            " WHERE view = %s AND version = %s AND k.subject = %s FOR UPDATE OF p",
            (view.name, view.version, subject),
        ).fetchone()
        if row is None:
            raise StillParkedError(f"{subject} is not parked in {view.name}.")
        partition, ordinal = row
        events = journal.read_subject(connection, subject=subject, until_ordinal=ordinal)
        changes = Changes(view.tables, partition)
        changes.about(subject)
        changes.empty()
        batch = Batch(events, opener)
        own = [index for index in range(len(events)) if batch.streams[index].category in view.categories]
        folded = fold_events(view, batch, own, changes, skipped=set())
        for failed_at, reason in folded.failures.values():
            raise StillParkedError(f"{subject} stays parked in {view.name}: {reason} at ordinal {failed_at}.")
        if (refused := _refused(changes, connection)) is not None:
            raise StillParkedError(f"{subject} stays parked in {view.name}: {refused} for one of its rows.")
        release(connection, view, {subject})
        announce(connection, view, partition=partition)


def _refused(changes: Changes, connection: psycopg.Connection) -> str | None:
    """Write the changes; return the reason if a value was refused. The error itself may quote a row."""
    try:
        changes.write(connection, SCHEMA)
    except REFUSED_VALUES as error:
        return reason_of(error)
    return None
