"""Examples of every event of audits."""

from datetime import UTC, date, datetime
from typing import Final

from events.catalog import access, audit
from events.catalog.policy import AuditGroundRecorded
from events.catalog.registry import Event
from rules.audit.kinds import AuditStreamKind
from rules.kinds import ItemKind

_REPLAY: Final = "a4" * 16
_AUDITOR: Final = "b5" * 16
_OPENING: Final = "c6" * 16
_HANDLE: Final = "d7" * 60
_STREAM: Final = "e8" * 57
_UNTIL: Final = datetime(2026, 12, 1, 8, tzinfo=UTC)
_PURPOSE: Final = "Klacht 2026-14: wat is er gewijzigd?"

AUDIT_EXAMPLES: Final[tuple[Event, ...]] = (
    access.AuditReplayStarted(
        replay=_REPLAY,
        handle=_HANDLE,
        auditor=_AUDITOR,
        kind=AuditStreamKind.PORTFOLIO,
        stream=_STREAM,
        purpose=_PURPOSE,
        asks=(ItemKind.TALENT, ItemKind.GOAL),
        last_day=date(2026, 12, 23),
    ),
    access.AuditReplayFinished(replay=_REPLAY),
    access.AuditAccessGranted(
        opening=_OPENING, replay=_REPLAY, kinds=(ItemKind.TALENT,), until=_UNTIL, policy_version=7
    ),
    access.AuditAccessEnded(opening=_OPENING),
    access.AuditGroundNoticed(
        opening=_OPENING, replay=_REPLAY, ground="Klacht 2026-14", kinds=(ItemKind.GOAL,), until=_UNTIL
    ),
    audit.StreamReplayStarted(
        replay=_REPLAY,
        handle=_HANDLE,
        auditor=_AUDITOR,
        kind=AuditStreamKind.POLICY,
        stream=_STREAM,
        purpose=_PURPOSE,
        last_day=date(2026, 12, 23),
    ),
    audit.StreamReplayFinished(replay=_REPLAY),
    audit.ReplayCounted(replay=_REPLAY, auditor=_AUDITOR, last_day=date(2026, 12, 23)),
    audit.ReplayUncounted(replay=_REPLAY),
    AuditGroundRecorded(
        opening=_OPENING,
        replay=_REPLAY,
        ground="Klacht 2026-14",
        kinds=(ItemKind.GOAL,),
        until=_UNTIL,
        policy_version=7,
    ),
)
