"""Decides on replays by auditors, and on what opens contents to them (privacy rule 22)."""

from datetime import datetime, timedelta
from typing import Final, assert_never, get_args

from msgspec import structs

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
from rules.audit.kinds import (
    OF_A_PERSON,
    OPENING_DAYS_MAX,
    REPLAY_DAYS_MAX,
    REPLAYS_OPEN_MAX,
    AuditStreamKind,
)
from rules.commands import Refusal
from rules.kinds import ItemKind
from services.contexts.audit import refusals
from services.contexts.audit.commands import (
    AnyAuditCommand,
    CountReplay,
    EndAuditAccess,
    FinishAuditReplay,
    GrantAuditAccess,
    NoticeGround,
    RecordAuditGround,
    StartAuditReplay,
    UncountReplay,
    handle_of_new,
)
from services.contexts.audit.state import Audits, evolve
from services.decisions.auditing import Replay
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.pseudonyms import Pseudonyms
from services.decisions.refusals import NOT_FOUND, RejectedError, reject_if

Made = AccessEvent | AuditEvent | AuditGroundRecorded


def decide(command: AnyAuditCommand, state: Audits, context: DecisionContext) -> tuple[Made, ...]:
    """Return the event of the command. Raises RejectedError."""
    return (_decided(command, state, context),)


def _decided(  # noqa: PLR0911 - one for each command
    command: AnyAuditCommand, state: Audits, context: DecisionContext
) -> Made:
    match command:
        case StartAuditReplay():
            return _started(command, state, context)
        case FinishAuditReplay():
            return _finished(command, state, context)
        case GrantAuditAccess():
            return _granted(command, state, context)
        case EndAuditAccess():
            return _ended(command, state, context)
        case RecordAuditGround():
            return _ground(command, context)
        case NoticeGround():
            return _noticed(command, state)
        case CountReplay():
            return _counted(command, state, context)
        case UncountReplay():
            return _uncounted(command, state)
        case _:
            assert_never(command)


DECIDER: Final = Decider[AnyAuditCommand, Audits, Made](
    commands=get_args(AnyAuditCommand),
    reads=event_types_of(AccessEvent, AuditEvent, PolicyEvent),
    initial=Audits(),
    decide=decide,
    evolve=evolve,
)


def _started(
    command: StartAuditReplay, state: Audits, context: DecisionContext
) -> AuditReplayStarted | StreamReplayStarted:
    found, handle = context.audited, handle_of_new(context)
    if found is None or handle is None:
        raise RejectedError(NOT_FOUND)
    kind = AuditStreamKind(found.stream.category)
    asks = _kinds(command.asks_to_open)
    stream = Pseudonyms(context.id_key).of_stream(found.stream)
    reject_if(_starting_refusals(asks, kind=kind, stream=stream, state=state, context=context))
    started = StreamReplayStarted(
        replay=context.new,
        handle=handle,
        auditor=context.sender,
        kind=kind,
        stream=stream,
        purpose=command.purpose.strip(),
        last_day=context.today + timedelta(days=REPLAY_DAYS_MAX),
    )
    if found.has_owner:
        return AuditReplayStarted(**structs.asdict(started), asks=asks)
    reject_if(_limit_refusals(state, context))
    return started


def _starting_refusals(
    asks: tuple[ItemKind, ...],
    *,
    kind: AuditStreamKind,
    stream: str,
    state: Audits,
    context: DecisionContext,
) -> list[Refusal]:
    found = [refusals.without_kinds("asksToOpen")] if asks and kind is not AuditStreamKind.PORTFOLIO else []
    if any(
        (other.stream, other.auditor) == (stream, context.sender) and other.is_open(context.today)
        for other in state.replays.values()
    ):
        found.append(refusals.already_so(*_REPLAYING))
    return found


def _limit_refusals(state: Audits, context: DecisionContext) -> list[Refusal]:
    if state.open_of(context.sender, context.today) < REPLAYS_OPEN_MAX:
        return []
    nl = f"Je hebt al {REPLAYS_OPEN_MAX} inzagen open; rond er eerst een af."
    en = f"You have {REPLAYS_OPEN_MAX} replays open already; finish one first."
    return [Refusal(code="LIMIT_REACHED", nl=nl, en=en)]


def _finished(
    command: FinishAuditReplay, state: Audits, context: DecisionContext
) -> AuditReplayFinished | StreamReplayFinished:
    replay = state.replays.get(command.replay_id)
    if replay is None or replay.auditor != context.sender or context.audited is None:
        raise RejectedError(NOT_FOUND)
    if replay.finished:
        raise RejectedError(refusals.already_so(*_FINISHED))
    if context.audited.has_owner:
        return AuditReplayFinished(replay=replay.replay)
    return StreamReplayFinished(replay=replay.replay)


