"""What can't be opened any more or at all: forgotten, over, without an owner, or never replayed."""

from datetime import timedelta

import pytest

from events.streams import Stream
from tests.audit.house import COMMITS, AuditHouse, contents, refusals

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]


def test_rule_20_of_a_forgotten_owner_nothing_opens_and_the_chain_still_verifies(house: AuditHouse) -> None:
    before = house.start(asks=("TALENT",))
    house.grant(before, "TALENT")
    stream, head = house.stream(), house.verification(before)["head"]
    house.house.vault.destroy(house.owner)
    # a replay that was on record with the owner is gone with the owner's key
    assert house.asked(COMMITS, id=before) == {"auditReplay": None}
    made = house.send(
        "startAuditReplay",
        "auditReplay { id forgotten stream { version } }",
        streamId=stream,
        purpose="Controle",
        asksToOpen=["TALENT"],
    )
    assert made["command"]["outcome"] == "ACCEPTED", made
    replay = made["auditReplay"]["id"]
    assert made["auditReplay"]["forgotten"]
    assert contents(house, replay) == ["FORGOTTEN"] * 4
    found = house.verification(replay)
    assert (found["valid"], found["head"]) == (True, head)
    assert refusals(house.ground(replay, "TALENT")) == ["WRONG_STATE"]
    assert house.state(replay) is None


def test_rounds_and_what_raters_hand_in_can_not_be_named(house: AuditHouse) -> None:
    forged = house.pseudonyms.of_stream(Stream("round", house.owner))
    assert house.pseudonyms.stream(forged) is None
    made = house.send(
        "startAuditReplay", "auditReplay { id }", streamId=f"AuditStream:{forged}", purpose="Nieuwsgierig"
    )
    assert refusals(made) == ["NOT_FOUND"]


def test_a_stream_without_an_owner_is_opened_whole_and_on_a_ground_alone(house: AuditHouse) -> None:
    replay = house.start("policy")
    assert set(contents(house, replay)) == {"SEALED"}
    assert "policy." not in str(house.commits(replay))
    assert refusals(house.grant(replay)) == ["NOT_FOUND"]
    assert house.ground(replay)["command"]["outcome"] == "ACCEPTED"
    opened = house.events(replay)
    assert {event["contents"] for event in opened} == {"OPENED"}
    assert opened[0]["opened"]["summary"] == {"nl": "Organisatie opgericht", "en": "Organisation founded"}
    assert {event["opened"]["actorRole"] for event in opened} == {None}
    assert "policy.role-granted.v1" in house.state(replay)


def test_a_finished_replay_is_not_read_any_more(house: AuditHouse) -> None:
    replay = house.start()
    made = house.send(
        "finishAuditReplay", "auditReplay { finishedAt commits { edges { cursor } } }", replayId=replay
    )
    assert made["command"]["outcome"] == "ACCEPTED"
    assert made["auditReplay"]["finishedAt"] is not None
    assert made["auditReplay"]["commits"] is None
    assert house.notices()[0]["finishedAt"] is not None
    assert refusals(house.send("finishAuditReplay", "auditReplay { id }", replayId=replay)) == ["ALREADY_SO"]
    assert house.start() != replay


def test_a_replay_ends_by_itself(house: AuditHouse) -> None:
    replay = house.start(asks=("TALENT",))
    house.house.clock.advance(timedelta(days=31))
    assert house.asked(COMMITS, id=replay)["auditReplay"]["commits"] is None
    assert refusals(house.grant(replay, "TALENT")) == ["WRONG_STATE"]
