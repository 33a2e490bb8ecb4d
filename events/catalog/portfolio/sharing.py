"""What the owner opens to others, and the consent to be counted."""

from datetime import date

from events.catalog.registry import Event, event
from rules import kinds


@event("portfolio.item-shared.v1")
class ItemShared(Event, frozen=True, kw_only=True):
    """One opening of one item through the day `until`; `with_energy` is of a talent only."""

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
    """By the owner, by what the owner did to the item, by leaving, or by a process after its last day."""

    sharing: str
    reason: kinds.SharingEnd


@event("portfolio.insight-consent-given.v1")
class InsightConsentGiven(Event, frozen=True, kw_only=True):
    """Being counted, anonymously; `notice_version` is the explanation that was read."""

    scopes: tuple[kinds.InsightScope, ...]
    notice_version: int


@event("portfolio.insight-consent-withdrawn.v1")
class InsightConsentWithdrawn(Event, frozen=True, kw_only=True):
    pass


SharingEvent = ItemShared | ItemSharingEnded | InsightConsentGiven | InsightConsentWithdrawn
