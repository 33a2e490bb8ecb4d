"""Items that colleagues share with somebody by name: their current content, while the sharing is open."""

from datetime import date
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import kwargs_row

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered
from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved, PassionLetGo, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, EvidenceWithdrawn, ReflectionWritten
from events.catalog.portfolio.goals import GoalLetGo, GoalSet, GoalSharpened
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened, ProfileStatementWritten
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.codec import Forgotten
from projections.changes import Changes
from projections.parking import parked_in
from projections.table import Column, Table
from projections.view import Fact, View
from rules.kinds import ItemKind
from rules.names import plain_name

_VERSION: Final = 4

# Who works here now. An owner and a viewer may be in different partitions: joined when read.
EMPLOYED: Final = Table(
    name=f"shared_v{_VERSION}_employed",
    columns=(
        Column(name="name", type="text"),
        Column(name="plain_name", type="text"),
    ),
    key=("subject",),
)
# Who left, and when that was recorded: what they shared, or was shared with them, stays closed on return.
LEAVINGS: Final = Table(
    name=f"shared_v{_VERSION}_leavings",
    columns=(
        Column(name="version", type="bigint"),
        Column(name="recorded_at", type="timestamptz"),
    ),
    key=("subject", "version"),
)
# The open portfolios: nothing of a closed one is shown, whatever its other rows say.
PORTFOLIOS: Final = Table(
    name=f"shared_v{_VERSION}_portfolios",
    columns=(),
    key=("subject",),
)
ITEMS: Final = Table(
    name=f"shared_v{_VERSION}_items",
    columns=(
        Column(name="item", type="text"),
        Column(name="kind", type="text"),
        Column(name="title", type="text", nullable=True),
        Column(name="title_en", type="text", nullable=True),
        Column(name="term", type="text", nullable=True),
        Column(name="text", type="text", nullable=True),
        Column(name="link", type="text", nullable=True),
        Column(name="strength", type="smallint", nullable=True),
        Column(name="energy", type="smallint", nullable=True),
        Column(name="use", type="smallint", nullable=True),
    ),
    key=("subject", "item"),
)
SHARINGS: Final = Table(
    name=f"shared_v{_VERSION}_sharings",
    columns=(
        Column(name="sharing", type="text"),
        Column(name="item", type="text"),
        Column(name="with_energy", type="boolean"),
        Column(name="until", type="date"),
        Column(name="opened_at", type="timestamptz"),
    ),
    key=("subject", "sharing"),
)
# With whom. The event of an end does not name the viewers, so their rows stay; alone they open nothing.
VIEWERS: Final = Table(
    name=f"shared_v{_VERSION}_viewers",
    columns=(
        Column(name="sharing", type="text"),
        Column(name="viewer", type="text"),
    ),
    key=("subject", "sharing", "viewer"),
    indexes=(("viewer",),),
)


