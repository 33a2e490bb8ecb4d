"""Reads old shapes of events as new ones: pure functions by wire name, applied before decoding."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

Content = dict[str, Any]
"""An event's fields as decoded JSON."""


class Upcast(msgspec.Struct, frozen=True, kw_only=True):
    """Turns the content of one wire name into that of a later one."""

    to: str
    change: Callable[[Content], Content]


def _same(content: Content) -> Content:
    return content


UPCASTS: Final[Mapping[str, Upcast]] = {
    # Since then a unit may move to the top.
    "units.unit-moved.v1": Upcast(to="units.unit-moved.v2", change=_same),
}
"""By the old wire name. Old names stay here for ever, because old events stay on the log."""


def upcast(name: str, content: Content, upcasts: Mapping[str, Upcast] = UPCASTS) -> tuple[str, Content]:
    """Return the newest wire name and content, after as many steps as there are."""
    while (step := upcasts.get(name)) is not None:
        name, content = step.to, step.change(content)
    return name, content
