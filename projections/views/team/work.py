"""Reads of work offers: those of a team, those that are due to end, and whom to inform of an end."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, Literal

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from kit.postgres.rows import rows
from projections.views.team.membership import WRITTEN, still_there, words_of
from projections.views.team.tables import TAKERS, VOLUNTEERS, WORK_OFFERS
from rules.kinds import HoursBand

ALIKE_DAYS: Final = 365
"""How long ago somebody may have taken up work of the same kind to be named with an offer: a year."""


class WorkOffer(msgspec.Struct, frozen=True, kw_only=True):
    """
    An offer of work, with the people who are still in the team, by id.

    `offer` is its id within the team. `author` is None once they left. `took_up_alike` are those who took up
    other work of the last year that wants one of the same terms, or one that was merged with it.
    """

    team: str
    offer: str
    title: str
    text: str
    wanted: tuple[str, ...]
    hours_per_week: HoursBand | None
    from_day: date | None
    until: date
    author: str | None
    volunteers: tuple[str, ...]
    taken_up_by: tuple[str, ...]
    took_up_alike: tuple[str, ...]


class OfferToEnd(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that time or a leaving ended, with its author and those who took it up, there or not."""

    team: str
    offer: str
    people: tuple[str, ...]


class WorkNotice(msgspec.Struct, frozen=True, kw_only=True):
    """
    That an offer was taken up, or lapsed, on a day; `volunteers` are those to inform of it.

    `offer` is its id within the team, and `version` that of the team's stream: the two name the notice.
    """

    team: str
    offer: str
    version: int
    kind: Literal["TAKEN_UP", "LAPSED"]
    on: date
    volunteers: tuple[str, ...]


def _people(table: str, row: str, *conditions: str) -> str:
    """Return the SQL of a list of people, by id; `row` is the alias of `table`."""
    where = " AND ".join((still_there(f"{row}.person", f"{row}.subject", f"{row}.seen"), *conditions))
    people = f"SELECT DISTINCT {row}.person FROM {table} {row} WHERE {where}"
    return f"(SELECT coalesce(jsonb_agg(p.person ORDER BY p.person), '[]') FROM ({people}) p)"


def _of_offer(row: str) -> str:
    return f"{row}.subject = o.subject AND {row}.offer = o.offer"


_VOLUNTEERS: Final = _people(VOLUNTEERS.served, "v", _of_offer("v"))
_TAKERS: Final = _people(TAKERS.served, "t", _of_offer("t"))


def _read_as(term: str) -> str:
    return f"coalesce(%(merged)s::jsonb ->> {term}, {term})"


_ALIKE: Final = _people(
    TAKERS.served,
    "a",
    "a.subject = o.subject",
    "a.offer <> o.offer",
    "a.taken_on >= %(alike_since)s",
    f"""EXISTS (SELECT FROM {WORK_OFFERS.served} other, jsonb_array_elements_text(other.wanted) theirs,
            jsonb_array_elements_text(o.wanted) ours
        WHERE other.subject = a.subject AND other.offer = a.offer
            AND {_read_as("theirs.value")} = {_read_as("ours.value")})""",
)
_AUTHOR_THERE: Final = still_there("o.author", "o.subject", "o.seen")
_TAKEN: Final = f"""EXISTS (SELECT FROM {TAKERS.served} t
    WHERE {_of_offer("t")} AND {still_there("t.person", "t.subject", "t.seen")})"""

# What an author who left had offered is shown only if somebody does it. Without words nothing is shown.
_OFFERS: Final = f"""
    SELECT o.subject AS team, o.offer, w.title, w.text, o.wanted, o.hours_per_week, o.from_day, o.until,
           CASE WHEN {_AUTHOR_THERE} THEN o.author END AS author,
           {_VOLUNTEERS} AS volunteers, {_TAKERS} AS taken_up_by, {_ALIKE} AS took_up_alike
    FROM {WORK_OFFERS.served} o JOIN {WRITTEN} w ON {words_of("o.author", "o.subject", "o.offer")}
    WHERE o.subject = %(team)s AND (%(offer)s::text IS NULL OR o.offer = %(offer)s)
        AND CASE WHEN %(only_open)s
            THEN o.ended_for IS NULL AND o.until >= %(today)s AND NOT {_TAKEN} AND {_AUTHOR_THERE}
            ELSE {_TAKEN} OR {_AUTHOR_THERE} END
    ORDER BY o.version DESC LIMIT %(limit)s
"""


