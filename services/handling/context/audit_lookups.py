"""What commands on audits need from other streams before they are decided, and what goes before them."""

from collections.abc import Sequence

from eventsourcing.persistence import EventStore
from msgspec.structs import replace

from events.catalog.access import AuditReplayFinished, AuditReplayStarted
from events.catalog.policy import AuditGroundRecorded
from events.codec import PERSON_CATEGORIES, Forgotten, Recorded
from events.privacy.sealing import KeyDestroyedError
from events.streams import Stream
from services.contexts.audit.commands import (
    CountReplay,
    FinishAuditReplay,
    NoticeGround,
    RecordAuditGround,
    StartAuditReplay,
    UncountReplay,
)
from services.contexts.audit.decider import DECIDER
from services.contexts.audit.state import Audits
from services.decisions.auditing import OWNED, Audited, Replay
from services.decisions.command import Command, DecisionContext
from services.decisions.pseudonyms import Pseudonyms
from services.handling.loading import SubjectForgottenError, load


class AuditLookups:
    """Finds what auditors name by pseudonyms; safe from several threads. Raises what loading raises."""

    def __init__(self, store: EventStore[str]) -> None:
        self._store = store

    def added(self, command: Command, context: DecisionContext) -> DecisionContext:
        """Return the context with what this command needs; that of any other command as it is."""
        match command:
            case StartAuditReplay(stream_id=name):
                return replace(context, audited=self._stream(name, context))
            case FinishAuditReplay(replay_id=name):
                return replace(context, audited=_named(name, context))
            case RecordAuditGround(audit_id=name):
                return replace(context, audited=self._with_replay(_named(name, context), name))
            case _:
                return context

    def _stream(self, name: str, context: DecisionContext) -> Audited | None:
        """Return the stream of this pseudonym, if it has events, and where a replay of it is recorded."""
        stream = Pseudonyms(context.id_key).stream(name)
        first = next(iter(self._store.get(stream.name, limit=1)), None) if stream is not None else None
        if stream is None or not isinstance(first, Recorded):
            return None
        forgotten = isinstance(first.event, Forgotten)
        owned = stream.category in PERSON_CATEGORIES and not forgotten
        recorded_in = Stream(OWNED, stream.subject) if owned else Stream("audit", context.organisation)
        return Audited(stream=stream, recorded_in=recorded_in)

    def _with_replay(self, found: Audited | None, handle: str) -> Audited | None:
        if found is None:
            return None
        return replace(found, replay=replay_of(self._store, found.recorded_in, handle))


def replay_of(store: EventStore[str], recorded_in: Stream, handle: str) -> Replay | None:
    """Return a replay as the log has it; None when its owner was forgotten. Raises what loading raises."""
    try:
        state: Audits = load(store, DECIDER, (recorded_in.name,)).state
    except (SubjectForgottenError, KeyDestroyedError):
        return None
    return state.replays.get(handle)


def audit_first(
    recorded: Sequence[Recorded], context: DecisionContext
) -> CountReplay | UncountReplay | NoticeGround | None:
    """
    Return what must be accepted before these events of an audit are appended.

    Whose stream is replayed is sealed there; so that no auditor has too many replays open, they are counted
    on the organisation's stream before. A ground is noticed by the owner before it can open anything.
    """
    for one in recorded:
        match one.event:
            case AuditReplayStarted(replay=replay, last_day=last_day):
                return CountReplay(replay=replay, last_day=last_day)
            case AuditReplayFinished(replay=replay):
                return UncountReplay(replay=replay)
            case AuditGroundRecorded() as ground if _has_owner(context):
                return _notice_of(ground)
            case _:
                pass
    return None


def _has_owner(context: DecisionContext) -> bool:
    return context.audited is not None and context.audited.has_owner


def _notice_of(ground: AuditGroundRecorded) -> NoticeGround:
    return NoticeGround(
        replay=ground.replay,
        opening=ground.opening,
        ground=ground.ground,
        kinds=ground.kinds,
        until=ground.until,
    )


def _named(name: str, context: DecisionContext) -> Audited | None:
    found = Pseudonyms(context.id_key).replay(name)
    return Audited(stream=found.stream, recorded_in=found.recorded_in) if found is not None else None
