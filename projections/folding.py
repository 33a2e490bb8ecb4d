"""Folding a batch into views: fences, folds, writes and moved positions in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
import structlog

from events.codec import Forgotten
from events.log.journal.reader import JournalReader
from events.privacy.sealing import VaultUnreachableError
from events.streams import Stream
from kit.metrics import latency
from projections.batch import Batch, Opener
from projections.changes import Changes
from projections.parking import Refused, park, read_parked, release
from projections.positions import advance, announce
from projections.table import SCHEMA
from projections.view import View

FOLD_TOOK: Final = latency("ipp_view_fold_seconds", "A view's own part of folding a batch.", "view")

log = structlog.get_logger(__name__)


class StillParkedError(Exception):
    """A parked subject still can't be digested, or isn't parked at all; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """Views that stand at one ordinal, in one schema, folded together over one connection."""

    connection: psycopg.Connection
    views: tuple[View, ...]
    schema: str = SCHEMA

    def fold(self, batch: Batch, *, after: int) -> int:
        """Fold a batch that follows `after`, and return the ordinal that the views stand at from then on.

        An event that can't be opened or folded parks its subject. What PostgreSQL won't take is found by
        folding each view by itself, and then by halving the batch. Raises FenceError, VaultUnreachableError,
        psycopg's errors, and TooManyParkedError: of one view for all that stand with it, since the worker of
        all has to stop.
        """
        self._fold_range(self.views, batch, range(len(batch.events)), after)
        return batch.events[-1].ordinal

    def _fold_range(self, views: tuple[View, ...], batch: Batch, indexes: range, after: int) -> None:
        try:
            self._transact(views, batch, indexes, after, {})
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            reason = reason_of(error)
        else:
            return
        # Outside of the handler: what fails from here on would carry that error, whose text may quote a row.
        if len(views) > 1:
            for view in views:
                self._fold_range((view,), batch, indexes, after)
            return
        if len(indexes) == 1:
            event = batch.events[indexes[0]]
            subject = Stream.parse(event.stream).subject
            self._transact(views, batch, indexes, after, {subject: (event.ordinal, reason)})
            return
        half = len(indexes) // 2
        self._fold_range(views, batch, indexes[:half], after)
        self._fold_range(views, batch, indexes[half:], batch.events[indexes[half - 1]].ordinal)

    def _transact(
        self, views: tuple[View, ...], batch: Batch, indexes: range, after: int, refused: Refused
    ) -> None:
        """Fold in one transaction; `refused` is what one view can't digest, where there is only one."""
        connection, schema = self.connection, self.schema
        partition = batch.events[0].partition
        ordinal = batch.events[indexes[-1]].ordinal
        set_aside: list[tuple[View, Refused]] = []
        with connection.transaction():
            advance(connection, views, partition, expected=after, ordinal=ordinal, schema=schema)
            for view in views:
                own = [index for index in indexes if batch.category(index) in view.categories]
                if own:
                    with FOLD_TOOK.labels(view.name).time():
                        set_aside.append((view, self._fold_own(view, batch, own, partition, refused)))
            if schema == SCHEMA:
                announce(connection, views, partition, ordinal)
        for view, parked in set_aside:
            for subject, (at, reason) in parked.items():
                log.error("view.parked", view=view.name, subject=subject, ordinal=at, reason=reason)

    def _fold_own(
        self, view: View, batch: Batch, own: Sequence[int], partition: int, refused: Refused
    ) -> Refused:
        """Fold what one view looks at; return whom it sets aside."""
        connection, schema = self.connection, self.schema
        parked = {k.subject for k in read_parked(connection, view, partition=partition, schema=schema)}
        changes = Changes(view.tables, partition)
        outcome = fold_events(view, batch, own, changes, passed_over=parked | refused.keys())
        refused = refused | outcome.refused
        changes.write(connection, schema)
        if released := outcome.forgotten & parked:
            release(connection, view, released, schema=schema)
        if refused:
            park(connection, view, partition, refused, schema=schema)
        return refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Whom a fold could not digest, and who of those it met was set aside and turned out to be forgotten."""

    refused: Refused
    forgotten: set[str]


def fold_events(
    view: View, batch: Batch, indexes: Sequence[int], changes: Changes, *, passed_over: set[str]
) -> Outcome:
    """Fold events into `changes`; what can't be digested leaves its subject alone from then on.

    But not for ever: who is forgotten is emptied although set aside: older rows would stay otherwise.
    """
    outcome = Outcome(refused={}, forgotten=set())
    aside = set(passed_over)
    for index in indexes:
        event = batch.events[index]
        subject = Stream.parse(event.stream).subject
        if subject in aside and not _is_forgotten(batch, index):
            continue
        try:
            changes.about(subject)
            if subject in aside:
                changes.empty()
                outcome.forgotten.add(subject)
                outcome.refused.pop(subject, None)
                aside.remove(subject)
            view.fold(batch.fact(index), changes)
        except VaultUnreachableError:
            raise
        except Exception as error:  # noqa: BLE001 - any fault of one event parks its subject, and only that
            outcome.refused[subject] = (event.ordinal, reason_of(error))
            aside.add(subject)
    return outcome


def _is_forgotten(batch: Batch, index: int) -> bool:
    try:
        return isinstance(batch.fact(index).recorded.event, Forgotten)
    except VaultUnreachableError:
        raise
    except Exception:  # noqa: BLE001 - what can't be opened of a subject set aside changes nothing
        return False


def reason_of(error: Exception) -> str:
    """Say what went wrong in words that hold nothing personal: the kind of the error, never its text."""
    return type(error).__name__


def unpark(
    connection: psycopg.Connection, view: View, subject: str, *, journal: JournalReader, opener: Opener
) -> None:
    """Fold a parked subject again from its first event with the code of now. Raises StillParkedError.

    One transaction that holds the view's position in that partition, so that the subject ends where all the
    others are.
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
        own = [index for index in range(len(events)) if batch.category(index) in view.categories]
        outcome = fold_events(view, batch, own, changes, passed_over=set())
        for at, reason in outcome.refused.values():
            raise StillParkedError(f"{subject} stays parked in {view.name}: {reason} at ordinal {at}.")
        changes.write(connection, SCHEMA)
        release(connection, view, {subject})
        announce(connection, (view,), partition, ordinal)
