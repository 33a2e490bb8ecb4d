"""
What auditors see: the chain always, contents only while a grant or a ground is in force.

Privacy rules 13, 20, 21 and 22, on a real log, vault, views and gateway.
"""

from datetime import timedelta
from typing import Any

import pytest

from events.catalog.policy import AuditGroundRecorded
from events.codec import Recorded
from events.privacy import disclosures
from rules.access.roles import Role
from rules.kinds import ItemKind
from tests.audit.house import (
    AUDITOR,
    COMMITS,
    NOTICES,
    OFFICER,
    OTHER_AUDITOR,
    REQUESTS,
    STATE,
    STREAMS,
    VERIFICATION,
    AuditHouse,
    codes,
    contents,
    refusals,
)

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
WORDS = ("Rust brengen", "Coachen leren", "Samen koken", "talent", "goal", "passion", "portfolio.")


def test_rule_22_without_an_opening_nothing_is_shown_but_the_chain(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT", "GOAL"))
    answer = house.ask(COMMITS, id=replay)
    events = [
        event
        for edge in answer["data"]["auditReplay"]["commits"]["edges"]
        for event in edge["node"]["events"]
    ]
    assert [event["version"] for event in events] == [1, 2, 3, 4]
    assert [event["contents"] for event in events] == ["SEALED"] * 4
    assert [event["opened"] for event in events] == [None] * 4
    # neither what was written, nor what happened, nor who it is
    said = str(answer)
    assert not [word for word in (*WORDS, house.owner, "Fenna") if word in said]
    assert [one["parent"] for one in events[1:]] == [one["digest"] for one in events[:-1]]
    assert all(event["digestValid"] for event in events)
    found = house.verification(replay)
    assert (found["valid"], found["version"], found["faults"]) == (True, 4, [])
    assert found["head"] == events[-1]["digest"]
    assert found["complete"]["en"] == "Complete on the operator's word."
    assert found["verifyRun"] is None
    assert house.state(replay) is None


def test_rule_22_a_grant_opens_the_kinds_that_it_names_and_no_others(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT", "GOAL"))
    assert house.grant(replay, "TALENT")["command"]["outcome"] == "ACCEPTED"
    assert contents(house, replay) == ["SEALED", "OPENED", "SEALED", "SEALED"]
    (opened,) = [event["opened"] for event in house.events(replay) if event["opened"]]
    assert opened["name"] == "portfolio.talent-claimed.v1"
    assert opened["summary"] == {
        "nl": "Talent \u2018Rust brengen\u2019 toegevoegd",
        "en": "Talent \u2018Rust brengen\u2019 added",
    }
    assert opened["actorRole"] == "PROFESSIONAL"
    assert opened["content"]["strength"] == 4
    state = house.state(replay)
    assert set(state) == {"talent"}
    assert house.state(replay, 1) == {}


def test_rule_22_only_what_was_asked_can_be_opened(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT",))
    assert refusals(house.grant(replay, "GOAL")) == ["INVALID_INPUT"]
    assert refusals(house.ground(replay, "TALENT", "GOAL")) == ["INVALID_INPUT"]
    assert refusals(house.grant(replay)) == ["INVALID_INPUT"]
    assert contents(house, replay) == ["SEALED"] * 4


def test_rule_22_an_opening_has_a_longest_time(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT",))
    for minutes in (-1, 0, 31 * 24 * 60):
        assert refusals(house.grant(replay, "TALENT", minutes=minutes)) == ["INVALID_INPUT"]
        assert refusals(house.ground(replay, "TALENT", minutes=minutes)) == ["INVALID_INPUT"]


def test_rule_22_an_opening_ends_by_time_in_the_middle_of_a_replay(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT",))
    house.grant(replay, "TALENT", minutes=10)
    assert "OPENED" in contents(house, replay)
    house.house.clock.advance(timedelta(minutes=10))
    assert contents(house, replay) == ["SEALED"] * 4
    assert house.state(replay) is None
    assert house.verification(replay)["valid"]


def test_the_owner_ends_a_grant_at_once(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT",))
    opening = house.grant(replay, "TALENT")["audit"]["openings"][0]["id"]

    def end() -> Any:
        return house.send(
            "endAuditAccess", "audit { id }", name=house.house.number, role="PROFESSIONAL", openingId=opening
        )

    assert end()["command"]["outcome"] == "ACCEPTED"
    assert contents(house, replay) == ["SEALED"] * 4
    assert refusals(end()) == ["ALREADY_SO"]


def test_rule_22_a_ground_opens_and_its_owner_has_notice_of_it(house: AuditHouse) -> None:
    replay = house.start(asks=("GOAL",))
    (request,) = [one for one in house.requests() if one["id"].endswith(replay.partition(":")[2])]
    assert request["asksToOpen"] == ["GOAL"]
    made = house.ground(request["id"], "GOAL")
    assert made["command"]["outcome"] == "ACCEPTED", made
    assert contents(house, replay) == ["SEALED", "SEALED", "OPENED", "SEALED"]
    (notice,) = house.notices()
    assert (notice["role"], notice["purpose"], notice["kind"]) == ("AUDITOR", "Klacht 2026-14", "PORTFOLIO")
    (opening,) = notice["openings"]
    assert (opening["ground"], opening["kinds"]) == ("Onderzoek naar klacht 2026-14", ["GOAL"])
    # on the log: the owner's own stream, sealed, and the policy stream, which names the policy's version
    names = [type(one.event).__name__ for one in house.house.events(f"access-{house.owner}")]
    assert names == ["AuditReplayStarted", "AuditGroundNoticed"]
    organisation = house.house.vault.organisation_or_new()
    ground = house.house.events(f"policy-{organisation}")[-1]
    assert ground.event.policy_version == ground.version - 1  # type: ignore[attr-defined]
    assert house.owner not in str(ground)


def test_rule_22_an_auditor_records_no_ground(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT",))
    ask = "recordAuditGround(input: $input) { command { outcome } }"
    mutation = f"mutation ($input: RecordAuditGroundInput!) {{ {ask} }}"
    given = {
        "commandId": "2b6a3a5e-0d1c-4c55-9a51-6a0f2d0f4f10",
        "auditId": replay,
        "ground": "Omdat ik het wil",
        "kinds": ["TALENT"],
        "until": (house.house.clock.now() + timedelta(hours=1)).isoformat(),
    }
    for role in ("AUDITOR", "PRIVACY_OFFICER"):
        assert codes(house.ask(mutation, name=AUDITOR, role=role, input=given)) == ["FORBIDDEN"]
    assert contents(house, replay) == ["SEALED"] * 4


def test_rule_22_nor_does_somebody_whose_roles_changed_since(house: AuditHouse) -> None:
    changing = f"changing{house.house.number}"
    administrator = ("administrator", Role.ADMINISTRATOR)
    granted = house.house.ask(*administrator, "grantRole", role="AUDITOR", subject=changing)
    replay = house.start(asks=("TALENT",), name=changing)
    house.house.ask(*administrator, "withdrawRole", roleGrantId=granted.entity_id)
    house.house.ask(*administrator, "grantRole", role="PRIVACY_OFFICER", subject=changing)
    assert refusals(house.ground(replay, "TALENT", name=changing)) == ["ROLES_CONFLICT"]


def test_rule_22_a_ground_without_its_notice_opens_nothing(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT",))
    named = house.pseudonyms.replay(replay.partition(":")[2])
    assert named is not None
    organisation = house.house.vault.organisation_or_new()
    stream = f"policy-{organisation}"
    ground = AuditGroundRecorded(
        opening="c6" * 16,
        replay=named.replay,
        ground="Zonder bericht",
        kinds=(ItemKind.TALENT,),
        until=house.house.clock.now() + timedelta(hours=1),
        policy_version=1,
    )
    version = len(house.house.events(stream)) + 1
    recorded = Recorded(
        stream=stream, version=version, event=ground, at=house.house.calendar.now(), by=organisation
    )
    house.house.log.recorders[0].append([house.house.mapper.to_stored_event(recorded)], subject=organisation)
    assert contents(house, replay) == ["SEALED"] * 4
    assert house.notices()[0]["openings"] == []


@pytest.mark.parametrize(("name", "role"), [("hr", "HR"), ("board", "BOARD"), ("council", "WORKS_COUNCIL")])
def test_rule_13_hr_board_and_works_council_are_refused(house: AuditHouse, name: str, role: str) -> None:
    replay = house.start(asks=("TALENT",))
    house.grant(replay, "TALENT")
    for document, given in (
        (STREAMS, {"kind": "PORTFOLIO"}),
        (COMMITS, {"id": replay}),
        (VERIFICATION, {"id": replay}),
        (STATE, {"id": replay}),
        (REQUESTS, {}),
        (NOTICES, {}),
    ):
        assert codes(house.ask(document, name=name, role=role, **given)) == ["FORBIDDEN"]
        assert codes(house.ask(document, name=name, role="AUDITOR", **given)) == ["FORBIDDEN"]


def test_a_replay_is_its_auditors_and_the_owner_and_the_officer_read_none(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT",))
    house.grant(replay, "TALENT")
    assert house.asked(COMMITS, name=OTHER_AUDITOR, id=replay) == {"auditReplay": None}
    assert codes(house.ask(COMMITS, name=OFFICER, role="PRIVACY_OFFICER", id=replay)) == ["FORBIDDEN"]
    assert codes(house.ask(COMMITS, name=house.house.number, role="PROFESSIONAL", id=replay)) == ["FORBIDDEN"]
    assert house.asked(COMMITS, id="AuditReplay:" + "ab" * 60) == {"auditReplay": None}
    finished = house.send("finishAuditReplay", "auditReplay { id }", name=OTHER_AUDITOR, replayId=replay)
    assert refusals(finished) == ["NOT_FOUND"]


def test_rule_21_what_was_opened_is_in_the_read_log_before_it_is_shown(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT", "GOAL"))
    house.events(replay)
    assert read_log(house) == []
    house.grant(replay, "TALENT", minutes=5 * 24 * 60)
    house.events(replay)
    assert read_log(house) == [{"itemKind": "TALENT", "viewerRole": "AUDITOR", "purpose": "AUDIT"}]
    seen = house.asked(
        "query ($id: ID!) { auditReplay(id: $id) { disclosures { edges { node {"
        " itemKind viewerRole purpose } } } } }",
        id=replay,
    )
    assert [edge["node"]["itemKind"] for edge in seen["auditReplay"]["disclosures"]["edges"]] == ["TALENT"]


def test_rule_21_what_cannot_be_recorded_is_not_shown(
    house: AuditHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise OSError("no disk")

    replay = house.start(asks=("TALENT",))
    house.grant(replay, "TALENT")
    monkeypatch.setattr(disclosures, "record", broken)
    for document in (COMMITS, STATE):
        answer = house.ask(document, id=replay)
        assert codes(answer) == ["UNAVAILABLE"]
        assert "Rust" not in str(answer)


def read_log(house: AuditHouse) -> list[Any]:
    """Return the owner's read log of today, as it is shown tomorrow."""
    house.house.clock.advance(timedelta(days=1))
    found = house.asked(
        "{ me { readLog { edges { node { itemKind viewerRole purpose } } } } }",
        name=house.house.number,
        role="PROFESSIONAL",
    )
    return [edge["node"] for edge in found["me"]["readLog"]["edges"]]
