"""Replays of streams without an owner, and how many an auditor has open: stream `audit-<organisation>`."""

from datetime import date
from typing import Final

from events.catalog.registry import Event, event
from rules.audit.kinds import AuditStreamKind

SEALED: Final = False


@event("audit.replay-started.v1")
class StreamReplayStarted(Event, frozen=True, kw_only=True):
    """
    An auditor began to replay a stream of a team or the organisation, or of somebody who was forgotten.

    Fields as in AuditReplayStarted (events/catalog/access.py).
    """

    replay: str
    handle: str
    auditor: str
    kind: AuditStreamKind
    stream: str
    purpose: str
    last_day: date


@event("audit.replay-finished.v1")
class StreamReplayFinished(Event, frozen=True, kw_only=True):
    """The auditor ended the replay: nothing more is read in it."""

    replay: str


@event("audit.replay-counted.v1")
class ReplayCounted(Event, frozen=True, kw_only=True):
    """An auditor is about to replay a person's stream. Whose, and why, is sealed in that person's own."""

    replay: str
    auditor: str
    last_day: date


@event("audit.replay-uncounted.v1")
class ReplayUncounted(Event, frozen=True, kw_only=True):
    """The auditor is about to finish that replay."""

    replay: str


AuditEvent = StreamReplayStarted | StreamReplayFinished | ReplayCounted | ReplayUncounted
