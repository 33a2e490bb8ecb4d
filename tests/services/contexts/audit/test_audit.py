"""Commands on replays, grants and grounds; each history of them keeps the rules of openings."""

from datetime import date, timedelta

import hypothesis
import msgspec
import pytest
from hypothesis import strategies as st

from events.catalog.access import (
    AuditAccessEnded,
    AuditAccessGranted,
    AuditGroundNoticed,
    AuditReplayFinished,
    AuditReplayStarted,
)
from events.catalog.audit import (
    ReplayCounted,
    ReplayUncounted,
    StreamReplayFinished,
    StreamReplayStarted,
)
from events.catalog.policy import AuditGroundRecorded
from events.streams import Stream
from rules.audit.kinds import OPENING_DAYS_MAX, REPLAY_DAYS_MAX, REPLAYS_OPEN_MAX, AuditStreamKind
from rules.kinds import ItemKind
from services.contexts.audit.commands import (
    CountReplay,
    EndAuditAccess,
    FinishAuditReplay,
    GrantAuditAccess,
    NoticeGround,
    RecordAuditGround,
    StartAuditReplay,
    UncountReplay,
)
from services.contexts.audit.state import Audits, evolve
from services.decisions.auditing import Audited, Replay
from services.decisions.command import DecisionContext
from services.decisions.pseudonyms import NamedReplay, Pseudonyms
from tests.spec import COLLEAGUE, CONTEXT, NEW, NOW, ORGANISATION, PERSON, SENDER, TODAY, given

REPLAY = "a" * 32
OWNED = Audited(stream=Stream("portfolio", COLLEAGUE), recorded_in=Stream("access", COLLEAGUE))
OWNERLESS = Audited(stream=Stream("policy", ORGANISATION), recorded_in=Stream("audit", ORGANISATION))
LATER = NOW + timedelta(days=1)
LAST = TODAY + timedelta(days=REPLAY_DAYS_MAX)


def about(audited: Audited | None, **changes: object) -> DecisionContext:
    return msgspec.structs.replace(CONTEXT, audited=audited, policy_version=7, **changes)


def handle_of(audited: Audited, replay: str) -> str:
    named = NamedReplay(replay=replay, stream=audited.stream, recorded_in=audited.recorded_in)
    return Pseudonyms(CONTEXT.id_key).of_replay(named)


def stream_id(audited: Audited) -> str:
    return Pseudonyms(CONTEXT.id_key).of_stream(audited.stream)


def started(
    replay: str = REPLAY, *, auditor: str = SENDER, asks: tuple[ItemKind, ...] = (), last_day: date = LAST
) -> AuditReplayStarted:
    return AuditReplayStarted(
        replay=replay,
        handle=handle_of(OWNED, replay),
        auditor=auditor,
        kind=AuditStreamKind.PORTFOLIO,
        stream=stream_id(OWNED),
        purpose="Waarom",
        asks=asks,
        last_day=last_day,
    )


def start(*asks: str) -> StartAuditReplay:
    return StartAuditReplay(stream_id=stream_id(OWNED), purpose="Waarom", asks_to_open=asks)


HANDLE = handle_of(OWNED, REPLAY)
STARTED = started(asks=(ItemKind.TALENT, ItemKind.GOAL))
GRANTED = AuditAccessGranted(
    opening=NEW, replay=REPLAY, kinds=(ItemKind.TALENT,), until=LATER, policy_version=7
)
GRANT = GrantAuditAccess(audit_id=HANDLE, kinds=("TALENT",), until=LATER)
GROUND = RecordAuditGround(audit_id=HANDLE, ground="Klacht", kinds=("TALENT",), until=LATER)


def test_a_replay_of_a_persons_stream_is_recorded_in_their_own_with_what_is_asked() -> None:
    expected = started(NEW, asks=(ItemKind.TALENT, ItemKind.GOAL))
    given().when(start("GOAL", "TALENT", "GOAL"), about(OWNED)).then(expected)


