"""
Judges a commit by the rule, compares that with the journal's verdict, and says where a chain breaks.

Where the rule refuses what the journal has as accepted, the log or the journal was changed. That is a fault;
what follows it is then judged as if it had been accepted, so that each change is named once, at its place.
"""

import msgspec

from events.log.acceptance import Head, Outcome, State, Taken, Verdict, judge
from events.log.faults import FaultKind
from events.log.journal.kept import CommitRow, EventRow
from events.log.record import ZERO_PARENT, Commit, Entry, Write, digest_of


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """Why the rule refuses a commit that the journal has as accepted; the event where it breaks, if one."""

    kind: FaultKind
    nl: str
    en: str
    stream: str | None = None
    version: int | None = None


def recomputed_digest(write: Write) -> bytes:
    """Return an event's digest, from its own bytes on the log."""
    return digest_of(write.parent, write.stream, write.version, write.topic, write.state)


def judge_next_to(
    state: State, entry: Entry, *, own: bool, row: CommitRow | None
) -> tuple[Verdict, Break | None]:
    """
    Return the verdict on the next entry; a commit that the journal has as accepted (`row`) always is.

    The break is not None where the rule itself refuses it. `own`: the record is of this log's generation.
    """
    verdict = judge(state, entry) if own else Verdict(Outcome.FOREIGN, state.ordinal)
    if row is None or not isinstance(entry, Commit):
        return verdict, None
    if verdict.outcome is Outcome.ACCEPTED or verdict.own_repeat:
        return verdict, None
    digests = tuple(map(recomputed_digest, entry.writes))
    return Verdict(Outcome.ACCEPTED, row.ordinal, digests), _break_of(state, entry, verdict.outcome)


def accept_unread(state: State, row: CommitRow, events: list[EventRow]) -> None:
    """Change `state` by a commit that can't be read on the log any more, as the journal has it."""
    state.ordinal = max(state.ordinal, row.ordinal)
    state.commands[row.key] = Taken(row.commit, row.ordinal, row.events)
    state.counts[row.subject] = state.counts.get(row.subject, 0) + 1
    for event in events:
        state.heads[event.stream] = Head(event.version, event.digest)


def fits_unread(state: State, row: CommitRow, events: list[EventRow]) -> bool:
    """Whether the chains allow that the log once had this commit here, as the journal has it."""
    if not events or len(events) != row.events or row.ordinal - row.events < state.ordinal:
        return False
    heads: dict[str, Head] = {}
    for event in events:
        before = heads.get(event.stream) or state.heads.get(event.stream)
        parent = before.digest if before else ZERO_PARENT
        if before and event.version != before.version + 1:
            return False
        if digest_of(parent, event.stream, event.version, event.topic, event.state) != event.digest:
            return False
        heads[event.stream] = Head(event.version, event.digest)
    return True


def _break_of(state: State, commit: Commit, outcome: Outcome) -> Break:
    heads: dict[str, Head] = {}
    for write in commit.writes:
        before = heads.get(write.stream) or state.heads.get(write.stream)
        if (found := _break_at(before, write)) is not None:
            return found
        heads[write.stream] = Head(write.version, recomputed_digest(write))
    return Break(
        kind=FaultKind.SWAPPED,
        nl=f"in het journaal aanvaard, maar de volgorde van het logboek weigert dit ({outcome.value})",
        en=f"accepted in the journal, but the order of the log refuses it ({outcome.value})",
    )


def _break_at(before: Head | None, write: Write) -> Break | None:
    last = before.version if before else 0
    parent = before.digest if before else ZERO_PARENT
    if write.version > last + 1:
        kind = FaultKind.GAP
        nl = f"versie {last + 1} tot {write.version} ontbreekt ervoor"
        en = f"version {last + 1} to {write.version} is missing before it"
    elif before and write.version <= last:
        kind = FaultKind.ADDED
        nl, en = "deze versie was er al", "this version was there already"
    elif write.parent != parent:
        kind = FaultKind.CHANGED
        nl = "sluit niet aan op de digest van de gebeurtenis ervoor"
        en = "its parent is not the digest of the event before it"
    else:
        return None
    return Break(kind=kind, nl=nl, en=en, stream=write.stream, version=write.version)
