"""The state that opened events describe: a stream folded up to a version."""

from collections.abc import Iterable
from typing import Any, Final

from events.catalog.portfolio.energy import EnergySourceRemoved, PassionLetGo
from events.catalog.portfolio.evidence import EvidenceWithdrawn
from events.catalog.registry import Event, wire_name_of
from rules.audit.answers import ItemSeen, OpenedSeen
from rules.audit.kinds import AuditStreamKind

_GONE: Final[tuple[type[Event], ...]] = (EnergySourceRemoved, PassionLetGo, EvidenceWithdrawn)
GONE: Final = frozenset(map(wire_name_of, _GONE))
"""Facts that remove an item from the portfolio. A talent set aside and a goal let go remain in it."""


def folded(shown: Iterable[OpenedSeen], kind: AuditStreamKind) -> dict[str, Any]:
    """
    Return the state that opened events, in order, describe.

    Of a portfolio, by kind and then by item: the newest value of each field that the item's events have, and
    the name of the last one as `last`. Of any other stream, by wire name: the newest content of each.
    """
    state: dict[str, Any] = {}
    for event in shown:
        if kind is not AuditStreamKind.PORTFOLIO:
            state[event.name] = event.content
        elif event.item is not None and event.kind is not None:
            _put_item(state.setdefault(event.kind.value, {}), event, event.item)
        else:
            state.setdefault("whole", {})[event.name] = event.content
    return state


def items_in(shown: Iterable[OpenedSeen]) -> tuple[ItemSeen, ...]:
    """Return the items that events are about, each once, for the read log."""
    found = {
        (event.kind, event.item): ItemSeen(kind=event.kind, item=event.item)
        for event in shown
        if event.kind is not None and event.item is not None
    }
    return tuple(found.values())


def _put_item(items: dict[str, Any], event: OpenedSeen, item: str) -> None:
    if event.name in GONE:
        items.pop(item, None)
        return
    items[item] = {**items.get(item, {}), **event.content, "last": event.name}