def test_a_replay_of_a_stream_without_an_owner_is_recorded_in_the_organisations() -> None:
    command = StartAuditReplay(stream_id=stream_id(OWNERLESS), purpose=" Waarom ")
    given().when(command, about(OWNERLESS)).then(
        StreamReplayStarted(
            replay=NEW,
            handle=handle_of(OWNERLESS, NEW),
            auditor=SENDER,
            kind=AuditStreamKind.POLICY,
            stream=stream_id(OWNERLESS),
            purpose="Waarom",
            last_day=LAST,
        )
    )
    asking = msgspec.structs.replace(command, asks_to_open=("TALENT",))
    given().when(asking, about(OWNERLESS)).refused("INVALID_INPUT", fields=["asksToOpen"])


def test_nobody_replays_a_stream_twice_at_once() -> None:
    given(STARTED).when(start(), about(OWNED)).refused("ALREADY_SO")
    given(STARTED, AuditReplayFinished(replay=REPLAY)).when(start(), about(OWNED)).then(started(NEW))
    given(started(auditor=PERSON)).when(start(), about(OWNED)).then(started(NEW))
    over = started(last_day=TODAY - timedelta(days=1))
    given(over).when(start(), about(OWNED)).then(started(NEW))


def test_an_auditor_has_so_many_replays_open_at_most() -> None:
    counted = [
        ReplayCounted(replay=f"{number + 256:032x}", auditor=SENDER, last_day=LAST)
        for number in range(REPLAYS_OPEN_MAX)
    ]
    count = CountReplay(replay=NEW, last_day=LAST)
    made = ReplayCounted(replay=NEW, auditor=SENDER, last_day=LAST)
    given(*counted).when(count, about(OWNED)).refused("LIMIT_REACHED")
    command = StartAuditReplay(stream_id=stream_id(OWNERLESS), purpose="Waarom")
    given(*counted).when(command, about(OWNERLESS)).refused("LIMIT_REACHED")
    given(*counted, ReplayUncounted(replay=counted[0].replay)).when(count, about(OWNED)).then(made)
    later = about(OWNED, today=LAST + timedelta(days=1))
    given(*counted).when(count, later).then(made)
    given(made).when(count, about(OWNED)).refused("ALREADY_SO")
    given(made).when(UncountReplay(replay=NEW), about(OWNED)).then(ReplayUncounted(replay=NEW))
    given().when(UncountReplay(replay=NEW), about(OWNED)).refused("ALREADY_SO")


def test_only_its_auditor_finishes_a_replay_once() -> None:
    finish = FinishAuditReplay(replay_id=HANDLE)
    finished = AuditReplayFinished(replay=REPLAY)
    given(STARTED).when(finish, about(OWNED)).then(finished)
    given(STARTED, finished).when(finish, about(OWNED)).refused("ALREADY_SO")
    given(STARTED).when(finish, about(OWNED, sender=PERSON)).refused("NOT_FOUND")
    given().when(finish, about(OWNED)).refused("NOT_FOUND")
    own = StreamReplayStarted(
        replay=REPLAY,
        handle=HANDLE,
        auditor=SENDER,
        kind=AuditStreamKind.POLICY,
        stream=stream_id(OWNERLESS),
        purpose="Waarom",
        last_day=LAST,
    )
    given(own).when(finish, about(OWNERLESS)).then(StreamReplayFinished(replay=REPLAY))


def test_a_grant_names_its_replay_its_kinds_and_the_policy_that_it_was_decided_on() -> None:
    given(STARTED).when(GRANT, about(None)).then(GRANTED)
    given().when(GRANT, about(None)).refused("NOT_FOUND")
    given(STARTED, AuditReplayFinished(replay=REPLAY)).when(GRANT, about(None)).refused("WRONG_STATE")


@pytest.mark.parametrize("kinds", [(), ("PASSION",), ("TALENT", "PASSION")])
def test_nothing_is_opened_that_was_not_asked_for(kinds: tuple[str, ...]) -> None:
    grant = msgspec.structs.replace(GRANT, kinds=kinds)
    given(STARTED).when(grant, about(None)).refused("INVALID_INPUT", fields=["kinds"])


@pytest.mark.parametrize(
    "until", [NOW, NOW - timedelta(hours=1), NOW + timedelta(days=OPENING_DAYS_MAX, seconds=1)]
)
def test_an_opening_has_an_end_within_the_longest_time(until: object) -> None:
    grant = msgspec.structs.replace(GRANT, until=until)
    given(STARTED).when(grant, about(None)).refused("INVALID_INPUT", fields=["until"])


