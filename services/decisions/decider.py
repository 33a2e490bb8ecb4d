"""The decider of a context: which commands it decides, and which events it folds."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, get_args

import msgspec

from events.catalog.registry import Event
from services.decisions.command import Command, DecisionContext

C = TypeVar("C", bound=Command)
S = TypeVar("S")
E = TypeVar("E", bound=Event)


class Decider(msgspec.Struct, Generic[C, S, E], frozen=True, kw_only=True):
    """
    Two pure functions and an initial state: `evolve` folds events into a state, `decide` returns new events.

    `decide` raises RejectedError. `reads` are the event types that `evolve` knows; a stream with any other
    type was written by a newer program.
    """

    commands: tuple[type[C], ...]
    reads: tuple[type[Event], ...]
    initial: S
    decide: Callable[[C, S, DecisionContext], tuple[E, ...]]
    evolve: Callable[[S, E], S]
    cached: bool = False
    """Whether the folded state is cached. Only for a decider whose single stream is the organisation's."""
    cached_a_minute: bool = False
    """
    Whether it is cached for a short time, while the person's key is there. Only for streams of a person.

    Events that come later are folded after it, so events of different streams must not depend on each other.
    """


AnyDecider = Decider[Any, Any, Any]


def event_types_of(*unions: Any) -> tuple[type[Event], ...]:
    """Return the members of these unions of event types."""
    return tuple(kind for union in unions for kind in (get_args(union) or (union,)))
