"""What the first attempt of a command needs of the log, read in one trip and not in one for each part."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from eventsourcing.persistence import EventStore

from events.log.outcomes import Accepted, Voided
from events.log.recorder import LogRecorder
from events.streams import Stream
from kit.clock import Calendar
from services.decisions.command import Command, DecisionContext
from services.handling.registry import decider_of
from services.handling.roles import RoleReader
from services.handling.state_cache import StateCache


class AheadReader:
    """Reads ahead for commands of people; safe from several threads."""

    def __init__(
        self,
        store: EventStore[str],
        recorder: LogRecorder,
        states: StateCache,
        roles: RoleReader,
        calendar: Calendar,
    ) -> None:
        self._store, self._recorder = store, recorder
        self._states, self._roles, self._calendar = states, roles, calendar

    def read(self, command: Command, key: bytes, *, sender: str, organisation: str) -> "ReadAhead":
        """Read how the command ended, the sender's roles, and the state of a command on what is their own."""
        streams = self._roles.streams(sender, organisation=organisation)
        streams |= self._own_streams(command, sender, organisation)
        return ReadAhead(self._store, self._recorder, key, subject=sender, streams=streams)

    def _own_streams(self, command: Command, sender: str, organisation: str) -> dict[str, int]:
        """Return the streams of a command on the sender's own subject, each with its version in the cache."""
        decider = decider_of(command)
        if not decider.cached_a_minute:
            return {}
        # The streams of such a command depend on nothing that has to be looked up.
        names = command.streams(
            DecisionContext(
                new=sender,
                organisation=organisation,
                sender=sender,
                person=sender,
                today=self._calendar.today(),
                now=self._calendar.local(self._calendar.now()),
                id_key=b"",
            )
        )
        if Stream.parse(names[0]).subject != sender:
            return {}
        cached = self._states.cached(decider, names)
        return cached.versions if cached is not None else dict.fromkeys(names, 0)


class ReadAhead:
    """
    Gives each part that was read once; asked again, or for anything else, the log is read.

    So a later attempt never decides on what an earlier one read. It is for one command, in one thread.
    """

    def __init__(
        self,
        store: EventStore[str],
        recorder: LogRecorder,
        command: bytes,
        *,
        subject: str,
        streams: Mapping[str, int],
    ) -> None:
        """Read how `command` ended, the subject's number of commits, and each stream after a version."""
        self._store, self._recorder = store, recorder
        read = recorder.read_ahead(command, subject=subject, streams=streams)
        self.found: Accepted | Voided | None = read.found
        self._commits = {subject: read.commits}
        self._events = read.events

    @property
    def store(self) -> EventStore[str]:
        """The log's events, as the store gives them."""
        return cast("EventStore[str]", self)

    def get(self, stream: str, *, gt: int | None = None) -> Iterator[Any]:
        """As the store's `get`."""
        stored = self._events.pop((stream, gt or 0), None)
        if stored is None:
            return self._store.get(stream, gt=gt)
        return map(self._store.mapper.to_domain_event, stored)

    def commits_of(self, subject: str) -> int:
        """Return a subject's number of accepted commits, from before any stream was read here."""
        commits = self._commits.pop(subject, None)
        return self._recorder.commits_of(subject) if commits is None else commits