def _granted(command: GrantAuditAccess, state: Audits, context: DecisionContext) -> AuditAccessGranted:
    replay = state.replays.get(command.audit_id)
    if replay is None:
        raise RejectedError(NOT_FOUND)
    kinds = _kinds(command.kinds)
    reject_if(_opening_refusals(replay, kinds, command.until, context))
    return AuditAccessGranted(
        opening=context.new,
        replay=replay.replay,
        kinds=kinds,
        until=command.until,
        policy_version=context.policy_version,
    )


def _ended(command: EndAuditAccess, state: Audits, context: DecisionContext) -> AuditAccessEnded:
    opening = state.openings.get(command.opening_id)
    if opening is None:
        raise RejectedError(NOT_FOUND)
    if opening.ground is not None:
        raise RejectedError(refusals.wrong_state("openingId", *_NOT_YOURS))
    if opening.ended or opening.until <= context.now:
        raise RejectedError(refusals.already_so(*_OVER))
    return AuditAccessEnded(opening=command.opening_id)


def _ground(command: RecordAuditGround, context: DecisionContext) -> AuditGroundRecorded:
    audited = context.audited
    replay = audited.replay if audited is not None else None
    if audited is None or replay is None:
        raise RejectedError(NOT_FOUND)
    if replay.kind in OF_A_PERSON and not audited.has_owner:
        raise RejectedError(refusals.wrong_state("auditId", *_FORGOTTEN))
    kinds = _kinds(command.kinds)
    found = [refusals.own_replay()] if replay.auditor == context.sender else []
    reject_if([*found, *_opening_refusals(replay, kinds, command.until, context)])
    return AuditGroundRecorded(
        opening=context.new,
        replay=replay.replay,
        ground=command.ground.strip(),
        kinds=kinds,
        until=command.until,
        policy_version=context.policy_version,
    )


def _noticed(command: NoticeGround, state: Audits) -> AuditGroundNoticed:
    if command.opening in state.openings:
        raise RejectedError(refusals.already_so(*_NOTICED))
    return AuditGroundNoticed(
        opening=command.opening,
        replay=command.replay,
        ground=command.ground,
        kinds=command.kinds,
        until=command.until,
    )


def _counted(command: CountReplay, state: Audits, context: DecisionContext) -> ReplayCounted:
    if command.replay in state.counted:
        raise RejectedError(refusals.already_so(*_NOTICED))
    reject_if(_limit_refusals(state, context))
    return ReplayCounted(replay=command.replay, auditor=context.sender, last_day=command.last_day)


def _uncounted(command: UncountReplay, state: Audits) -> ReplayUncounted:
    if command.replay not in state.counted:
        raise RejectedError(refusals.already_so(*_NOTICED))
    return ReplayUncounted(replay=command.replay)


def _opening_refusals(
    replay: Replay, kinds: tuple[ItemKind, ...], until: datetime, context: DecisionContext
) -> list[Refusal]:
    found = []
    if not replay.is_open(context.today):
        found.append(refusals.wrong_state("auditId", *_FINISHED))
    if replay.kind is not AuditStreamKind.PORTFOLIO:
        found += [refusals.without_kinds("kinds")] if kinds else []
    elif not kinds or not replay.asks.issuperset(kinds):
        found.append(refusals.not_asked())
    if not context.now < until <= context.now + timedelta(days=OPENING_DAYS_MAX):
        found.append(refusals.until_when(OPENING_DAYS_MAX))
    return found


def _kinds(names: tuple[str, ...]) -> tuple[ItemKind, ...]:
    """Return the kinds of these names, each once, in one order."""
    return tuple(kind for kind in ItemKind if kind.name in names)


_REPLAYING: Final = ("Je speelt dit al af.", "You are replaying this already.")
_FINISHED: Final = ("Deze inzage is afgelopen.", "This replay is over.")
_FORGOTTEN: Final = (
    "De eigenaar is vergeten; er kan niets meer open.",
    "Its owner was forgotten; nothing can be opened any more.",
)
_OVER: Final = ("Deze inzage in de inhoud is al voorbij.", "This opening is over already.")
_NOTICED: Final = ("Dit is al vastgelegd.", "This is on record already.")
_NOT_YOURS: Final = (
    "Deze openstelling rust op een vastgelegde grond; die eindigt vanzelf op haar tijd.",
    "This opening rests on a recorded ground; it ends by itself, at its time.",
)
