"""The history of a portfolio: each fact as a line of text for its owner."""

from datetime import date, datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import class_row

from events.catalog.portfolio.energy import EnergySourceRemoved, PassionLetGo
from events.catalog.portfolio.evidence import EvidenceWithdrawn
from events.catalog.portfolio.life import CorrectionRecorded
from events.catalog.portfolio.sharing import ItemShared
from events.catalog.portfolio.talents import TalentClaimed
from events.codec import Forgotten
from events.portfolio_items import details_of, item_of, named_in
from projections.changes import Changes
from projections.table import Column, Table
from projections.view import Fact, View
from rules.texts import LocalLine
from rules.timeline import short_name, summary

_VERSION: Final = 2
ENTRIES_AFTER_MAX: Final = 500
"""Entries a subscription reads at once."""

ENTRIES: Final = Table(
    name=f"timeline_v{_VERSION}_entries",
    columns=(
        Column(name="ordinal", type="bigint"),
        Column(name="version", type="bigint"),
        Column(name="at", type="timestamptz"),
        Column(name="fact", type="text"),
        Column(name="item", type="text", nullable=True),
        Column(name="sharing", type="text", nullable=True),
        Column(name="kind", type="text", nullable=True),
        Column(name="detail", type="text", nullable=True),
        Column(name="day", type="date", nullable=True),
    ),
    key=("subject", "ordinal"),
    indexes=(("subject", "item"), ("subject", "sharing")),
)
# The name of an item from an ordinal on, so that each line shows the name that the item had then.
NAMES: Final = Table(
    name=f"timeline_v{_VERSION}_names",
    columns=(
        Column(name="item", type="text"),
        Column(name="ordinal", type="bigint"),
        Column(name="name", type="text"),
        Column(name="name_en", type="text", nullable=True),
    ),
    key=("subject", "item", "ordinal"),
)
CORRECTIONS: Final = Table(
    name=f"timeline_v{_VERSION}_corrections",
    columns=(
        Column(name="version", type="bigint"),
        Column(name="text", type="text"),
    ),
    key=("subject", "version"),
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """
    One fact, its position in the person's partition, and its line in both languages.

    `fact` is the name of the event's class. `item` is the item it is about, None if that is no longer in the
    portfolio; `correction` is the owner's correction of the line.
    """

    partition: int
    ordinal: int
    version: int
    at: datetime
    fact: str
    item: str | None
    nl: str
    en: str
    correction: str | None


def fold(fact: Fact, changes: Changes) -> None:
    """Keep one row per fact, one per name that an item got, and the last correction of each version."""
    recorded = fact.recorded
    event = recorded.event
    if isinstance(event, Forgotten):
        changes.empty()
        return
    line = {"item": item_of(event), "sharing": None, "kind": None, "detail": None, "day": None}
    changes.put(
        ENTRIES,
        ordinal=fact.ordinal,
        version=recorded.version,
        at=recorded.at,
        fact=type(event).__name__,
        **(line | details_of(event)),
    )
    name_en = short_name(event.name_en) if isinstance(event, TalentClaimed) and event.name_en else None
    for item, words in named_in(event):
        changes.put(NAMES, item=item, ordinal=fact.ordinal, name=short_name(words), name_en=name_en)
    if isinstance(event, CorrectionRecorded):
        changes.put(CORRECTIONS, version=event.version, text=event.text)


VIEW: Final = View(
    name="timeline",
    version=_VERSION,
    categories=frozenset({"portfolio"}),
    tables=(ENTRIES, NAMES, CORRECTIONS),
    fold=fold,
)

GONE: Final = tuple(kind.__name__ for kind in (EnergySourceRemoved, PassionLetGo, EvidenceWithdrawn))
"""Facts that remove an item from the portfolio. A talent set aside and a goal let go remain in it."""


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    partition: int
    ordinal: int
    version: int
    at: datetime
    fact: str
    detail: str | None
    day: date | None
    item: str | None
    kind: str | None
    gone: bool
    name: str | None
    name_en: str | None
    correction: str | None

    def entry(self) -> Entry:
        item = LocalLine(nl=self.name, en=self.name_en or self.name) if self.name else None
        words = summary(self.fact, item=item, kind=self.kind, detail=self.detail, day=self.day)
        return Entry(
            partition=self.partition,
            ordinal=self.ordinal,
            version=self.version,
            at=self.at,
            fact=self.fact,
            item=None if self.gone else self.item,
            nl=words.nl,
            en=words.en,
            correction=self.correction,
        )


def _lines(page: str, order: str) -> str:
    """Return the statement that reads a page of entries with their names; each costs a few rows by key."""
    return f"""
        WITH page AS (SELECT * FROM {ENTRIES.served} WHERE subject = %(person)s {page}
                      ORDER BY ordinal {order} LIMIT %(limit)s)
        SELECT e.partition, e.ordinal, e.version, e.at, e.fact, e.detail, e.day, about.item, about.kind,
               EXISTS (SELECT FROM {ENTRIES.served} g WHERE g.subject = e.subject AND g.item = about.item
                       AND g.fact = ANY(%(gone)s)) AS gone,
               named.name, named.name_en, c.text AS correction
        FROM page e
        LEFT JOIN {ENTRIES.served} s
            ON s.subject = e.subject AND s.sharing = e.sharing AND s.fact = '{ItemShared.__name__}'
        CROSS JOIN LATERAL (SELECT coalesce(e.item, s.item) AS item, coalesce(e.kind, s.kind) AS kind) about
        LEFT JOIN LATERAL (SELECT n.name, n.name_en FROM {NAMES.served} n WHERE n.subject = e.subject
            AND n.item = about.item AND n.ordinal <= e.ordinal ORDER BY n.ordinal DESC LIMIT 1) named ON true
        LEFT JOIN {CORRECTIONS.served} c ON c.subject = e.subject AND c.version = e.version
        ORDER BY e.ordinal {order}
    """


async def entries(
    connection: psycopg.AsyncConnection,
    person: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    oldest_first: bool = False,
    after: int | None = None,
    limit: int,
) -> list[Entry]:
    """
    Return a page of a person's history, newest first unless `oldest_first`.

    `since` is included and `until` is not; `after` is the ordinal of the last entry of the previous page.
    """
    page = {
        "AND at >= %(since)s": since,
        "AND at < %(until)s": until,
        f"AND ordinal {'>' if oldest_first else '<'} %(after)s": after,
    }
    conditions = " ".join(condition for condition, value in page.items() if value is not None)
    values = {"since": since, "until": until, "after": after, "limit": limit}
    return await _read(connection, person, _lines(conditions, "ASC" if oldest_first else "DESC"), values)


async def entries_after(connection: psycopg.AsyncConnection, person: str, ordinal: int) -> list[Entry]:
    """Return the entries of a person's portfolio after an ordinal of their partition, oldest first."""
    return await entries(connection, person, oldest_first=True, after=ordinal, limit=ENTRIES_AFTER_MAX)


async def _read(
    connection: psycopg.AsyncConnection, person: str, statement: str, values: dict[str, Any]
) -> list[Entry]:
    async with connection.cursor(row_factory=class_row(_Line)) as cursor:
        await cursor.execute(statement.encode(), {**values, "person": person, "gone": list(GONE)})
        return [line.entry() for line in await cursor.fetchall()]
