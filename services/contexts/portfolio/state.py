"""The state that decisions on a portfolio need: its items, sharings, and the owner's employment."""

from datetime import date
from typing import Any, ClassVar, Final, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from events.catalog.portfolio.sharing import InsightConsentGiven
from rules.kinds import EnergySourceKind, EvidenceKind, HoursBand, ItemKind
from services.decisions.active_round import ActiveRound

SHARING_DAYS_MAX_DEFAULT: Final = 365
"""The most days of a sharing, while no policy was adopted."""

PortfolioStatus = Literal["NOT_OPENED", "OPEN", "PAUSED", "CLOSED"]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """An item of the portfolio; `gone` once it was set aside, let go, removed or withdrawn."""

    kind: ClassVar[ItemKind | None] = None
    """The kind it is shared as; None if it can't be shared."""

    gone: bool = False


class Statement(Item, frozen=True, kw_only=True):
    kind: ClassVar[ItemKind | None] = ItemKind.STATEMENT
    text: str


class Talent(Item, frozen=True, kw_only=True):
    """A talent, in the owner's words or with a shared `term`."""

    kind: ClassVar[ItemKind | None] = ItemKind.TALENT
    name: str
    name_en: str | None
    term: str | None
    strength: int
    energy: int
    use: int
    story: str | None


class EnergySource(Item, frozen=True, kw_only=True):
    kind: ClassVar[ItemKind | None] = ItemKind.ENERGY_SOURCE
    source_kind: EnergySourceKind
    activity: str
    hours_per_week: HoursBand


class Passion(Item, frozen=True, kw_only=True):
    kind: ClassVar[ItemKind | None] = ItemKind.PASSION
    text: str


class Evidence(Item, frozen=True, kw_only=True):
    kind: ClassVar[ItemKind | None] = ItemKind.EVIDENCE
    evidence_kind: EvidenceKind
    title: str
    content: str
    """The address or the text of the story."""


class Reflection(Item, frozen=True, kw_only=True):
    kind: ClassVar[ItemKind | None] = ItemKind.REFLECTION
    text: str
    about: tuple[str, ...]


class Insight(Item, frozen=True, kw_only=True):
    """A conclusion from the mirror of a round; `question` is None when it is about the whole."""

    kind: ClassVar[ItemKind | None] = ItemKind.INSIGHT
    round: str
    question: str | None
    conclusion: str


class Goal(Item, frozen=True, kw_only=True):
    """A goal; `gone` if it was let go. `offered_to` is the team that it is on offer to."""

    kind: ClassVar[ItemKind | None] = ItemKind.GOAL
    text: str
    horizon: date | None
    progress: int | None = None
    reached: bool = False
    offered_to: str | None = None


class Conversation(Item, frozen=True, kw_only=True):
    """A conversation. It is the other party's as well, so it is never shared."""

    other: str
    planned_for: date
    held: bool = False


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement with another person, and whether they confirmed it."""

    other: str
    confirmed: bool = False


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """One item is open to these people, to this team, or else to the whole organisation."""

    item: str
    people: frozenset[str]
    team: str | None
    until: date
    ended: bool = False


I = TypeVar("I", bound=Item)  # noqa: E741 - an item


class Portfolio(msgspec.Struct, frozen=True, kw_only=True):
    """
    A portfolio. `version` counts its own events; `corrections` has the last correction of each version.

    `round` is the owner's feedback round that is going on; `mirrors` has the questions of each mirror, by
    round.
    """

    employed: bool = False
    teams: frozenset[str] = frozenset()
    sharing_days_max: int = SHARING_DAYS_MAX_DEFAULT
    status: PortfolioStatus = "NOT_OPENED"
    version: int = 0
    items: dict[str, Item] = {}
    agreements: dict[str, Agreement] = {}
    sharings: dict[str, Sharing] = {}
    consent: InsightConsentGiven | None = None
    corrections: dict[int, str] = {}
    round: ActiveRound | None = None
    mirrors: dict[str, frozenset[str]] = {}

    def item(self, kind: type[I], item: str) -> I | None:
        """Return an item of a kind, gone or not."""
        found = self.items.get(item)
        return found if isinstance(found, kind) else None

    def kept(self, kind: type[I]) -> list[I]:
        """Return the items of a kind that are not gone."""
        return [item for item in self.items.values() if isinstance(item, kind) and not item.gone]

    def with_new(self, name: str, item: Item) -> "Portfolio":
        """Return the portfolio with this item under this id, new or replaced."""
        return replace(self, items={**self.items, name: item})

    def with_changed(self, name: str, **changes: Any) -> "Portfolio":
        """Return the portfolio with this item changed; an unknown id changes nothing."""
        item = self.items.get(name)
        if item is None:
            return self
        return replace(self, items={**self.items, name: replace(item, **changes)})

    def statement(self) -> tuple[str, Statement] | None:
        """Return the owner's statement and its id."""
        for name, item in self.items.items():
            if isinstance(item, Statement):
                return name, item
        return None

    def open_sharings(self, item: str | None = None) -> dict[str, Sharing]:
        """Return the open sharings of one item, or of all, by id."""
        return {
            name: sharing
            for name, sharing in self.sharings.items()
            if not sharing.ended and item in {None, sharing.item}
        }
