"""The state that decisions on audits need, and how events change it."""

from datetime import date, datetime
from typing import assert_never

import msgspec
from msgspec.structs import replace

from events.catalog.access import (
    AccessEvent,
    AuditAccessEnded,
    AuditAccessGranted,
    AuditGroundNoticed,
    AuditReplayFinished,
    AuditReplayStarted,
)
from events.catalog.audit import (
    AuditEvent,
    ReplayCounted,
    ReplayUncounted,
    StreamReplayFinished,
    StreamReplayStarted,
)
from events.catalog.policy import AuditGroundRecorded, PolicyEvent
from rules.kinds import ItemKind
from services.decisions.auditing import Replay


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """
    Leave to read contents in one replay until a moment: a grant of the owner, or a ground.

    A ground is in two places, and opens nothing while one of them is missing: `noticed` says that the owner
    has notice of it, `recorded` that it is on the policy stream.
    """

    replay: str
    kinds: frozenset[ItemKind]
    until: datetime
    ground: str | None = None
    noticed: bool = False
    recorded: bool = False
    ended: bool = False


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """An open replay of a person's stream, in the organisation's count."""

    auditor: str
    last_day: date


class Audits(msgspec.Struct, frozen=True, kw_only=True):
    """The replays recorded in one stream, by their handle; openings and the organisation's count by id."""

    replays: dict[str, Replay] = {}
    openings: dict[str, Opening] = {}
    counted: dict[str, Counted] = {}

    def with_finished(self, replay: str) -> "Audits":
        changed = {
            handle: replace(one, finished=True) if one.replay == replay else one
            for handle, one in self.replays.items()
        }
        return replace(self, replays=changed)

    def open_of(self, auditor: str, today: date) -> int:
        """Return how many replays an auditor has open, as the organisation's stream has it."""
        counted = sum(one.auditor == auditor and today <= one.last_day for one in self.counted.values())
        return counted + sum(one.auditor == auditor and one.is_open(today) for one in self.replays.values())


def evolve(state: Audits, event: AccessEvent | AuditEvent | PolicyEvent) -> Audits:
    if isinstance(event, AccessEvent):
        return _evolve_access(state, event)
    if isinstance(event, AuditEvent):
        return _evolve_count(state, event)
    if isinstance(event, AuditGroundRecorded):
        return _with_ground(state, event, recorded=True)
    return state  # the rules of the organisation change nothing here


def _evolve_access(state: Audits, event: AccessEvent) -> Audits:
    match event:
        case AuditReplayStarted():
            return _with_started(state, event, asks=frozenset(event.asks))
        case AuditReplayFinished(replay=name):
            return state.with_finished(name)
        case AuditAccessGranted(opening=name):
            granted = Opening(replay=event.replay, kinds=frozenset(event.kinds), until=event.until)
            return replace(state, openings={**state.openings, name: granted})
        case AuditAccessEnded(opening=name):
            if name not in state.openings:
                return state
            ended = replace(state.openings[name], ended=True)
            return replace(state, openings={**state.openings, name: ended})
        case AuditGroundNoticed():
            return _with_ground(state, event, noticed=True)
        case _:
            assert_never(event)


def _evolve_count(state: Audits, event: AuditEvent) -> Audits:
    match event:
        case StreamReplayStarted():
            return _with_started(state, event, asks=frozenset())
        case StreamReplayFinished(replay=name):
            return state.with_finished(name)
        case ReplayCounted(replay=name):
            counted = Counted(auditor=event.auditor, last_day=event.last_day)
            return replace(state, counted={**state.counted, name: counted})
        case ReplayUncounted(replay=name):
            return replace(
                state, counted={other: one for other, one in state.counted.items() if other != name}
            )
        case _:
            assert_never(event)


def _with_started(
    state: Audits, event: AuditReplayStarted | StreamReplayStarted, *, asks: frozenset[ItemKind]
) -> Audits:
    started = Replay(
        replay=event.replay,
        handle=event.handle,
        auditor=event.auditor,
        kind=event.kind,
        stream=event.stream,
        purpose=event.purpose,
        asks=asks,
        last_day=event.last_day,
    )
    return replace(state, replays={**state.replays, event.handle: started})


def _with_ground(
    state: Audits,
    event: AuditGroundNoticed | AuditGroundRecorded,
    *,
    noticed: bool = False,
    recorded: bool = False,
) -> Audits:
    before = state.openings.get(event.opening)
    opening = Opening(
        replay=event.replay,
        kinds=frozenset(event.kinds),
        until=event.until,
        ground=event.ground,
        noticed=noticed or (before is not None and before.noticed),
        recorded=recorded or (before is not None and before.recorded),
    )
    return replace(state, openings={**state.openings, event.opening: opening})
