"""Every event type by its wire name, which is written by hand at the type and never used twice."""

import importlib
import pkgutil
import re
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
    A fact of the business. Fields may be added with a default; anything else is a new wire name.

    Defaults are left out of the bytes, so that an added field changes nothing of what was written without it.
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
    """Return the name of this event type on the log. Raises EventNameError."""
    try:
        return _names[kind]
    except KeyError:
        raise EventNameError(f"{kind.__name__} has no wire name") from None


def category_of(kind: type[Event]) -> str:
    """Return the category of the streams that hold events of this type: its wire name begins with it."""
    return wire_name_of(kind).partition(".")[0]


@cache
def event_types() -> dict[str, type[Event]]:
    """Return all event types by wire name, from every module of the catalogue and of its packages."""
    for module in pkgutil.walk_packages(events.catalog.__path__, f"{events.catalog.__name__}."):
        importlib.import_module(module.name)
    return dict(_by_name)
