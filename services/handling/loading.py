"""Loads the state that a decision is made on: the events of its streams, folded."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec
from eventsourcing.persistence import EventStore

from events.catalog.registry import Event
from events.codec import Forgotten, Recorded
from services.decisions.decider import AnyDecider


class StreamNotUnderstoodError(Exception):
    """A stream holds events that this program does not know: only a newer program can decide on it."""


class SubjectForgottenError(Exception):
    """The key of the person the stream is about was destroyed."""


class Loaded(msgspec.Struct, frozen=True):
    """The state, and each stream's version."""

    state: Any
    versions: dict[str, int]

    def is_after(self, other: "Loaded") -> bool:
        """Whether this was loaded later than another state of the same streams, or at the same versions."""
        return all(self.versions[stream] >= version for stream, version in other.versions.items())


def load(
    store: EventStore[str], decider: AnyDecider, streams: tuple[str, ...], *, since: Loaded | None = None
) -> Loaded:
    """
    Fold the streams, one after the other, from the beginning or from what was loaded before.

    Raises StreamNotUnderstoodError, SubjectForgottenError, and what the store raises.
    """
    since = since or Loaded(decider.initial, dict.fromkeys(streams, 0))
    state, versions = since.state, dict(since.versions)
    for stream in streams:
        for recorded in known_events(store, stream, decider.reads, after=versions[stream]):
            versions[stream] = recorded.version
            state = decider.evolve(state, recorded.event)
    return Loaded(state, versions)


def known_events(
    store: EventStore[str], stream: str, known: tuple[type[Event], ...], *, after: int = 0
) -> Iterator[Recorded]:
    """
    Yield the accepted events of a stream after a version, all of known types.

    Raises StreamNotUnderstoodError and SubjectForgottenError.
    """
    for recorded in events_of(store, stream, after=after):
        if isinstance(recorded.event, Forgotten):
            raise SubjectForgottenError(f"the person of {stream} was forgotten")
        if not isinstance(recorded.event, known):
            kind = type(recorded.event).__name__
            raise StreamNotUnderstoodError(
                f"version {recorded.version} of {stream} is not understood: {kind}"
            )
        yield recorded


def events_of(store: EventStore[str], stream: str, *, after: int = 0) -> Iterator[Recorded]:
    """Yield the accepted events of a stream after a version."""
    return cast("Iterator[Recorded]", store.get(stream, gt=after or None))
