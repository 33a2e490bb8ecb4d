"""Subjects that a view has parked, because one of their events could not be folded; all others go on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, LiteralString

import msgspec
import psycopg
from psycopg.rows import class_row

from kit.postgres.statements import as_array, as_text
from kit.postgres.trips import Statement, run_together
from projections.table import SCHEMA
from projections.view import View

PARKED_SUBJECTS_MAX: Final = 100
"""More than this in one view is a bug and not bad data, so its worker stops."""

PARKED_DDL: Final[LiteralString] = """
CREATE TABLE IF NOT EXISTS {schema}.parked (
    view      text        NOT NULL,
    version   integer     NOT NULL,
    partition integer     NOT NULL,
    subject   text        NOT NULL,
    ordinal   bigint      NOT NULL,
    reason    text        NOT NULL,
    parked_at timestamptz NOT NULL,
    PRIMARY KEY (view, version, subject)
);
"""

Failures = dict[str, tuple[int, str]]
"""By subject: the ordinal of the event that could not be folded, and the reason."""


class TooManyParkedError(Exception):
    """So many subjects can't be folded that the fold, or the key vault, must be wrong."""


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """A subject parked at `ordinal`: its rows stay as they were before, and readers see that they are old."""

    partition: int
    subject: str
    ordinal: int
    reason: str
    parked_at: datetime


def parked_in(view: View) -> str:
    """Return the SQL that selects a view's parked subjects, never null: for `subject NOT IN (…)`."""
    return (
        f"SELECT k.subject FROM {SCHEMA}.parked k WHERE k.view = '{view.name}' AND k.version = {view.version}"
    )


async def parked_of(connection: psycopg.AsyncConnection, view: View, subjects: Sequence[str]) -> set[str]:
    """Return which of these subjects a view has parked, so that the reader can be shown that."""
    cursor = await connection.execute(
        f"SELECT subject FROM {SCHEMA}.parked WHERE view = %s AND version = %s AND subject = ANY(%s)",
        (view.name, view.version, list(subjects)),
    )
    return {subject for (subject,) in await cursor.fetchall()}


def read_parked(
    connection: psycopg.Connection, view: View, *, partition: int | None = None, schema: str = SCHEMA
) -> list[Parked]:
    """Return a view's parked subjects in one partition or in all, by subject."""
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
    failures: Failures,
    *,
    schema: str = SCHEMA,
) -> None:
    """Park subjects. Raises TooManyParkedError."""
    insert = f"INSERT INTO {schema}.parked VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())".encode()
    count = f"SELECT count(*) FROM {schema}.parked WHERE view = $1 AND version = $2".encode()
    of_view = [as_text(view.name), as_text(view.version)]
    statements = [
        Statement(insert, [*of_view, as_text(partition), as_text(subject), as_text(ordinal), as_text(reason)])
        for subject, (ordinal, reason) in failures.items()
    ]
    statements.append(Statement(count, of_view))
    counted = int(run_together(connection, statements, prepare=False)[-1].get_value(0, 0) or b"0")
    if counted > PARKED_SUBJECTS_MAX:
        raise TooManyParkedError(
            f"{counted} subjects can't be folded by {view.name}; last: {next(iter(failures.values()))[1]}"
        )


def release(
    connection: psycopg.Connection, view: View, subjects: Collection[str], *, schema: str = SCHEMA
) -> None:
    """Park subjects no longer. The caller has already corrected their rows."""
    delete = f"DELETE FROM {schema}.parked WHERE view = $1 AND version = $2 AND subject = ANY($3)"
    values = [as_text(view.name), as_text(view.version), as_array(sorted(subjects))]
    run_together(connection, [Statement(delete.encode(), values)], prepare=False)
