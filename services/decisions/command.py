"""A command: what may be asked, and what a decision on it is given besides."""

from datetime import date
from enum import Enum
from typing import ClassVar, Final

import msgspec

from events.streams import Stream
from rules.clusters import TermState
from rules.commands import Refusal

NOWHERE: Final = "0" * 32
"""Stands in a stream's name for a person nobody knows: a subject that has no events."""


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


def stream_of(category: str, person: str | None) -> str:
    """Return a person's stream, or for one nobody knows a stream without events."""
    return Stream(category, person or NOWHERE).name


def name_of(kind: type[Enum]) -> msgspec.Meta:
    """Return a constraint for a field of a command: its text is the name of a member of the enum."""
    return msgspec.Meta(pattern=rf"\A(?:{'|'.join(kind.__members__)})\Z")
