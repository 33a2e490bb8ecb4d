"""The people who opened something to the whole organisation, by name, and what they opened."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Final

import msgspec
import psycopg

from kit.postgres.rows import prepared_rows
from projections.views.shared.opened import GROUPED, OPENED, STILL_OPEN, not_left_since
from projections.views.shared.tables import EMPLOYED
from rules.kinds import ItemKind
from rules.names import plain_name


class FoundItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that is open to the whole organisation, without strength or energy: people are not ranked."""

    owner: str
    owner_name: str
    item: str
    kind: ItemKind
    title: str | None
    title_en: str | None
    term: str | None
    text: str | None
    until: date


class FoundPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who opened these items to the whole organisation."""

    person: str
    name: str
    items: tuple[FoundItem, ...]


_OPEN: Final = f"""s.audience = 'organisation' AND {STILL_OPEN}
        AND {not_left_since("s.opened_at", "s.subject")}
        AND (%(terms)s::text[] IS NULL OR i.kind = '{ItemKind.TALENT}' AND i.term = ANY(%(terms)s))"""
# First the people of the page, then all that each of them opened. LIMIT 1 instead of EXISTS, so that people
# are looked at in the order of their index until the page is full, and not all of them first.
_FOUND: Final = f"""
    WITH people AS (
        SELECT p.subject FROM {EMPLOYED.served} p
        WHERE (SELECT true FROM {OPENED} WHERE s.subject = p.subject AND {_OPEN} LIMIT 1)
            AND (%(after)s::text IS NULL
                OR (p.plain_name COLLATE "C", p.subject COLLATE "C") > (%(after_name)s, %(after)s))
        ORDER BY p.plain_name COLLATE "C", p.subject COLLATE "C" LIMIT %(limit)s
    )
    SELECT s.subject AS owner, o.name AS owner_name, i.item, i.kind, i.title, i.title_en, i.term, i.text,
           max(s.until) AS until
    FROM {OPENED} JOIN people USING (subject) WHERE {_OPEN} GROUP BY {GROUPED}
    ORDER BY o.plain_name COLLATE "C", s.subject COLLATE "C", i.kind COLLATE "C", i.item COLLATE "C"
"""


async def people_open_to_all(
    connection: psycopg.AsyncConnection,
    *,
    today: date,
    terms: Sequence[str] | None = None,
    after: tuple[str, str] | None = None,
    limit: int,
) -> list[FoundPerson]:
    """
    Return a page of the people who opened an item to the whole organisation, by name, with these items.

    With `terms`: only talents that were claimed by one of them. `after` is name and id of the last person of
    the previous page.
    """
    name, person = after or (None, None)
    page = {"after": person, "after_name": plain_name(name or ""), "limit": limit}
    of = {"today": today, "terms": None if terms is None else list(terms)}
    return list(_by_person(await prepared_rows(connection, FoundItem, _FOUND, **(of | page))))


def _by_person(found: Sequence[FoundItem]) -> Iterable[FoundPerson]:
    for (person, name), items in groupby(found, key=lambda item: (item.owner, item.owner_name)):
        yield FoundPerson(person=person, name=name, items=tuple(items))
