"""An auditor's own replays, and what is open to them at this moment, looked up on the log each time."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from eventsourcing.persistence import EventStore

from events.catalog.access import AccessEvent, AuditReplayFinished, AuditReplayStarted
from events.catalog.audit import AuditEvent, StreamReplayFinished, StreamReplayStarted
from events.catalog.policy import PolicyEvent
from events.codec import Forgotten, Recorded
from events.privacy.sealing import KeyDestroyedError
from events.streams import Stream
from rules.audit.answers import OpeningSeen
from rules.audit.kinds import AuditStreamKind
from rules.kinds import ItemKind
from services.contexts.audit.state import Audits, Opening, evolve
from services.decisions.auditing import OWNED, Replay
from services.decisions.decider import event_types_of
from services.decisions.pseudonyms import Pseudonyms
from services.handling.loading import SubjectForgottenError, known_events

_KNOWN = event_types_of(AccessEvent, AuditEvent)
_POLICY = event_types_of(PolicyEvent)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """
    A replay of the caller's, and the stream that it reads.

    `owner` is None of a stream without an owner; `forgotten` says that its owner was forgotten. `openings`
    are all that ever opened it, with both halves of each ground; `in_force` those that do now.
    """

    replay: Replay
    stream: Stream
    owner: str | None
    forgotten: bool
    started_at: datetime
    finished_at: datetime | None
    openings: tuple[OpeningSeen, ...]
    in_force: tuple[OpeningSeen, ...]

    def opens(self, kind: ItemKind | None) -> bool:
        """
        Whether an event is open that belongs to items of this kind.

        Facts about a portfolio as a whole belong to none: they open when all kinds are open.
        """
        if not self.in_force:
            return False
        if self.replay.kind is not AuditStreamKind.PORTFOLIO:
            return True
        open_kinds = self.open_kinds()
        return kind in open_kinds if kind is not None else open_kinds == frozenset(ItemKind)

    def open_kinds(self) -> frozenset[ItemKind]:
        return frozenset(kind for opening in self.in_force for kind in opening.kinds)


class Replays:
    """Finds replays; safe from several threads. Raises what loading raises."""

    def __init__(self, store: EventStore[str]) -> None:
        self._store = store

    def find(
        self, handle: str, *, auditor: str, organisation: str, pseudonyms: Pseudonyms, now: datetime
    ) -> Found | None:
        """
        Return a replay of this auditor; None for another's, and when its owner was forgotten since.

        What opens it is looked up anew: the owner's grants in the own stream, a ground on the policy stream
        and its notice on the owner's.
        """
        named = pseudonyms.replay(handle)
        if named is None:
            return None
        try:
            recorded = list(known_events(self._store, named.recorded_in.name, _KNOWN))
        except (SubjectForgottenError, KeyDestroyedError):
            return None
        state = _folded(recorded)
        replay = state.replays.get(handle)
        if replay is None or replay.auditor != auditor:
            return None
        owned = named.recorded_in.category == OWNED
        if not owned:
            state = self._with_grounds(state, organisation, owned=False)
        elif any(one.ground is not None for one in state.openings.values()):
            state = self._with_grounds(state, organisation, owned=True)
        openings = {name: one for name, one in state.openings.items() if _is_whole(one, replay)}
        return Found(
            replay=replay,
            stream=named.stream,
            owner=named.stream.subject if owned else None,
            forgotten=self._is_forgotten(named.stream),
            started_at=_at(recorded, AuditReplayStarted | StreamReplayStarted, replay),
            finished_at=_at_or_none(recorded, AuditReplayFinished | StreamReplayFinished, replay),
            openings=_seen(openings),
            in_force=_seen({name: one for name, one in openings.items() if _is_in_force(one, now)})
            if replay.is_open(now.date())
            else (),
        )

    def _with_grounds(self, state: Audits, organisation: str, *, owned: bool) -> Audits:
        """Add the grounds of the policy stream; a stream without an owner has nobody to notice them."""
        for one in known_events(self._store, Stream("policy", organisation).name, _POLICY):
            state = evolve(state, one.event)  # type: ignore[arg-type]
        if owned:
            return state
        noticed = {name: msgspec.structs.replace(one, noticed=True) for name, one in state.openings.items()}
        return msgspec.structs.replace(state, openings=noticed)

    def _is_forgotten(self, stream: Stream) -> bool:
        first = next(iter(self._store.get(stream.name, limit=1)), None)
        return isinstance(first, Recorded) and isinstance(first.event, Forgotten)


def _folded(recorded: Iterable[Recorded]) -> Audits:
    state = Audits()
    for one in recorded:
        state = evolve(state, one.event)  # type: ignore[arg-type]
    return state


def _is_whole(opening: Opening, replay: Replay) -> bool:
    """Whether an opening is of this replay, and neither half of a ground is missing."""
    return opening.replay == replay.replay and (
        opening.ground is None or (opening.noticed and opening.recorded)
    )


def _is_in_force(opening: Opening, now: datetime) -> bool:
    return not opening.ended and now < opening.until


def _seen(openings: dict[str, Opening]) -> tuple[OpeningSeen, ...]:
    return tuple(
        OpeningSeen(
            opening=name,
            kinds=tuple(kind for kind in ItemKind if kind in one.kinds),
            until=one.until,
            ground=one.ground,
        )
        for name, one in openings.items()
    )


def _at(recorded: Iterable[Recorded], kind: object, replay: Replay) -> datetime:
    found = _at_or_none(recorded, kind, replay)
    if found is None:
        raise LookupError("the replay was folded from these events")
    return found


def _at_or_none(recorded: Iterable[Recorded], kind: object, replay: Replay) -> datetime | None:
    return next(
        (
            one.at
            for one in recorded
            if isinstance(one.event, kind) and getattr(one.event, "replay", None) == replay.replay  # type: ignore[arg-type]
        ),
        None,
    )