async def work_offers(
    connection: psycopg.AsyncConnection,
    team: str,
    *,
    today: date,
    merged: Mapping[str, str],
    only_open: bool,
    limit: int,
) -> list[WorkOffer]:
    """
    Return the newest offers of a team; `only_open`: those that nobody does and whose time is not over.

    `merged` has the terms that were merged, each with the one shown in its place.
    """
    values = {"team": team, "offer": None, "only_open": only_open, "limit": limit}
    return await rows(connection, WorkOffer, _OFFERS, **values, **_kinds_of_work(today, merged))


async def work_offer(
    connection: psycopg.AsyncConnection, team: str, offer: str, *, today: date, merged: Mapping[str, str]
) -> WorkOffer | None:
    """Return one offer of a team by its id there, open or not; None if nothing is left to show."""
    values = {"team": team, "offer": offer, "only_open": False, "limit": 1}
    found = await rows(connection, WorkOffer, _OFFERS, **values, **_kinds_of_work(today, merged))
    return found[0] if found else None


def _kinds_of_work(today: date, merged: Mapping[str, str]) -> dict[str, Any]:
    return {
        "today": today,
        "alike_since": today - timedelta(days=ALIKE_DAYS),
        "merged": Jsonb(dict(merged)),
    }


_TO_END: Final = f"""
    SELECT o.subject AS team, o.offer, (
        SELECT jsonb_agg(DISTINCT p.person) FROM (
            SELECT o.author AS person UNION ALL SELECT t.person FROM {TAKERS.served} t WHERE {_of_offer("t")}
        ) p) AS people
    FROM {WORK_OFFERS.served} o
    WHERE o.ended_for IS NULL AND (o.until < %(today)s OR NOT {_TAKEN} AND NOT {_AUTHOR_THERE})
    ORDER BY o.until, o.subject, o.offer LIMIT %(limit)s
"""


async def work_offers_to_end(
    connection: psycopg.AsyncConnection, today: date, limit: int
) -> Sequence[OfferToEnd]:
    """Return offers whose last day is past, or whose author left before anybody took them up."""
    return await rows(connection, OfferToEnd, _TO_END, today=today, limit=limit)


def _informed(since: str) -> str:
    """Return the SQL of the volunteers of an offer at a version, without those who do the work."""
    at_work = f"""NOT EXISTS (SELECT FROM {TAKERS.served} t
        WHERE {_of_offer("t")} AND t.person = v.person)"""
    return _people(VOLUNTEERS.served, "v", _of_offer("v"), f"v.version < {since}", at_work)


# An offer was taken up when the first of those who do it now did so.
_NOTICES: Final = f"""
    SELECT team, offer, version, kind, happened AS "on", volunteers FROM (
        SELECT o.subject AS team, o.offer, f.version, 'TAKEN_UP' AS kind, f.taken_on AS happened,
               {_informed("f.version")} AS volunteers
        FROM {WORK_OFFERS.served} o CROSS JOIN LATERAL (
            SELECT t.version, t.taken_on FROM {TAKERS.served} t
            WHERE {_of_offer("t")} AND {still_there("t.person", "t.subject", "t.seen")}
            ORDER BY t.version LIMIT 1) f
        UNION ALL
        SELECT o.subject, o.offer, o.ended_version, 'LAPSED', o.ended_on, {_informed("o.ended_version")}
        FROM {WORK_OFFERS.served} o WHERE o.ended_for IN ('day', 'author_left')
    ) n WHERE happened >= %(since)s AND volunteers <> '[]'
    ORDER BY happened, team, offer, version
"""


async def work_notices(connection: psycopg.AsyncConnection, *, since: date) -> list[WorkNotice]:
    """Return what volunteers are to be informed of that happened on this day or later, the oldest first."""
    return await rows(connection, WorkNotice, _NOTICES, since=since)
