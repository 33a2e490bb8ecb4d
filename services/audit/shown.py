"""How a commit, an event and a fault are shown to an auditor: never with the name of the stream."""

from collections.abc import Mapping
from typing import Final

from events.log.acceptance import Outcome
from events.log.faults import Fault, FaultKind, Place
from events.log.proof.commits import RULE_VERSION, CommitOnLog, EventOnLog
from events.streams import Stream
from rules.audit.answers import (
    CommitSeen,
    ContentsSeen,
    EventSeen,
    FaultKindSeen,
    FaultSeen,
    OpenedSeen,
    PlaceSeen,
    VerdictSeen,
)
from services.audit.history import Opened
from services.audit.replays import Found

_VERDICTS: Final[dict[Outcome, VerdictSeen]] = {
    Outcome.ACCEPTED: "ACCEPTED",
    Outcome.REPEAT: "REPEAT",
    Outcome.SUPERSEDED: "SUPERSEDED",
    Outcome.VOIDED: "SETTLED",
    Outcome.SUBJECT_CLOSED: "SEALED",
    Outcome.DEAD: "DEAD",
    Outcome.GAP: "GAP",
    Outcome.MALFORMED: "MALFORMED",
    Outcome.FOREIGN: "FOREIGN",
}
_FAULTS: Final[dict[FaultKind, FaultKindSeen]] = {
    FaultKind.CHANGED: "CHANGED",
    FaultKind.DROPPED: "DROPPED",
    FaultKind.ADDED: "ADDED",
    FaultKind.SWAPPED: "SWAPPED",
    FaultKind.GAP: "GAP",
    FaultKind.DAMAGED: "DAMAGED",
    FaultKind.LOG_CUT: "LOG_CUT",
    FaultKind.LOG_RESTORED: "LOG_RESTORED",
    FaultKind.VIEW_DIFFERS: "VIEW_DIFFERS",
}
_THIS_STREAM: Final = ("deze stroom", "this stream")


def commit_seen(
    number: int, commit: CommitOnLog, *, found: Found, history: Mapping[int, Opened]
) -> CommitSeen:
    """Return a commit as it is shown; of its events those that `found` opens are in words."""
    accepted = commit.verdict is Outcome.ACCEPTED
    return CommitSeen(
        number=number,
        place=place_seen(commit.place),
        commit=commit.commit.hex() if commit.commit is not None else None,
        day=commit.on,
        verdict=verdict_of(commit),
        rule_version=RULE_VERSION,
        events=tuple(
            _event_seen(event, found, history.get(event.version) if accepted else None)
            for event in commit.events
        ),
        faults=tuple(fault_seen(fault, found.stream) for fault in commit.faults),
    )


def verdict_of(commit: CommitOnLog) -> VerdictSeen:
    if commit.verdict is not None:
        return _VERDICTS[commit.verdict]
    damaged = any(fault.kind is FaultKind.DAMAGED for fault in commit.faults)
    return "DAMAGED" if damaged else "MISSING"


def fault_seen(fault: Fault, stream: Stream) -> FaultSeen:
    nl, en = _THIS_STREAM
    return FaultSeen(
        kind=_FAULTS[fault.kind],
        place=place_seen(fault.place),
        version=fault.version,
        nl=_unnamed(fault.nl, stream, nl),
        en=_unnamed(fault.en, stream, en),
    )


def place_seen(place: Place) -> PlaceSeen:
    return PlaceSeen(
        generation=place.generation,
        partition=place.partition,
        offset=place.offset,
        index=place.index,
        ordinal=place.ordinal,
    )


def _event_seen(event: EventOnLog, found: Found, opened: Opened | None) -> EventSeen:
    contents, shown = _contents(found, opened)
    return EventSeen(
        version=event.version,
        parent=event.parent.hex(),
        digest=event.recomputed.hex(),
        digest_valid=event.digest_valid,
        contents=contents,
        opened=shown,
    )


def _contents(found: Found, opened: Opened | None) -> tuple[ContentsSeen, OpenedSeen | None]:
    """Return the word for what can be read of an event, and what is shown of it. Denial is the default."""
    if found.forgotten or (opened is not None and opened.forgotten):
        return "FORGOTTEN", None
    if opened is None or not found.opens(opened.kind):
        return "SEALED", None
    if opened.shown is None or not opened.shown.content:
        return "NONE", opened.shown
    return "OPENED", opened.shown


def _unnamed(sentence: str, stream: Stream, instead: str) -> str:
    """Return a sentence without the name of the stream, which holds the person's id."""
    return sentence.replace(stream.name, instead).replace(stream.subject, instead)
