"""Replays and what was opened: for the owner whole, for the privacy officer what waits for a ground."""

from datetime import timedelta

import pytest

from events.catalog.access import (
    AuditAccessEnded,
    AuditAccessGranted,
    AuditGroundNoticed,
    AuditReplayFinished,
    AuditReplayStarted,
)
from events.catalog.audit import StreamReplayStarted
from events.catalog.policy import AuditGroundRecorded, OrganisationFounded
from events.codec import Forgotten
from projections.views import audits
from rules.audit.kinds import AuditStreamKind
from rules.kinds import ItemKind
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres
OWNER, ORGANISATION, AUDITOR = "a" * 32, "d" * 32, "b" * 32
ACCESS, POLICY, AUDIT = f"access-{OWNER}", f"policy-{ORGANISATION}", f"audit-{ORGANISATION}"
UNTIL = NOON + timedelta(days=7)
TODAY = NOON.date()


def started(replay: str = "1" * 32, *asks: ItemKind) -> AuditReplayStarted:
    return AuditReplayStarted(
        replay=replay,
        handle=f"handle {replay[0]}",
        auditor=AUDITOR,
        kind=AuditStreamKind.PORTFOLIO,
        stream="pseudonym",
        purpose="Klacht",
        asks=asks,
        last_day=TODAY + timedelta(days=30),
    )


NOTICE = AuditGroundNoticed(
    opening="3" * 32, replay="1" * 32, ground="Klacht", kinds=(ItemKind.GOAL,), until=UNTIL
)
GROUND = AuditGroundRecorded(
    opening="3" * 32,
    replay="1" * 32,
    ground="Klacht",
    kinds=(ItemKind.GOAL,),
    until=UNTIL,
    policy_version=3,
)
GRANT = AuditAccessGranted(
    opening="2" * 32, replay="1" * 32, kinds=(ItemKind.TALENT,), until=UNTIL, policy_version=3
)


def notices(url: str) -> list[audits.Notice]:
    return read(url, audits.notices_of, OWNER)


def waiting(url: str) -> list[str]:
    return [one.handle for one in read(url, audits.waiting_for_grounds, TODAY)]


def test_the_owner_sees_who_why_and_what_was_opened_until_when(database: str) -> None:
    happened = facts(
        (ACCESS, started("1" * 32, ItemKind.TALENT, ItemKind.GOAL)),
        (ACCESS, GRANT),
        (ACCESS, NOTICE),
        (POLICY, GROUND),
        (ACCESS, started("4" * 32)),
        (ACCESS, AuditReplayFinished(replay="1" * 32)),
    )
    folded(database, audits.VIEW, happened)
    newest, oldest = notices(database)
    assert (newest.handle, newest.finished_at, newest.openings) == ("handle 4", None, ())
    assert (oldest.auditor, oldest.purpose, oldest.asks) == (
        AUDITOR,
        "Klacht",
        (ItemKind.TALENT, ItemKind.GOAL),
    )
    assert oldest.started_at == NOON
    assert oldest.finished_at == NOON + timedelta(hours=5)
    assert [(one.ground, one.kinds, one.until) for one in oldest.openings] == [
        (None, (ItemKind.TALENT,), UNTIL),
        ("Klacht", (ItemKind.GOAL,), UNTIL),
    ]


def test_a_ground_is_shown_when_both_its_halves_are_there(database: str) -> None:
    for halves in ([(ACCESS, NOTICE)], [(POLICY, GROUND)]):
        folded(database, audits.VIEW, facts((ACCESS, started()), *halves))
        assert notices(database)[0].openings == ()
    folded(database, audits.VIEW, facts((ACCESS, started()), (POLICY, GROUND), (ACCESS, NOTICE)))
    assert [one.ground for one in notices(database)[0].openings] == ["Klacht"]


def test_a_grant_that_was_ended_shows_when(database: str) -> None:
    happened = facts((ACCESS, started()), (ACCESS, GRANT), (ACCESS, AuditAccessEnded(opening="2" * 32)))
    folded(database, audits.VIEW, happened)
    assert [one.until for one in notices(database)[0].openings] == [NOON + timedelta(hours=2)]


def test_what_waits_for_a_ground_is_open_and_asks_for_something(database: str) -> None:
    stream = StreamReplayStarted(
        replay="6" * 32,
        handle="handle 6",
        auditor=AUDITOR,
        kind=AuditStreamKind.POLICY,
        stream="pseudonym",
        purpose="Controle",
        last_day=TODAY + timedelta(days=30),
    )
    happened = facts(
        (POLICY, OrganisationFounded(name="MEE")),
        (ACCESS, started("1" * 32, ItemKind.TALENT)),
        (ACCESS, started("4" * 32)),
        (ACCESS, started("5" * 32, ItemKind.GOAL)),
        (ACCESS, AuditReplayFinished(replay="5" * 32)),
        (AUDIT, stream),
    )
    folded(database, audits.VIEW, happened)
    assert waiting(database) == ["handle 6", "handle 1"]
    assert read(database, audits.waiting_for_grounds, TODAY + timedelta(days=31)) == []


def test_a_notice_is_found_by_its_replay_or_its_opening_and_only_for_its_owner(database: str) -> None:
    folded(database, audits.VIEW, facts((ACCESS, started()), (ACCESS, GRANT)))

    async def named(connection: object, name: str, owner: str | None) -> audits.Notice | None:
        return await audits.notice_named(connection, name, owner=owner)  # type: ignore[arg-type]

    for name in ("handle 1", "2" * 32):
        found = read(database, named, name, OWNER)
        assert found is not None
        assert found.handle == "handle 1"
        assert read(database, named, name, "e" * 32) is None
    assert read(database, named, "handle 9", None) is None


def test_of_somebody_forgotten_nothing_is_left(database: str) -> None:
    folded(database, audits.VIEW, facts((ACCESS, started()), (ACCESS, GRANT), (ACCESS, Forgotten())))
    assert notices(database) == []
