"""The shape of a context: how it decides commands, and how it folds the events it knows."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, get_args

import msgspec

from events.catalog.registry import Event
from services.decisions.command import Command, Ids

C = TypeVar("C", bound=Command)


S = TypeVar("S")


E = TypeVar("E", bound=Event)


class Decider(msgspec.Struct, Generic[C, S, E], frozen=True, kw_only=True):
    """
    One context's decisions, pure: `evolve` folds its streams' events, `decide` answers with new ones.

    `decide` raises RejectedError. `reads` are the events that `evolve` knows; others of the same streams are
    newer than this program.
    """

    commands: tuple[type[C], ...]
    reads: tuple[type[Event], ...]
    initial: S
    decide: Callable[[C, S, Ids], tuple[E, ...]]
    evolve: Callable[[S, E], S]
    kept: bool = False
    """Whether its one stream is the organisation's: the folded prefix is kept for the next command."""


AnyDecider = Decider[Any, Any, Any]


def kinds(*unions: Any) -> tuple[type[Event], ...]:
    """Return the event types in unions of them."""
    return tuple(kind for union in unions for kind in (get_args(union) or (union,)))
