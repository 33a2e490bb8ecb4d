"""What an event of a portfolio is about: its item, that item's kind and words, and what its line needs."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from events.catalog.portfolio.conversations import ConversationHeld, ConversationPlanned
from events.catalog.portfolio.energy import EnergySourceNoted, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, ReflectionWritten
from events.catalog.portfolio.goals import GoalOfferTakenBack, GoalProgressNoted, GoalSet, GoalSharpened
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed
from events.catalog.registry import Event
from rules.kinds import ItemKind

# The field in which a fact names its item, and the kind of that item; `item` is of any kind. Other facts are
# about the whole portfolio, or about a sharing.
_ITEM_FIELDS: Final[dict[str, ItemKind | None]] = {
    "item": None,
    "statement": ItemKind.STATEMENT,
    "talent": ItemKind.TALENT,
    "source": ItemKind.ENERGY_SOURCE,
    "passion": ItemKind.PASSION,
    "evidence": ItemKind.EVIDENCE,
    "reflection": ItemKind.REFLECTION,
    "insight": ItemKind.INSIGHT,
    "goal": ItemKind.GOAL,
    "conversation": ItemKind.CONVERSATION,
    "agreement": ItemKind.CONVERSATION,
}


def item_of(event: Event) -> str | None:
    """Return the item that an event is about; None for the whole portfolio, and for the end of a sharing."""
    field = _item_field(type(event))
    item: str | None = None if field is None else getattr(event, field)
    return item


def kind_of_item(event: Event) -> ItemKind | None:
    """Return the kind of the item that an event names; None where it names none."""
    if isinstance(event, ItemShared):
        return event.kind
    field = _item_field(type(event))
    return None if field is None else _ITEM_FIELDS[field]


@cache
def _item_field(kind: type[Event]) -> str | None:
    return next((name for name in _ITEM_FIELDS if name in kind.__struct_fields__), None)


def details_of(event: Event) -> dict[str, Any]:
    """Return what the line of an event needs apart from its item: sharing, kind, detail, day."""
    match event:
        case EnergySourceNoted(kind=detail) | GoalOfferTakenBack(reason=detail):
            return {"detail": detail}
        case GoalProgressNoted(progress=progress):
            return {"detail": str(progress)}
        case ConversationPlanned(planned_for=day) | ConversationHeld(held_on=day):
            return {"day": day}
        case ItemShared(sharing=sharing, kind=kind, audience=audience, until=day):
            return {"sharing": sharing, "kind": kind, "detail": audience, "day": day}
        case ItemSharingEnded(sharing=sharing, reason=reason):
            return {"sharing": sharing, "detail": reason}
        case _:
            return {}


def named_in(event: Event) -> Iterable[tuple[str, str]]:
    """Return the items that get words by an event, each with its words."""
    match event:
        case TalentClaimed(talent=item, name=words) | EnergySourceNoted(source=item, activity=words):
            return [(item, words)]
        case PassionNamed(passion=item, text=words) | ReflectionWritten(reflection=item, text=words):
            return [(item, words)]
        case EvidenceAdded(evidence=item, title=words) | MirrorInsightKept(insight=item, conclusion=words):
            return [(item, words)]
        case GoalSet(goal=item, text=words) | GoalSharpened(goal=item, text=words):
            return [(item, words)]
        case ConversationHeld(agreements=agreements):
            return [(made.agreement, made.text) for made in agreements]
        case _:
            return []
