"""Subjects a view set aside because one of their events could not be digested; everything else flows on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec
import psycopg
from psycopg.rows import class_row

from projections.table import SCHEMA
from projections.view import View

PARKED_SUBJECTS_MAX: Final = 100
"""More than this in one view is a bug and not bad data: its worker stops."""

Refused = dict[str, tuple[int, str]]
"""By subject: the ordinal of the event that can't be digested, and why."""


class TooManyParkedError(Exception):
    """So many subjects can't be digested that the fold, or the key vault, must be wrong."""


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """A subject set aside at `ordinal`; its rows stand as they were before, and its readers are told."""

    partition: int
    subject: str
    ordinal: int
    reason: str
    parked_at: datetime


def parked_in(view: View) -> str:
    """Return the SQL of the subjects that a view has set aside, none of them null: `subject NOT IN (…)`."""
    return (
        f"SELECT k.subject FROM {SCHEMA}.parked k WHERE k.view = '{view.name}' AND k.version = {view.version}"
    )


async def parked_of(connection: psycopg.AsyncConnection, view: View, subjects: Sequence[str]) -> set[str]:
    """Return which of these subjects a view has set aside, so that their reader can be told."""
    cursor = await connection.execute(
        f"SELECT subject FROM {SCHEMA}.parked WHERE view = %s AND version = %s AND subject = ANY(%s)",
        (view.name, view.version, list(subjects)),
    )
    return {subject for (subject,) in await cursor.fetchall()}


def read_parked(
    connection: psycopg.Connection, view: View, *, partition: int | None = None, schema: str = SCHEMA
) -> list[Parked]:
    """Return what a view has set aside, in one partition or in all."""
    with connection.cursor(row_factory=class_row(Parked)) as cursor:
        return cursor.execute(
            f"SELECT partition, subject, ordinal, reason, parked_at FROM {schema}.parked"
            " WHERE view = %s AND version = %s AND (%s::integer IS NULL OR partition = %s) ORDER BY subject",
            (view.name, view.version, partition, partition),
        ).fetchall()


def park(
    connection: psycopg.Connection,
    view: View,
    partition: int,
    refused: Refused,
    *,
    schema: str = SCHEMA,
) -> None:
    """Set subjects aside, each with the ordinal and the reason. Raises TooManyParkedError."""
    for subject, (ordinal, reason) in refused.items():
        connection.execute(
            f"INSERT INTO {schema}.parked VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp())",
            (view.name, view.version, partition, subject, ordinal, reason),
        )
    row = connection.execute(
        f"SELECT count(*) FROM {schema}.parked WHERE view = %s AND version = %s", (view.name, view.version)
    ).fetchone()
    if row is not None and row[0] > PARKED_SUBJECTS_MAX:
        raise TooManyParkedError(
            f"{row[0]} subjects can't be digested by {view.name}; last: {next(iter(refused.values()))[1]}"
        )


def release(
    connection: psycopg.Connection, view: View, subjects: Collection[str], *, schema: str = SCHEMA
) -> None:
    """Set subjects aside no longer; whoever calls has made their rows right."""
    connection.execute(
        f"DELETE FROM {schema}.parked WHERE view = %s AND version = %s AND subject = ANY(%s)",
        (view.name, view.version, sorted(subjects)),
    )
