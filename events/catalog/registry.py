"""Every event type by its wire name, which is written at the type by hand and never used twice."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable
from functools import cache
from typing import Final, TypeVar

import msgspec

import events.catalog

_WIRE_NAME: Final = re.compile(r"[a-z]+\.[a-z]+(?:-[a-z]+)*\.v[1-9][0-9]*")
_by_name: Final[dict[str, type["Event"]]] = {}
_names: Final[dict[type["Event"], str]] = {}


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    Something that happened. A field may be added with a default; any other change needs a new wire name.

    Defaults are left out of the bytes, so an added field does not change the bytes of earlier events.
    """


class EventNameError(Exception):
    """A wire name is malformed, used twice, or missing."""


E = TypeVar("E", bound=Event)


def event(wire_name: str) -> Callable[[type[E]], type[E]]:
    """Register an event type under `stream.fact.vN`."""
    if not _WIRE_NAME.fullmatch(wire_name):
        raise EventNameError(f"{wire_name!r} is not of the form stream.fact.vN")

    def register(kind: type[E]) -> type[E]:
        if wire_name in _by_name:
            raise EventNameError(f"{wire_name} is used twice")
        _by_name[wire_name] = kind
        _names[kind] = wire_name
        return kind

    return register


def wire_name_of(kind: type[Event]) -> str:
    """Return the name that events of this type have on the log. Raises EventNameError."""
    try:
        return _names[kind]
    except KeyError:
        raise EventNameError(f"{kind.__name__} has no wire name") from None


def category_of(kind: type[Event]) -> str:
    """Return the category of the streams with events of this type: the first part of its wire name."""
    return wire_name_of(kind).partition(".")[0]


@cache
def sealed_categories() -> frozenset[str]:
    """
    Return the categories of streams that are sealed under a person's key, as the areas of the catalogue say.

    Raises EventNameError for an area that does not say `SEALED: Final = True` or `False`: nothing of a
    person may be in clear on the log because somebody forgot to say so.
    """
    event_types()
    sealed: set[str] = set()
    for kind in _names:
        area = ".".join(kind.__module__.split(".")[:3])
        if not area.startswith(f"{events.catalog.__name__}."):
            continue  # a test's own event
        is_sealed = getattr(sys.modules[area], "SEALED", None)
        if not isinstance(is_sealed, bool):
            raise EventNameError(f"{area} must say whether its events are sealed: SEALED: Final = True")
        if is_sealed:
            sealed.add(category_of(kind))
    return frozenset(sealed)


@cache
def event_types() -> dict[str, type[Event]]:
    """Return all event types by wire name, from every module in events/catalog."""
    for module in pkgutil.walk_packages(events.catalog.__path__, f"{events.catalog.__name__}."):
        importlib.import_module(module.name)
    return dict(_by_name)
