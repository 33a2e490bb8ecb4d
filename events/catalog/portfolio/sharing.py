"""Events of sharing items with others, and of the consent to be counted."""

from datetime import date

from events.catalog.registry import Event, event
from rules import kinds


@event("portfolio.item-shared.v1")
class ItemShared(Event, frozen=True, kw_only=True):
    """An item is open to an audience, through the day `until`; `with_energy` only applies to a talent."""

    sharing: str
    item: str
    kind: kinds.ItemKind
    audience: kinds.Audience
    until: date
    people: tuple[str, ...] = ()
    team: str | None = None
    with_energy: bool = False


@event("portfolio.item-sharing-ended.v1")
class ItemSharingEnded(Event, frozen=True, kw_only=True):
    """The sharing ended, for this reason."""

    sharing: str
    reason: kinds.SharingEnd


@event("portfolio.insight-consent-given.v1")
class InsightConsentGiven(Event, frozen=True, kw_only=True):
    """The owner agreed to be counted anonymously, after reading this version of the explanation."""

    scopes: tuple[kinds.InsightScope, ...]
    notice_version: int


@event("portfolio.insight-consent-withdrawn.v1")
class InsightConsentWithdrawn(Event, frozen=True, kw_only=True):
    pass


SharingEvent = ItemShared | ItemSharingEnded | InsightConsentGiven | InsightConsentWithdrawn
