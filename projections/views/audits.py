"""Replays by auditors and what was opened to them, for the owner and for the privacy officer."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
import psycopg

from events.catalog.access import (
    AuditAccessEnded,
    AuditAccessGranted,
    AuditGroundNoticed,
    AuditReplayFinished,
    AuditReplayStarted,
)
from events.catalog.audit import StreamReplayFinished, StreamReplayStarted
from events.catalog.policy import AuditGroundRecorded
from events.codec import Forgotten
from kit.postgres.rows import rows
from projections.changes import Changes, as_json
from projections.table import Column, Table
from projections.view import Fact, View
from rules.audit.kinds import AuditStreamKind
from rules.kinds import ItemKind

_VERSION: Final = 1
NOTICES_MAX: Final = 50
"""Replays shown to an owner or a privacy officer: the newest."""
OPENINGS_MAX: Final = 50
"""Openings of one replay that are shown: the newest."""

REPLAYS: Final = Table(
    name=f"audits_v{_VERSION}_replays",
    columns=(
        Column(name="replay", type="text"),
        Column(name="handle", type="text"),
        Column(name="ordinal", type="bigint"),
        Column(name="auditor", type="text"),
        Column(name="kind", type="text"),
        Column(name="purpose", type="text"),
        Column(name="asks", type="jsonb"),
        Column(name="started_at", type="timestamptz"),
        Column(name="last_day", type="date"),
        Column(name="finished_at", type="timestamptz", nullable=True),
    ),
    key=("subject", "replay"),
    indexes=(("handle",), ("finished_at",)),
)
# A ground is in two rows: the notice among its owner's, and the ground itself among the organisation's, which
# may be in another partition. It is shown where both are there, since it opens nothing before.
OPENINGS: Final = Table(
    name=f"audits_v{_VERSION}_openings",
    columns=(
        Column(name="opening", type="text"),
        Column(name="ordinal", type="bigint"),
        Column(name="replay", type="text"),
        Column(name="source", type="text"),
        Column(name="ground", type="text", nullable=True),
        Column(name="kinds", type="jsonb"),
        Column(name="until", type="timestamptz"),
        Column(name="ended_at", type="timestamptz", nullable=True),
    ),
    key=("subject", "opening"),
    indexes=(("replay",), ("opening",)),
)


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """Leave to read contents until a moment; `ground` is None of a grant by the owner."""

    opening: str
    ground: str | None
    kinds: tuple[ItemKind, ...]
    until: datetime


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A replay, as its owner and the privacy officer know it; `handle` is its name for its auditor."""

    handle: str
    replay: str
    auditor: str
    kind: AuditStreamKind
    purpose: str
    asks: tuple[ItemKind, ...]
    started_at: datetime
    last_day: date
    finished_at: datetime | None
    openings: tuple[Opening, ...]


def fold(fact: Fact, changes: Changes) -> None:
    """Keep a row for each replay, and one for each grant, notice and ground."""
    at = fact.recorded.at
    match fact.recorded.event:
        case Forgotten():
            changes.empty()
        case AuditReplayStarted() as started:
            _put_replay(started, fact, changes, asks=started.asks)
        case StreamReplayStarted() as started_of_stream:
            _put_replay(started_of_stream, fact, changes, asks=())
        case AuditReplayFinished(replay=replay) | StreamReplayFinished(replay=replay):
            changes.set(REPLAYS, replay=replay, finished_at=at)
        case AuditAccessGranted() as granted:
            _put_opening(granted, fact, changes, source="grant", ground=None)
        case AuditGroundNoticed() as noticed:
            _put_opening(noticed, fact, changes, source="notice", ground=noticed.ground)
        case AuditGroundRecorded() as recorded:
            _put_opening(recorded, fact, changes, source="ground", ground=recorded.ground)
        case AuditAccessEnded(opening=opening):
            changes.set(OPENINGS, opening=opening, ended_at=at)
        case _:  # the rules of the organisation, and counts of replays
            pass


