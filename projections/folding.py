"""Folding a batch into one view: fence, fold, write and move the position in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
import structlog

from events.log.reading import read_subject
from events.sealing import VaultUnreachableError
from projections.batch import Batch, Opener
from projections.changes import Changes
from projections.parking import Refused, park, read_parked
from projections.positions import announce, move
from projections.view import SCHEMA, View, subject_in

log = structlog.get_logger(__name__)


class StillParkedError(Exception):
    """A parked subject still can't be digested, or isn't parked at all; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """One view in one schema, folded over one connection."""

    connection: psycopg.Connection
    view: View
    schema: str = SCHEMA

    def fold(self, batch: Batch, *, after: int) -> int:
        """Fold a batch that follows `after`, and return the ordinal the view stands at from then on.

        An event that can't be opened or folded parks its subject. One that PostgreSQL won't take is found by
        halving the batch. Raises FenceError, TooManyParkedError, VaultUnreachableError, and psycopg's errors.
        """
        self._fold_range(batch, range(len(batch.events)), after)
        return batch.events[-1].ordinal

    def _fold_range(self, batch: Batch, indexes: range, after: int) -> None:
        try:
            self._transact(batch, indexes, after, {})
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            if len(indexes) == 1:
                event = batch.events[indexes[0]]
                self._transact(
                    batch, indexes, after, {subject_in(event.stream): (event.ordinal, reason_of(error))}
                )
                return
            half = len(indexes) // 2
            self._fold_range(batch, indexes[:half], after)
            self._fold_range(batch, indexes[half:], batch.events[indexes[half - 1]].ordinal)

    def _transact(self, batch: Batch, indexes: range, after: int, refused: Refused) -> None:
        connection, view, schema = self.connection, self.view, self.schema
        partition = batch.events[0].partition
        ordinal = batch.events[indexes[-1]].ordinal
        own = [index for index in indexes if batch.category(index) in view.categories]
        with connection.transaction():
            move(connection, view, partition, expected=after, ordinal=ordinal, schema=schema)
            if own:
                self._fold_own(batch, own, partition, refused)
            if schema == SCHEMA:
                announce(connection, view, partition, ordinal)

    def _fold_own(self, batch: Batch, own: Sequence[int], partition: int, refused: Refused) -> None:
        connection, view, schema = self.connection, self.view, self.schema
        parked = {k.subject for k in read_parked(connection, view, partition=partition, schema=schema)}
        changes = Changes(view, partition)
        refused |= fold_events(view, batch, own, changes, passed_over=parked | refused.keys())
        changes.write(connection, schema)
        if refused:
            park(connection, view, partition, refused, schema=schema)
            for subject, (ordinal, reason) in refused.items():
                log.error("view.parked", view=view.name, subject=subject, ordinal=ordinal, reason=reason)


def fold_events(
    view: View, batch: Batch, indexes: Sequence[int], changes: Changes, *, passed_over: set[str]
) -> Refused:
    """Fold events into `changes`; return what can't be digested, after which a subject is left alone."""
    refused: Refused = {}
    for index in indexes:
        event = batch.events[index]
        subject = subject_in(event.stream)
        if subject in passed_over or subject in refused:
            continue
        try:
            fact = batch.fact(index)
            changes.about(subject)
            view.fold(fact, changes)
        except VaultUnreachableError:
            raise
        except Exception as error:  # noqa: BLE001 - any fault of one event parks its subject, and only that
            refused[subject] = (event.ordinal, reason_of(error))
    return refused


def reason_of(error: Exception) -> str:
    """Say what went wrong in words that hold nothing personal: the kind of the error, never its text."""
    return type(error).__name__


def unpark(
    connection: psycopg.Connection, view: View, subject: str, *, log_name: str, opener: Opener
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
        events = read_subject(connection, log=log_name, subject=subject, upto=ordinal)
        changes = Changes(view, partition)
        changes.about(subject)
        changes.empty()
        batch = Batch(events, opener)
        own = [index for index in range(len(events)) if batch.category(index) in view.categories]
        refused = fold_events(view, batch, own, changes, passed_over=set())
        for at, reason in refused.values():
            raise StillParkedError(f"{subject} stays parked in {view.name}: {reason} at ordinal {at}.")
        changes.write(connection, SCHEMA)
        connection.execute(
            f"DELETE FROM {SCHEMA}.parked WHERE view = %s AND version = %s AND subject = %s",
            (view.name, view.version, subject),
        )
        announce(connection, view, partition, ordinal)