class SharedItem(msgspec.Struct, frozen=True, kw_only=True):
    """
    A shared item with its current content.

    An item with several open sharings is returned once: with energy if one of them includes it, until the
    latest day, under the first sharing by id. The titles of a talent claimed by a shared `term` are the
    term's labels at that time; other titles have no language. Only talents have numbers; `energy` and `use`,
    which give the quadrant, are None if the sharing does not include energy.
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
    until: date


_EMPTY: Final = dict.fromkeys(("title", "title_en", "term", "text", "link", "strength", "energy", "use"))


def fold(fact: Fact, changes: Changes) -> None:
    """Keep the current content of each item, who works here, and the open sharings by name."""
    event = fact.recorded.event
    match event:
        case Forgotten():
            changes.empty()
        case ProfessionalRegistered(name=name):
            changes.put(EMPLOYED, name=name, plain_name=plain_name(name))
        case EmploymentEnded():
            changes.drop(EMPLOYED)
            changes.put(LEAVINGS, version=fact.recorded.version, recorded_at=fact.recorded.at)
        case PortfolioOpened():
            changes.put(PORTFOLIOS)
        case PortfolioClosed():
            changes.drop(PORTFOLIOS)
        case ItemShared(audience="people"):
            opened = {"item": event.item, "with_energy": event.with_energy, "until": event.until}
            changes.put(SHARINGS, sharing=event.sharing, opened_at=fact.recorded.at, **opened)
            for viewer in event.people:
                changes.put(VIEWERS, sharing=event.sharing, viewer=viewer)
        case ItemSharingEnded(sharing=sharing):
            changes.drop(SHARINGS, sharing=sharing)
        case _:
            _fold_item(event, changes)
            _fold_end(event, changes)


def _fold_item(event: Event, changes: Changes) -> None:  # noqa: C901 - one for each kind of item
    match event:
        case ProfileStatementWritten(statement=item, text=text):
            _put(changes, item, ItemKind.STATEMENT, text=text)
        case TalentClaimed():
            numbers = {"strength": event.strength, "energy": event.energy, "use": event.use}
            words = {"title": event.name, "title_en": event.name_en, "term": event.term}
            _put(changes, event.talent, ItemKind.TALENT, text=event.story, **words, **numbers)
        case TalentRevised():
            numbers = {"strength": event.strength, "energy": event.energy, "use": event.use}
            changes.set(ITEMS, item=event.talent, text=event.story, **numbers)
        case EnergySourceNoted(source=item, activity=text):
            _put(changes, item, ItemKind.ENERGY_SOURCE, text=text)
        case PassionNamed(passion=item, text=text):
            _put(changes, item, ItemKind.PASSION, text=text)
        case EvidenceAdded(evidence=item, title=title, text=story, link=link):
            _put(changes, item, ItemKind.EVIDENCE, title=title, text=story, link=link)
        case ReflectionWritten(reflection=item, text=text):
            _put(changes, item, ItemKind.REFLECTION, text=text)
        case MirrorInsightKept(insight=item, conclusion=text):
            _put(changes, item, ItemKind.INSIGHT, text=text)
        case GoalSet(goal=item, text=text):
            _put(changes, item, ItemKind.GOAL, text=text)
        case GoalSharpened(goal=item, text=text):
            changes.set(ITEMS, item=item, text=text)
        case _:
            pass


def _fold_end(event: Event, changes: Changes) -> None:
    match event:
        case (
            TalentSetAside(talent=item)
            | EnergySourceRemoved(source=item)
            | PassionLetGo(passion=item)
            | EvidenceWithdrawn(evidence=item)
            | GoalLetGo(goal=item)
        ):
            changes.drop(ITEMS, item=item)
        case _:  # other events of these streams, which other views show
            pass


def _put(changes: Changes, item: str, kind: ItemKind, **content: Any) -> None:
    changes.put(ITEMS, item=item, kind=kind, **(_EMPTY | content))


VIEW: Final = View(
    name="shared",
    version=_VERSION,
    categories=frozenset({"portfolio", "employment"}),
    tables=(EMPLOYED, LEAVINGS, PORTFOLIOS, ITEMS, SHARINGS, VIEWERS),
    fold=fold,
)

# Nothing of a parked owner is shown: the event that could not be folded may have ended a sharing.
_SHARED_WITH: Final = f"""
    SELECT min(s.sharing) AS sharing, i.item, i.kind, s.subject AS owner, o.name AS owner_name,
           i.title, i.title_en, i.term, i.text, i.link, i.strength,
           CASE WHEN bool_or(s.with_energy) THEN i.energy END AS energy,
           CASE WHEN bool_or(s.with_energy) THEN i.use END AS use, max(s.until) AS until
    FROM {VIEWERS.served} v
    JOIN {SHARINGS.served} s USING (subject, sharing)
    JOIN {ITEMS.served} i USING (subject, item)
    JOIN {PORTFOLIOS.served} USING (subject)
    JOIN {EMPLOYED.served} o USING (subject)
    JOIN {EMPLOYED.served} me ON me.subject = v.viewer
    WHERE v.viewer = %(viewer)s AND s.until >= %(today)s
        AND NOT EXISTS (SELECT FROM {LEAVINGS.served} l
            WHERE l.subject IN (v.viewer, v.subject) AND l.recorded_at >= s.opened_at)
        AND v.subject NOT IN ({parked_in(VIEW)})
    GROUP BY s.subject, i.subject, i.item, o.subject
    HAVING %(after)s::text IS NULL
        OR (o.plain_name COLLATE "C", min(s.sharing) COLLATE "C") > (%(after_name)s, %(after)s)
    ORDER BY o.plain_name COLLATE "C", min(s.sharing) COLLATE "C"
    LIMIT %(limit)s
"""


async def shared_with(
    connection: psycopg.AsyncConnection,
    viewer: str,
    *,
    today: date,
    after: tuple[str, str] | None = None,
    limit: int,
) -> list[SharedItem]:
    """
    Return a page of the items that are open to a viewer on a day, last day included, by the owner's name.

    `after` is the owner's name and the sharing of the last item of the previous page. People who no longer
    work here share nothing and see nothing; after they return, only what was shared since.
    """
    owner_name, sharing = after or (None, None)
    values = {
        "viewer": viewer,
        "today": today,
        "after": sharing,
        "after_name": plain_name(owner_name or ""),
        "limit": limit,
    }
    async with connection.cursor(
        row_factory=kwargs_row(lambda **row: msgspec.convert(row, SharedItem))
    ) as cursor:
        await cursor.execute(_SHARED_WITH.encode(), values)
        return await cursor.fetchall()
