"""The shape of a decision: a command, the state it is judged on, and events or reasons of refusal."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, Final, Generic, Literal, TypeVar, get_args

import msgspec

from events.catalog.registry import Event
from rules.clusters import TermState

Code = Literal[
    "INVALID_INPUT",
    "TOO_LARGE",
    "NOT_FOUND",
    "CHANGED_MEANWHILE",
    "TOO_BUSY",
    "SETTLED",
    "COMMAND_ID_REUSED",
    "ALREADY_SO",
    "WRONG_STATE",
    "LIMIT_REACHED",
    "ROLES_CONFLICT",
    "FLOOR_TOO_LOW",
]
"""RefusalCode of the schema, as far as something here refuses for it."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A reason a command was not carried out, in words for a screen; `field` is a path into the input."""

    code: Code
    nl: str
    en: str
    field: tuple[str, ...] = ()


class RejectedError(Exception):
    """The command may not happen in this state; all reasons at once."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(", ".join(refusal.code for refusal in refusals))
        self.refusals = refusals


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A shared word for a talent as it stands; `merged` are the terms that read as this `term`."""

    term: str
    nl: str
    en: str
    state: TermState
    merged: frozenset[str] = frozenset()


class Ids(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a decision is given besides the command: ids that were found or made outside.

    `new` names what the command makes: derived from the command's key, so that a retry makes the same.
    `person` is whom it is about, None when no such person is known. `today` is the day of the decision where
    the organisation is. `professionals` are those that the command mentions and that work here now, `words`
    the shared ones that it picks, by the term picked: of one that was merged, the word it reads as.
    """

    new: str
    organisation: str
    person: str | None
    today: date
    professionals: frozenset[str] = frozenset()
    words: dict[str, Word] = {}


class Command(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True
):
    """
    What may be asked: the fields of the mutation's input but for `commandId` and `expectedVersion`.

    Every command is named as its mutation and its root field in rules/access/roles.py.
    """

    makes_person: ClassVar[bool] = False
    """Whether whom it names becomes known by it."""
    by_process: ClassVar[bool] = False
    """Whether only a process of this installation may give it: no client's input becomes one."""

    signed: ClassVar[bool] = True
    """Whether what it makes happen names who gave it; else the organisation, where the stream is in clear."""

    tells_version: ClassVar[bool] = True
    """Whether who gives it may know the version of the stream it writes: not of another's portfolio."""

    @classmethod
    def wire_name(cls) -> str:
        """Return `claimTalent` for ClaimTalent."""
        return cls.__name__[0].lower() + cls.__name__[1:]

    def refusals(self) -> list[Refusal]:
        """Return what is wrong with the input by itself."""
        return []

    def names_person(self) -> str | None:
        """Return the claim value of whom the command is about; None: of the caller."""
        return None

    def mentions(self) -> tuple[str, ...]:
        """Return the ids of other professionals that it speaks of."""
        return ()

    def picks(self) -> tuple[str, ...]:
        """Return the ids of shared words that it picks."""
        return ()

    def streams(self, ids: Ids) -> tuple[str, ...]:
        """Return the streams it is decided on and writes to; the version of the first is the command's."""
        raise NotImplementedError

    def thing(self, ids: Ids) -> str | None:
        """Return the id of what the command makes or changes."""
        raise NotImplementedError


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


def stream_of(category: str, person: str | None) -> str:
    """Return a person's stream, or for one nobody knows a stream without events."""
    return f"{category}-{person or NOWHERE}"


AnyDecider = Decider[Any, Any, Any]
NOWHERE: Final = "0" * 32
"""Stands in a stream's name for a person nobody knows: a subject that has no events."""


def kinds(*unions: Any) -> tuple[type[Event], ...]:
    """Return the event types in unions of them."""
    return tuple(kind for union in unions for kind in (get_args(union) or (union,)))


def reject_if(refusals: list[Refusal]) -> None:
    """Raise RejectedError when there is a reason."""
    if refusals:
        raise RejectedError(*refusals)