def test_the_owner_ends_a_grant_once_and_never_a_ground() -> None:
    end = EndAuditAccess(opening_id=NEW)
    given(STARTED, GRANTED).when(end, about(None)).then(AuditAccessEnded(opening=NEW))
    given(STARTED, GRANTED, AuditAccessEnded(opening=NEW)).when(end, about(None)).refused("ALREADY_SO")
    given(STARTED, GRANTED).when(end, about(None, now=LATER)).refused("ALREADY_SO")
    given(STARTED).when(end, about(None)).refused("NOT_FOUND")
    noticed = AuditGroundNoticed(
        opening=NEW, replay=REPLAY, ground="Klacht", kinds=(ItemKind.TALENT,), until=LATER
    )
    given(STARTED, noticed).when(end, about(None)).refused("WRONG_STATE")
    notice = NoticeGround(replay=REPLAY, opening=NEW, ground="Klacht", kinds=(ItemKind.TALENT,), until=LATER)
    given(STARTED).when(notice, about(OWNED)).then(noticed)
    given(STARTED, noticed).when(notice, about(OWNED)).refused("ALREADY_SO")


def replay_seen(auditor: str = PERSON, *, finished: bool = False) -> Replay:
    return Replay(
        replay=REPLAY,
        handle=HANDLE,
        auditor=auditor,
        kind=AuditStreamKind.PORTFOLIO,
        stream=stream_id(OWNED),
        purpose="Waarom",
        asks=frozenset({ItemKind.TALENT}),
        last_day=LAST,
        finished=finished,
    )


def test_a_ground_is_recorded_by_somebody_else_than_the_auditor() -> None:
    def with_replay(replay: Replay | None) -> DecisionContext:
        return about(msgspec.structs.replace(OWNED, replay=replay))

    given().when(GROUND, with_replay(replay_seen())).then(
        AuditGroundRecorded(
            opening=NEW,
            replay=REPLAY,
            ground="Klacht",
            kinds=(ItemKind.TALENT,),
            until=LATER,
            policy_version=7,
        )
    )
    given().when(GROUND, with_replay(replay_seen(SENDER))).refused("ROLES_CONFLICT")
    given().when(GROUND, with_replay(replay_seen(finished=True))).refused("WRONG_STATE")
    given().when(GROUND, with_replay(None)).refused("NOT_FOUND")
    forgotten = Audited(stream=OWNED.stream, recorded_in=OWNERLESS.recorded_in, replay=replay_seen())
    given().when(GROUND, about(forgotten)).refused("WRONG_STATE")


NOTICED = AuditGroundNoticed(opening=NEW, replay=REPLAY, ground="Klacht", until=LATER)
RECORDED = AuditGroundRecorded(opening=NEW, replay=REPLAY, ground="Klacht", until=LATER, policy_version=7)


@hypothesis.given(st.lists(st.sampled_from([STARTED, NOTICED, RECORDED, GRANTED]), max_size=6))
def test_a_ground_is_whole_when_both_halves_came_in_whatever_order(history: list[object]) -> None:
    state = Audits()
    for event in history:
        state = evolve(state, event)  # type: ignore[arg-type]
    opening = state.openings.get(NEW)
    since_grant = history[len(history) - history[::-1].index(GRANTED) :] if GRANTED in history else history
    if opening is not None and opening.ground is not None:
        assert opening.noticed is (NOTICED in since_grant)
        assert opening.recorded is (RECORDED in since_grant)


def test_pseudonyms_say_nothing_without_the_key_and_nobody_makes_one_up() -> None:
    mine, other = Pseudonyms(bytes(32)), Pseudonyms(b"\1" * 32)
    name = mine.of_stream(OWNED.stream)
    assert COLLEAGUE not in name
    assert mine.stream(name) == OWNED.stream
    assert other.stream(name) is None
    changed = name[:-1] + ("0" if name[-1] != "0" else "1")
    for wrong in (changed, "", "zz", COLLEAGUE, "ab" * 400, HANDLE):
        assert mine.stream(wrong) is None
    assert mine.replay(HANDLE) is not None
    assert mine.replay(name) is None
