"""What every read of opened items has: an item with its current content, and the SQL of what is open."""

from datetime import date
from typing import Final, TypeVar

import msgspec

from projections.parking import parked_in
from projections.views.shared.fold import VIEW
from projections.views.shared.tables import EMPLOYED, ITEMS, OPEN, PORTFOLIOS, PRESENCES
from rules.kinds import EnergySourceKind, ItemKind

T = TypeVar("T")


class SharedItem(msgspec.Struct, frozen=True, kw_only=True):
    """
    A shared item with its current content.

    An item with several open sharings is returned once: with energy if one of them includes it, until the
    latest day, under the first sharing by id. The titles of a talent claimed by a shared `term` are the
    term's labels at that time; other titles have no language. Only talents have numbers; `energy` and `use`,
    which give the quadrant, are None if the sharing does not include energy. `source_kind` is that of an
    energy source.
    """

    sharing: str
    item: str
    kind: ItemKind
    owner: str
    owner_name: str
    title: str | None
    title_en: str | None
    term: str | None
    text: str | None
    link: str | None
    strength: int | None
    energy: int | None
    use: int | None
    source_kind: EnergySourceKind | None
    until: date


COLUMNS: Final = """min(s.sharing) AS sharing, i.item, i.kind, s.subject AS owner, o.name AS owner_name,
           i.title, i.title_en, i.term, i.text, i.link, i.strength,
           CASE WHEN bool_or(s.with_energy) THEN i.energy END AS energy,
           CASE WHEN bool_or(s.with_energy) THEN i.use END AS use, i.source_kind, max(s.until) AS until"""
"""Of OPENED, grouped by GROUPED: an item with all its sharings `s`."""

OPENED: Final = f"""{OPEN.served} s
    JOIN {ITEMS.served} i USING (subject, item)
    JOIN {PORTFOLIOS.served} USING (subject)
    JOIN {EMPLOYED.served} o USING (subject)"""
"""What is open, of people who work here and whose portfolio is not closed, with the item if there is one."""

GROUPED: Final = "s.subject, i.subject, i.item, o.subject"

# Nothing of a parked owner is shown: the event that could not be folded may have ended a sharing.
STILL_OPEN: Final = f"""s.until >= %(today)s
        AND s.subject NOT IN ({parked_in(VIEW)})"""


def not_left_since(moment: str, *people: str) -> str:
    """Return the SQL of: none of these people, each an SQL expression, left the organisation since."""
    of = f"l.subject IN ({', '.join(people)}) AND l.team IS NULL"
    return left_none(of, moment)


def left_none(of: str, moment: str) -> str:
    """Return the SQL of: no leaving `l` of these was recorded since a moment; `of` is a condition on `l`."""
    left = f"{of} AND NOT l.there AND l.recorded_at >= {moment}"
    return f"NOT EXISTS (SELECT FROM {PRESENCES.served} l WHERE {left})"
