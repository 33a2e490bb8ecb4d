"""The read log: which item was shown to somebody else, in which role and why; written before it is shown."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, Literal

import msgspec
import psycopg

from kit.postgres.creation import create_once
from kit.postgres.statements import Select, Source
from rules.kinds import ItemKind

SCHEMA: Final = "read_log"
MONTHS_AHEAD: Final = 12
"""So far ahead there are partitions; without one nothing can be written, so nothing is shown."""
_TABLE: Final = f"{SCHEMA}.disclosures"
_SETUP_LOCK: Final = 0x69707005

# Not derived from the log: it can't be folded again. `line` orders rows of one day and item for paging; it is
# random, so that neither hour nor viewer can be guessed from it.
_DDL: Final = f"""
CREATE TABLE IF NOT EXISTS {_TABLE} (
    owner text NOT NULL,
    day date NOT NULL,
    item_kind text NOT NULL,
    item text NOT NULL,
    viewer text NOT NULL,
    viewer_role text NOT NULL,
    purpose text NOT NULL,
    line uuid NOT NULL DEFAULT gen_random_uuid(),
    PRIMARY KEY (owner, day, item, viewer, viewer_role, purpose)
) PARTITION BY RANGE (day)
"""

Purpose = Literal["SHARED_BY_NAME", "TEAM_PAGE", "FINDER", "AUDIT"]


class DisclosureEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An item about to be shown to a viewer; `viewer_role` is a name of rules/access/roles.py."""

    owner: str
    day: date
    item_kind: ItemKind
    item: str
    viewer: str
    viewer_role: str
    purpose: Purpose


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner may know of an entry: never the viewer, never the hour."""

    day: date
    item_kind: ItemKind
    item: str
    viewer_role: str
    purpose: Purpose
    line: str


def create_tables(conn: psycopg.Connection[Any], today: date) -> None:
    """Create what is missing: schema, table, partitions of last month, this one and MONTHS_AHEAD more."""
    statements = [_DDL]
    existing = conn.execute("SELECT to_regnamespace(%s) IS NOT NULL", (SCHEMA,)).fetchone()
    if existing is None or not existing[0]:
        # Only then: it needs a right on the database, even with IF NOT EXISTS.
        statements.insert(0, f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    # From the month before: a request may have begun on the other side of midnight.
    month = _month_of(_month_of(today) - timedelta(days=1))
    for _ in range(MONTHS_AHEAD + 2):
        following = _month_after(month)
        statements.append(
            f"CREATE TABLE IF NOT EXISTS {_partition(month)} PARTITION OF {_TABLE}"
            f" FOR VALUES FROM ('{month}') TO ('{following}')"
        )
        month = following
    create_once(conn, lock=_SETUP_LOCK, ddl=";\n".join(statements).encode())


def drop_older_than(conn: psycopg.Connection[Any], months: int, today: date) -> int:
    """Drop the months that ended at least `months` months ago; return how many were dropped."""
    kept_from = _month_of(today)
    for _ in range(months):
        kept_from = _month_of(kept_from - timedelta(days=1))
    rows = conn.execute(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = to_regclass(%s)",
        (_TABLE,),
    ).fetchall()
    old = [name for (name,) in rows if f"{SCHEMA}.{name}" < _partition(kept_from)]
    for name in old:
        conn.execute(f"DROP TABLE {SCHEMA}.{name}")
    return len(old)


async def record(connection: psycopg.AsyncConnection, shown: Sequence[DisclosureEntry]) -> None:
    """Write what is about to be shown, once for each owner, item, viewer, day, role and purpose.

    It is on disk when this returns. Raises psycopg's errors; then nothing may be shown.
    """
    names = DisclosureEntry.__struct_fields__
    # Always in the same order, so that two writers of the same lines wait for each other without a deadlock.
    rows = sorted({tuple(getattr(item, name) for name in names) for item in shown})
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    arrays = ", ".join("%s::date[]" if name == "day" else "%s::text[]" for name in names)
    async with connection.transaction():
        await connection.execute("SET LOCAL synchronous_commit = on")
        await connection.execute(
            f"INSERT INTO {_TABLE} ({', '.join(names)}) SELECT * FROM unnest({arrays})"
            " ON CONFLICT DO NOTHING".encode(),
            columns,
        )


_OF_OWNER: Final = Select(
    f"""
    SELECT coalesce(json_agg(d), '[]') FROM (
        SELECT day, item_kind, item, viewer_role, purpose, line FROM {_TABLE}
        WHERE owner = %(owner)s::text AND day < %(before)s::date
            AND (%(day)s::date IS NULL OR day < %(day)s
                 OR day = %(day)s AND (item COLLATE "C", line) > (%(item)s::text, %(line)s::uuid))
            AND (%(kinds)s::text[] IS NULL OR item_kind = ANY(%(kinds)s))
        ORDER BY day DESC, item COLLATE "C", line LIMIT %(limit)s::int) d
    """,
    list[Disclosure],
)


async def of_owner(
    source: Source,
    owner: str,
    *,
    before_day: date,
    after: tuple[date, str, str] | None = None,
    limit: int,
    kinds: Sequence[ItemKind] | None = None,
) -> list[Disclosure]:
    """Return a page of an owner's disclosures before a day: newest day first, within a day by item.

    `after` is (day, item, line) of the last one on the previous page. With `kinds`, those of these kinds.
    """
    day, item, line = after or (None, None, None)
    read = _OF_OWNER.read(
        owner=owner,
        before=before_day,
        day=day,
        item=item,
        line=line,
        limit=limit,
        kinds=None if kinds is None else [kind.value for kind in kinds],
    )
    return await read.of(source)


def _month_of(day: date) -> date:
    return day.replace(day=1)


def _month_after(month: date) -> date:
    return _month_of(month + timedelta(days=31))


def _partition(month: date) -> str:
    return f"{_TABLE}_{month:%Y_%m}"
