"""The acceptance rule: which commits of a partition's log count, decided by the order of the log alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import assert_never

import msgspec

from events.log.record import (
    ZERO_PARENT,
    Commit,
    Entry,
    Frame,
    Genesis,
    Settle,
    digest_of,
)
from events.streams import Stream, StreamNameError, partition_of


class Outcome(Enum):
    """What the rule says of an entry. All but ACCEPTED are final for that commit id."""

    ACCEPTED = "accepted"
    REPEAT = "repeat"
    SETTLED = "settled"
    SEALED = "sealed"
    DEAD = "dead"
    MALFORMED = "malformed"
    SUPERSEDED = "superseded"
    GAP = "gap"
    FOREIGN = "foreign"
    MARKER = "marker"


class LogStopError(Exception):
    """The log can't be judged by this program, or is not the log it was: the reader halts and says why."""


class Head(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A stream's last accepted version and that event's digest."""

    version: int
    digest: bytes


class Taken(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where an accepted command stands: the attempt that won, its last ordinal and its number of events."""

    commit: bytes
    ordinal: int
    events: int


@dataclass(slots=True, kw_only=True)
class State:
    """
    What the rule remembers of one partition, or the part of it that a batch can touch.

    Commands, refused commits, settled commands and sealed subjects are remembered for ever; the journal keeps
    them in tables and brings in, before judging, whatever the batch names (`needs`).
    """

    generation: bytes
    partition: int
    partitions: int
    one_subject: bool = False
    ordinal: int = 0
    heads: dict[str, Head] = field(default_factory=dict)
    commands: dict[tuple[str, bytes], Taken] = field(default_factory=dict)
    refused: set[bytes] = field(default_factory=set)
    settled: set[tuple[str, bytes]] = field(default_factory=set)
    sealed: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    tracking: dict[str, int] = field(default_factory=dict)


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """
    The rule's word on one entry; `digests` are those of the commit's events when accepted.

    `ordinal` is that of the commit's last event (ACCEPTED, REPEAT), else the partition's at that moment.
    """

    outcome: Outcome
    ordinal: int
    digests: tuple[bytes, ...] = ()
    own_repeat: bool = False


def begin(frame: Frame, *, partition: int) -> State:
    """Return the state after a partition's first record, which must be its genesis. Raises LogStopError."""
    match frame.entries:
        case (Genesis() as genesis,) if genesis.partition == partition < genesis.partitions:
            one = genesis.one_subject and genesis.partitions == 1
            return State(
                generation=frame.generation,
                partition=partition,
                partitions=genesis.partitions,
                one_subject=one,
            )
        case _:
            raise LogStopError(f"partition {partition} does not begin with its genesis record")


def judge_frame(state: State, frame: Frame) -> Iterator[tuple[Entry, Verdict]]:
    """Judge a record's entries in order; each is applied to `state` before the next is judged."""
    own = frame.generation == state.generation
    for entry in frame.entries:
        verdict = judge(state, entry) if own else Verdict(Outcome.FOREIGN, state.ordinal)
        apply(state, entry, verdict)
        yield entry, verdict


def judge(state: State, entry: Entry) -> Verdict:
    """Say what the log makes of an entry at this place. Pure: reads `state`, changes nothing."""
    match entry:
        case Commit():
            return _judge_commit(state, entry)
        case Settle():
            foreign = "\0" in entry.subject or _is_foreign(state, entry.subject)
            return Verdict(Outcome.FOREIGN if foreign else Outcome.MARKER, state.ordinal)
        case Genesis():
            return Verdict(Outcome.FOREIGN, state.ordinal)
        case _:
            assert_never(entry)


def apply(state: State, entry: Entry, verdict: Verdict) -> None:
    """Change `state` by a judged entry."""
    match entry:
        case Commit():
            if verdict.outcome is Outcome.ACCEPTED:
                _apply_accepted(state, entry, verdict)
            elif not verdict.own_repeat:
                state.refused.add(entry.commit)
        case Settle() if verdict.outcome is Outcome.MARKER:
            key = (entry.subject, entry.command)
            if key not in state.commands:
                state.settled.add(key)
        case _:
            pass


def _apply_accepted(state: State, commit: Commit, verdict: Verdict) -> None:
    subject, writes = commit.subject, commit.writes
    state.ordinal = verdict.ordinal
    state.commands[subject, commit.command] = Taken(commit.commit, verdict.ordinal, len(writes))
    for write, digest in zip(writes, verdict.digests, strict=True):
        state.heads[write.stream] = Head(write.version, digest)
    state.counts[subject] = state.counts.get(subject, 0) + 1
    if commit.tracking:
        state.tracking[commit.tracking[0]] = commit.tracking[1]
    if commit.last:
        state.sealed.add(subject)


def _judge_commit(state: State, commit: Commit) -> Verdict:
    if "\0" in commit.subject or _is_foreign(state, commit.subject) or not _streams_fit(state, commit):
        return Verdict(Outcome.FOREIGN, state.ordinal)
    # Ids come before any look at versions: a retry on a newer head would fit, and happen twice.
    key = (commit.subject, commit.command)
    taken = state.commands.get(key)
    if taken is not None:
        return Verdict(Outcome.REPEAT, taken.ordinal, own_repeat=taken.commit == commit.commit)
    if key in state.settled:
        return Verdict(Outcome.SETTLED, state.ordinal)
    if commit.subject in state.sealed:
        return Verdict(Outcome.SEALED, state.ordinal)
    if commit.commit in state.refused:
        return Verdict(Outcome.DEAD, state.ordinal)
    return _judge_versions(state, commit)


def _judge_versions(state: State, commit: Commit) -> Verdict:
    inside: dict[str, Head] = {}
    digests: list[bytes] = []
    taken = gap = False
    if commit.tracking is not None and "\0" in commit.tracking[0]:
        return Verdict(Outcome.MALFORMED, state.ordinal)
    for write in commit.writes:
        if "\0" in write.stream or "\0" in write.topic:  # PostgreSQL's text can't hold it
            return Verdict(Outcome.MALFORMED, state.ordinal)
        before = inside.get(write.stream)
        if before is None:
            fit = _fit(state.heads.get(write.stream), write.version, write.parent)
            taken, gap = taken or fit is Outcome.SUPERSEDED, gap or fit is Outcome.GAP
        elif write.version != before.version + 1 or write.parent != before.digest:
            return Verdict(Outcome.MALFORMED, state.ordinal)
        digest = digest_of(write.parent, write.stream, write.version, write.topic, write.state)
        digests.append(digest)
        inside[write.stream] = Head(write.version, digest)
    if taken or _premise_moved(state, commit):
        return Verdict(Outcome.SUPERSEDED, state.ordinal)
    if gap:
        return Verdict(Outcome.GAP, state.ordinal)
    return Verdict(Outcome.ACCEPTED, state.ordinal + len(commit.writes), tuple(digests))


def _fit(head: Head | None, version: int, parent: bytes) -> Outcome:
    if head is None:
        if version < 0 or version > 1:
            return Outcome.GAP
        return Outcome.ACCEPTED if parent == ZERO_PARENT else Outcome.SUPERSEDED
    if version > head.version + 1:
        return Outcome.GAP
    fits = version == head.version + 1 and parent == head.digest
    return Outcome.ACCEPTED if fits else Outcome.SUPERSEDED


def _premise_moved(state: State, commit: Commit) -> bool:
    if commit.decided_on is not None and commit.decided_on != state.counts.get(commit.subject, 0):
        return True
    if commit.tracking is None:
        return False
    upstream, position = commit.tracking
    last = state.tracking.get(upstream)
    return last is not None and position <= last


def _is_foreign(state: State, subject: str) -> bool:
    return not state.one_subject and partition_of(subject, state.partitions) != state.partition


def _streams_fit(state: State, commit: Commit) -> bool:
    if state.one_subject:
        return True
    try:
        for write in commit.writes:
            if Stream.parse(write.stream).subject != commit.subject:
                return False
    except StreamNameError:
        return False
    return True
