"""What the acceptance rule makes of an inbox's records, in memory; of an answer, only where it is."""

from hashlib import sha256
from typing import Final

import msgspec
import structlog

from events.log.acceptance import LogStopError, Outcome, State, begin, judge_frame
from events.log.port import LogRecord
from events.log.record import (
    ZERO_PARENT,
    Commit,
    DamagedRecordError,
    Frame,
    UnknownFormatError,
    Write,
    unframe,
)
from events.streams import Stream, command_key

PARTITION: Final = 0
"""An inbox has one partition."""
SLOT_VERSIONS_MAX: Final = 100
"""How often something may be handed in for one slot. Below 128, so that every version takes one byte."""
TOPIC: Final = "sealed"
_CATEGORY: Final = "submission"

_log = structlog.get_logger(__name__)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The last accepted answer of a slot: where it is on the log, its version and its digest."""

    offset: int
    version: int
    digest: bytes


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """
    A round that was closed: by which terms, and what was kept of it until then, by slot.

    The digest covers each slot, its version and its digest: so it is the same for every reader, and another
    one for other answers.
    """

    terms: bytes
    digest: bytes
    kept: dict[str, Kept]


class InboxFold:
    """Folds an inbox from its first record. Not safe from several threads."""

    def __init__(self) -> None:
        self.next_offset = 0
        self.last_record = b""
        """The digest of the record before `next_offset`, and below the leader epoch it was written in."""
        self.last_epoch = 0
        self._state: State | None = None
        self._kept: dict[str, dict[str, Kept]] = {}
        self._commands: dict[str, list[bytes]] = {}
        self._closed: dict[str, Closed] = {}

    @property
    def generation(self) -> bytes:
        """The log's generation. Raises LogStopError before the first record was folded."""
        return self._judged().generation

    def fold(self, record: LogRecord) -> dict[bytes, Outcome]:
        """
        Fold the next record; return its verdicts by commit id. Raises LogStopError.

        A damaged record counts as empty. A verdict of an earlier arrival of the same commit stays.
        """
        if (record.partition, record.offset) != (PARTITION, self.next_offset):
            raise LogStopError(f"the record at {self.next_offset} is missing")
        verdicts = self._verdicts(record)
        self.next_offset += 1
        self.last_record, self.last_epoch = sha256(record.value).digest(), record.epoch
        return verdicts

    def next_commit(
        self, round_: str, slot: str, *, command: bytes, commit: bytes, sealed: bytes
    ) -> Commit | None:
        """Return a commit that would be accepted now; None when the slot has SLOT_VERSIONS_MAX versions."""
        stream = slot_stream(round_, slot)
        head = self._judged().heads.get(stream)
        version = head.version + 1 if head else 1
        if version > SLOT_VERSIONS_MAX:
            return None
        parent = head.digest if head else ZERO_PARENT
        return Commit(round_, command, commit, (Write(stream, version, parent, TOPIC, sealed),))

    def was_accepted(self, round_: str, command: bytes) -> bool:
        return (round_, command) in self._judged().commands

    def closed(self, round_: str) -> Closed | None:
        """Return how a round was closed; None as long as it is open, or when it was forgotten."""
        return self._closed.get(round_)

    def is_closed(self, round_: str) -> bool:
        return round_ in self._judged().closed_subjects

    def closed_rounds(self) -> tuple[str, ...]:
        """Return the closed rounds that are not forgotten."""
        return tuple(self._closed)

    def forget(self, round_: str) -> None:
        """
        Drop what is remembered of a closed round, except that it is closed.

        From then on a repeat of one of its commits is refused because the round is closed; none is accepted.
        """
        state = self._judged()
        if round_ not in state.closed_subjects:
            return
        for slot in self._kept.pop(round_, {}):
            state.heads.pop(slot_stream(round_, slot), None)
        for command in self._commands.pop(round_, ()):
            state.commands.pop((round_, command), None)
        state.counts.pop(round_, None)
        self._closed.pop(round_, None)

    def _judged(self) -> State:
        if self._state is None:
            raise LogStopError("the inbox was not read yet")
        return self._state

    def _verdicts(self, record: LogRecord) -> dict[bytes, Outcome]:
        try:
            frame = unframe(record.value)
        except UnknownFormatError as error:
            raise LogStopError(f"the record at {record.offset} needs a newer program: {error}") from error
        except DamagedRecordError as error:
            if self._state is None:
                raise LogStopError(f"the first record is damaged: {error}") from error
            _log.error("inbox.damaged", offset=record.offset)
            return {}
        if self._state is None:
            self._state = begin(frame, partition=PARTITION)
            return {}
        return self._folded(self._state, frame, record.offset)

    def _folded(self, state: State, frame: Frame, offset: int) -> dict[bytes, Outcome]:
        verdicts: dict[bytes, Outcome] = {}
        for entry, verdict in judge_frame(state, frame):
            if not isinstance(entry, Commit):
                continue
            if verdict.own_repeat:  # it arrived twice, and was accepted the first time
                verdicts[entry.commit] = Outcome.ACCEPTED
                continue
            verdicts[entry.commit] = verdict.outcome
            if verdict.outcome is Outcome.ACCEPTED:
                self._note(state, entry, offset)
        return verdicts

    def _note(self, state: State, commit: Commit, offset: int) -> None:
        round_ = commit.subject
        kept = self._kept.setdefault(round_, {})
        self._commands.setdefault(round_, []).append(commit.command)
        for write in commit.writes:
            head = state.heads[write.stream]
            kept[Stream.parse(write.stream).local] = Kept(
                offset=offset, version=head.version, digest=head.digest
            )
        if commit.last:
            self._closed[round_] = Closed(terms=commit.fingerprint, digest=_digest(kept), kept=dict(kept))


def _digest(kept: dict[str, Kept]) -> bytes:
    digest = sha256()
    for slot, one in sorted(kept.items()):
        digest.update(slot.encode() + b"\0" + one.version.to_bytes(8) + one.digest)
    return digest.digest()


def slot_stream(round_: str, slot: str) -> str:
    """Return the stream of a slot: its versions say which answer is the last one."""
    return Stream(_CATEGORY, round_, slot).name


def closing_commit(round_: str, *, commit: bytes, terms: bytes) -> Commit:
    """Return a commit that closes a round for good; the first one on the log counts."""
    return Commit(round_, command_key("close", round_), commit, (), fingerprint=terms, last=True)


def answer_in(record: LogRecord, round_: str, slot: str) -> Write | None:
    """Return the answer of a slot that a record holds."""
    stream = slot_stream(round_, slot)
    for entry in unframe(record.value).entries:
        if isinstance(entry, Commit):
            for write in entry.writes:
                if write.stream == stream:
                    return write
    return None
