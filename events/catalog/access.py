"""Who audited a person's streams, and what was opened: stream `access-<person>`, sealed with their key."""

from datetime import date, datetime
from typing import Final

from events.catalog.registry import Event, event
from rules.audit.kinds import AuditStreamKind
from rules.kinds import ItemKind

SEALED: Final = True


@event("access.audit-replay-started.v1")
class AuditReplayStarted(Event, frozen=True, kw_only=True):
    """
    An auditor began to replay one of the person's streams, and may go on through `last_day`.

    `handle` is the name of the replay for its auditor, `stream` the pseudonym of what is replayed; both say
    nothing without the organisation's key. `asks` are the kinds of items that the auditor asks to see.
    """

    replay: str
    handle: str
    auditor: str
    kind: AuditStreamKind
    stream: str
    purpose: str
    asks: tuple[ItemKind, ...] = ()
    last_day: date


@event("access.audit-replay-finished.v1")
class AuditReplayFinished(Event, frozen=True, kw_only=True):
    """The auditor ended the replay: nothing more is read in it."""

    replay: str


@event("access.audit-access-granted.v1")
class AuditAccessGranted(Event, frozen=True, kw_only=True):
    """
    The owner opened contents to one replay until a moment.

    `kinds` are the kinds of items; none of a stream without items, which is opened whole. `policy_version`
    is that of the policy stream on which this was decided.
    """

    opening: str
    replay: str
    kinds: tuple[ItemKind, ...] = ()
    until: datetime
    policy_version: int


@event("access.audit-access-ended.v1")
class AuditAccessEnded(Event, frozen=True, kw_only=True):
    """The owner ended a grant before its time."""

    opening: str


@event("access.audit-ground-noticed.v1")
class AuditGroundNoticed(Event, frozen=True, kw_only=True):
    """
    The owner's notice of a ground that opens contents to a replay; fields as in AuditGroundRecorded.

    It is here before the ground is on the policy stream, and the ground opens nothing without it.
    """

    opening: str
    replay: str
    ground: str
    kinds: tuple[ItemKind, ...] = ()
    until: datetime


AccessEvent = (
    AuditReplayStarted | AuditReplayFinished | AuditAccessGranted | AuditAccessEnded | AuditGroundNoticed
)
