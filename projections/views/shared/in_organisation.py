"""The people who opened something to the whole organisation, by name, and what they opened."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Final

import msgspec
import psycopg

from kit.postgres.rows import prepared_rows
from projections.views.shared.opened import GROUPED, OPENED, STILL_OPEN, not_left_since
from projections.views.shared.tables import OPEN, TO_ALL
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


_OPEN_TO_ALL: Final = f"""s.whom = '{TO_ALL}' AND {STILL_OPEN}
        AND {not_left_since("s.opened_at", "s.subject")}"""
_OF_TERMS: Final = f"i.kind = '{ItemKind.TALENT}' AND i.term = ANY(%(terms)s)"


def _people(of: str) -> str:
    """Return the SQL of a page of people with something open `of` this: an index is read until it is full."""
    return f"""
        SELECT p.plain_name COLLATE "C" AS plain_name, p.subject COLLATE "C" AS subject
        FROM {OPEN.served} p CROSS JOIN LATERAL (
            SELECT FROM {OPENED} WHERE s.subject = p.subject AND s.item = p.item AND {_OPEN_TO_ALL} LIMIT 1) x
        WHERE p.whom = '{TO_ALL}' AND {of}
            AND (p.plain_name COLLATE "C", p.subject COLLATE "C") > (%(after_name)s, %(after)s)
        GROUP BY p.plain_name COLLATE "C", p.subject COLLATE "C"
        ORDER BY p.plain_name COLLATE "C", p.subject COLLATE "C" LIMIT %(limit)s"""


def _found(people: str, *, shown: str = "true") -> str:
    """Return the SQL of what these people opened, as far as it is `shown`."""
    return f"""
    WITH people AS ({people})
    SELECT x.* FROM people CROSS JOIN LATERAL (
        SELECT s.subject AS owner, o.name AS owner_name, i.item, i.kind, i.title, i.title_en, i.term, i.text,
               max(s.until) AS until
        FROM {OPENED} WHERE s.subject = people.subject COLLATE "default" AND {_OPEN_TO_ALL} AND {shown}
        GROUP BY {GROUPED}
    ) x
    ORDER BY people.plain_name, people.subject, x.kind COLLATE "C", x.item COLLATE "C"
"""


_FOUND: Final = _found(_people("true"))
# A page of each term, of which the first are the page of all.
_FOUND_BY_TERMS: Final = _found(
    f"""SELECT DISTINCT plain_name, subject
        FROM unnest(%(terms)s::text[]) AS t(term) CROSS JOIN LATERAL ({_people("p.term = t.term")}) people
        ORDER BY plain_name, subject LIMIT %(limit)s""",
    shown=_OF_TERMS,
)


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
    name, person = after or ("", "")
    of = {"today": today, "after": person, "after_name": plain_name(name), "limit": limit}
    if terms is None:
        return list(_by_person(await prepared_rows(connection, FoundItem, _FOUND, **of)))
    found = await prepared_rows(connection, FoundItem, _FOUND_BY_TERMS, terms=list(terms), **of)
    return list(_by_person(found))


def _by_person(found: Sequence[FoundItem]) -> Iterable[FoundPerson]:
    for (person, name), items in groupby(found, key=lambda item: (item.owner, item.owner_name)):
        yield FoundPerson(person=person, name=name, items=tuple(items))
