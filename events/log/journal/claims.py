"""
What commits claim of the past: the fold judges as if it were so, and has it checked where it writes.

A commit that is to be accepted says by itself what the rule would look up: its command and this attempt are
new, each stream ends with the parent of its first event there, and the subject has `decided_on` commits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from events.log.acceptance import Head, Outcome, State, judge_frame
from events.log.journal.rows import Batch, Chunk
from events.log.record import ZERO_PARENT, Commit, Entry, Write
from kit.postgres.columns import Bytes, Column, Ints, Texts

NO_EVENT: Final = Head(-1, b"")
"""The head of a stream that must be new; no event has this version or digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """
    What the commits of a chunk claim that is not in memory: each stream's head, each subject's commits.

    `state` is the rule's state if all of it is true. To judge these commits changes no other state.
    """

    state: State
    heads: dict[str, Head]
    counts: dict[str, int]

    @classmethod
    def of(cls, known: State, entries: Iterable[Entry]) -> Self | None:
        """Return the claims of these entries; None if they are not all commits of the usual kind."""
        heads: dict[str, Head] = {}
        claimed_heads: dict[str, Head] = {}
        claimed_counts: dict[str, int] = {}
        commits: dict[str, int] = {}
        seen: set[str] = set()
        for entry in entries:
            # The others are rare, and they change what `state` shares with `known`.
            if not isinstance(entry, Commit) or entry.last or entry.tracking is not None:
                return None
            before = commits.get(entry.subject, 0)
            commits[entry.subject] = before + 1
            if entry.decided_on is not None:
                claimed_counts.setdefault(entry.subject, entry.decided_on - before)
            for write in entry.writes:
                if write.stream in seen:
                    continue
                seen.add(write.stream)
                head = known.heads.get(write.stream)
                if head is None:
                    head = claimed_heads[write.stream] = _claimed_head(write)
                if head is not NO_EVENT:
                    heads[write.stream] = head
        state = State(
            generation=known.generation,
            partition=known.partition,
            partitions=known.partitions,
            one_subject=known.one_subject,
            ordinal=known.ordinal,
            heads=heads,
            voided=known.voided,
            closed_subjects=known.closed_subjects,
            counts=dict(claimed_counts),
        )
        return cls(state=state, heads=claimed_heads, counts=claimed_counts)

    def accepted(self, chunk: Chunk) -> Batch | None:
        """Return what a chunk writes if the claims are so; None if the rule does not accept all of it."""
        batch = Batch()
        for record, frame in chunk:
            if frame is None:
                continue
            for entry, verdict in judge_frame(self.state, frame):
                if not isinstance(entry, Commit) or verdict.outcome is not Outcome.ACCEPTED:
                    return None
                batch.accept(record, entry, verdict)
                batch.notify(frame.writer, entry, verdict)
        return batch

    def columns(self) -> tuple[Column, ...]:
        """Return the parameters of the statement's fence that demand these claims."""
        return (
            Texts([*self.heads]),
            Bytes([head.digest for head in self.heads.values()]),
            Texts([*self.counts]),
            Ints([*self.counts.values()]),
        )


def _claimed_head(write: Write) -> Head:
    """Return the head that a stream must have for this event to follow it."""
    new = write.version == 0 or (write.version == 1 and write.parent == ZERO_PARENT)
    return NO_EVENT if new else Head(write.version - 1, write.parent)
