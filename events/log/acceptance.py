"""
The acceptance rule: which commits of a partition count, decided by the order of the log alone.

Entries are judged one after the other, as they are on the log; `'` marks the state after an entry. Every
reader that starts at the first record computes the same state. Always holds:

    order       ordinal' = ordinal + |writes| for ACCEPTED, else ordinal' = ordinal
    chain       ACCEPTED => for each stream, write 1 has version = head.version + 1, parent = head.digest,
                            and write n + 1 has version n + 1, parent = digest of write n
    new stream  head = none => the first version is 0 or 1, and its parent is 32 zeros
    once        ACCEPTED => (subject, command) not in commands, and is in commands'
    voided      ACCEPTED => (subject, command) not in voided
                MARKER => (subject, command) in commands or in voided';  never in both
    closed      ACCEPTED => subject not in closed_subjects;  ACCEPTED and last => it is in closed_subjects'
    final       ACCEPTED => commit id not in refused;  refused, whatever the reason => it is in refused'
    premise     ACCEPTED and decided_on = n => counts[subject] = n
    tracking    ACCEPTED and tracking = (upstream, p) => p > tracking[upstream]
    place       not FOREIGN => own generation, partition_of(subject) = partition, all streams of the subject
                (the last two not in a log that is one subject)

`commands`, `voided`, `closed_subjects` and `refused` only grow.
"""

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
    Void,
    digest_of,
)
from events.streams import Stream, StreamNameError, partition_of


class Outcome(Enum):
    """
    The rule's answer for an entry, final for its commit id. Values are bytes: they are in the journal.

    A commit is ACCEPTED or refused. REPEAT: its command was accepted before. VOIDED: a marker came before it.
    SUBJECT_CLOSED: a last commit came before it. DEAD: this very commit was refused before. MALFORMED: it
    contradicts itself. SUPERSEDED: others were first. GAP: a version is missing before it. FOREIGN: it
    belongs to another log, partition or subject. A marker is MARKER or FOREIGN.
    """

    ACCEPTED = "accepted"
    REPEAT = "repeat"
    VOIDED = "settled"  # the values of these two are in journals of before, so they stay
    SUBJECT_CLOSED = "sealed"
    DEAD = "dead"
    MALFORMED = "malformed"
    SUPERSEDED = "superseded"
    GAP = "gap"
    FOREIGN = "foreign"
    MARKER = "marker"


class LogStopError(Exception):
    """The program can't judge the log, or it is not the log it was: the reader halts and reports why."""


class LogCutError(LogStopError):
    """The log begins later than it did, or ends before what was read of it."""


class OtherLogError(LogStopError):
    """Another topic, generation or number of partitions, or another record at a place that was read."""


class Head(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A stream's last accepted version and that event's digest."""

    version: int
    digest: bytes


class Taken(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An accepted command: the commit that won, the ordinal of its last event, and its number of events."""

    commit: bytes
    ordinal: int
    events: int


@dataclass(slots=True, kw_only=True)
class State:
    """
    What the rule remembers of one partition, or the part of it that some entries need.

    The journal keeps all of it in tables. Before it judges entries, it loads what they name of heads,
    commands, refused commits and counts; the rest is always in memory.
    """

    generation: bytes
    partition: int
    partitions: int
    one_subject: bool = False
    ordinal: int = 0
    heads: dict[str, Head] = field(default_factory=dict)
    commands: dict[tuple[str, bytes], Taken] = field(default_factory=dict)
    refused: set[bytes] = field(default_factory=set)
    voided: set[tuple[str, bytes]] = field(default_factory=set)
    closed_subjects: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    tracking: dict[str, int] = field(default_factory=dict)


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """
    The rule's verdict on one entry; `digests` are those of the commit's events when accepted.

    `ordinal` is that of the commit's last event (ACCEPTED, REPEAT), else the partition's last one.
    `own_repeat`: the same commit arrived again, as after a retry of the log's client.
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
    """Return the verdict on the next entry. Pure: reads `state`, changes nothing."""
    match entry:
        case Commit():
            return _judge_commit(state, entry)
        case Void():
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
        case Void() if verdict.outcome is Outcome.MARKER:
            key = (entry.subject, entry.command)
            if key not in state.commands:
                state.voided.add(key)
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
        state.closed_subjects.add(subject)


def _judge_commit(state: State, commit: Commit) -> Verdict:
    if "\0" in commit.subject or _is_foreign(state, commit.subject) or not _streams_fit(state, commit):
        return Verdict(Outcome.FOREIGN, state.ordinal)
    # Ids before versions: a retry that was decided on a newer head would fit, and happen twice.
    key = (commit.subject, commit.command)
    taken = state.commands.get(key)
    if taken is not None:
        return Verdict(Outcome.REPEAT, taken.ordinal, own_repeat=taken.commit == commit.commit)
    if key in state.voided:
        return Verdict(Outcome.VOIDED, state.ordinal)
    if commit.subject in state.closed_subjects:
        return Verdict(Outcome.SUBJECT_CLOSED, state.ordinal)
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