def _put_replay(
    event: AuditReplayStarted | StreamReplayStarted,
    fact: Fact,
    changes: Changes,
    *,
    asks: Sequence[ItemKind],
) -> None:
    changes.put(
        REPLAYS,
        replay=event.replay,
        handle=event.handle,
        ordinal=fact.ordinal,
        auditor=event.auditor,
        kind=event.kind,
        purpose=event.purpose,
        asks=as_json(asks),
        started_at=fact.recorded.at,
        last_day=event.last_day,
        finished_at=None,
    )


def _put_opening(
    event: AuditAccessGranted | AuditGroundNoticed | AuditGroundRecorded,
    fact: Fact,
    changes: Changes,
    *,
    source: str,
    ground: str | None,
) -> None:
    changes.put(
        OPENINGS,
        opening=event.opening,
        ordinal=fact.ordinal,
        replay=event.replay,
        source=source,
        ground=ground,
        kinds=as_json(event.kinds),
        until=event.until,
        ended_at=None,
    )


VIEW: Final = View(
    name="audits",
    version=_VERSION,
    categories=frozenset({"access", "audit", "policy"}),
    tables=(REPLAYS, OPENINGS),
    fold=fold,
)

# An opening that was ended shows the moment at which it ended.
_READ: Final = f"""
    SELECT r.handle, r.replay, r.auditor, r.kind, r.purpose, r.asks, r.started_at, r.last_day, r.finished_at,
           coalesce((SELECT jsonb_agg(jsonb_build_object('opening', o.opening, 'ground', o.ground,
               'kinds', o.kinds, 'until', least(o.until, o.ended_at)) ORDER BY o.until DESC, o.opening)
               FROM (SELECT * FROM {OPENINGS.served} o WHERE o.replay = r.replay
                     AND (o.source = 'grant' AND o.subject = r.subject
                       OR o.source = 'ground' AND (r.subject = o.subject OR EXISTS (
                          SELECT FROM {OPENINGS.served} n WHERE n.subject = r.subject
                          AND n.opening = o.opening AND n.source = 'notice')))
                     ORDER BY o.until DESC LIMIT %(openings)s) o), '[]'::jsonb) AS openings
    FROM {REPLAYS.served} r
"""


async def notices_of(connection: psycopg.AsyncConnection, person: str) -> list[Notice]:
    """Return the replays of a person's streams, the newest first."""
    return await _read(
        connection, "WHERE r.subject = %(person)s ORDER BY r.ordinal DESC LIMIT %(limit)s", person=person
    )


async def notice_named(
    connection: psycopg.AsyncConnection, name: str, *, owner: str | None = None
) -> Notice | None:
    """Return the replay with this handle or with this opening; with `owner`, one of that person's only."""
    found = await _read(
        connection,
        f"WHERE (r.handle = %(name)s OR r.replay IN (SELECT replay FROM {OPENINGS.served}"
        " WHERE opening = %(name)s)) AND (%(owner)s::text IS NULL OR r.subject = %(owner)s) LIMIT 1",
        name=name,
        owner=owner,
    )
    return found[0] if found else None


async def waiting_for_grounds(connection: psycopg.AsyncConnection, today: date) -> list[Notice]:
    """Return the open replays that a ground may be recorded for, the newest first; nobody's name is in it."""
    return await _read(
        connection,
        "WHERE r.finished_at IS NULL AND r.last_day >= %(today)s"
        " AND (r.kind <> 'portfolio' OR r.asks <> '[]'::jsonb)"
        " ORDER BY r.started_at DESC, r.handle LIMIT %(limit)s",
        today=today,
    )


async def _read(connection: psycopg.AsyncConnection, which: str, **values: Any) -> list[Notice]:
    given = {**values, "limit": NOTICES_MAX, "openings": OPENINGS_MAX}
    return await rows(connection, Notice, _READ + which, **given)
