"""Decides commands as if they were carried out, one after the other; nothing is appended."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, cast

from eventsourcing.persistence import EventStore

from events.codec import Recorded
from events.privacy.sealing import KeyDestroyedError
from rules.commands import CommandResult
from services.decisions.refusals import NOT_FOUND, RejectedError
from services.handling.attempts import PreparedCommand, going_first, is_refused
from services.handling.loading import Loaded, SubjectForgottenError
from services.handling.registry import decider_of
from services.handling.results import refused
from services.handling.state_cache import StateCache

Decided = Callable[[PreparedCommand, Loaded], list[Recorded]]
"""Returns the events that a command makes happen. Raises RejectedError."""


class Rehearsal:
    """
    A series of commands that are decided on the log and on what the earlier ones would have appended.

    Not safe from several threads. It keeps every event, so it is for the length of one request.
    """

    def __init__(self, store: EventStore[str], decided: Decided) -> None:
        self._decided = decided
        self.persons: dict[str, str] = {}
        """Ids of people who would be new, by claim; the vault knows none of them."""
        self._events: dict[str, list[Recorded]] = {}
        self.store = cast("EventStore[str]", _WithMore(store, self._events))
        """The log, and after it what would have been appended."""
        self.states = StateCache(self.store)

    def decide(self, prepared: PreparedCommand) -> CommandResult:
        """Return ACCEPTED or REFUSED, as carrying it out would now."""
        command = prepared.command
        if not command.is_addressed(prepared.context):
            return refused(prepared.command_id, NOT_FOUND)
        try:
            loaded = self.states.load(decider_of(command), command.streams(prepared.context))
            decided = self._decided(prepared, loaded)
            if (first := going_first(prepared, decided, loaded)) is not None:
                placed = self.decide(first)
                if is_refused(placed):
                    return refused(prepared.command_id, *placed.refusals)
            for recorded in decided:
                self._events.setdefault(recorded.stream, []).append(recorded)
        except RejectedError as rejected:
            return refused(prepared.command_id, *rejected.refusals)
        except (SubjectForgottenError, KeyDestroyedError):
            return refused(prepared.command_id, NOT_FOUND)
        return CommandResult(command_id=prepared.command_id, outcome="ACCEPTED")


class _WithMore:
    """An event store that also returns events which are not stored."""

    def __init__(self, store: EventStore[str], more: dict[str, list[Recorded]]) -> None:
        self._store = store
        self._more = more

    def get(self, stream: str, *, gt: int | None = None) -> Iterator[Any]:
        more = (event for event in self._more.get(stream, ()) if event.version > (gt or 0))
        return chain(self._store.get(stream, gt=gt), more)
