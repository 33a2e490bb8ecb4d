"""The rollout on a real log: own team only, words before the fact, and no word of a person in clear."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from events.catalog.rollout import ExperienceShared, FrontRunnerSteppedForward
from events.catalog.teamwork import ExperienceWritten
from kit.ids import derived_id
from rules.access.roles import Role
from services.handling.results import NothingAppliedError
from tests.backends.postgres import fresh_database
from tests.services.house import House, furnish, opened

pytestmark = pytest.mark.postgres
WORDS = "We begonnen klein, en het werkt."


@pytest.fixture
def house(postgres_url: str) -> Iterator[House]:
    """Fenna is in team Kade, and not in team Haven."""
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        house.feed("formTeam", teamKey="haven", name="Team Haven", unitKey="north")
        house.feed("recordTeamJoined", employeeNumber="e1", teamKey="kade", on="2026-11-01")
        yield house


def team(house: House, key: str) -> str:
    return derived_id(house.handler.organisation(), "team", key)


def rollout(house: House) -> list[object]:
    return [one.event for one in house.events(f"rollout-{house.handler.organisation()}")]


def fenna(house: House) -> str:
    return house.vault.person_for("e1") or ""


def test_a_member_goes_first_in_a_team_of_their_own_and_in_no_other(house: House) -> None:
    done = house.owner("stepForwardAsFrontRunner", teamId=team(house, "kade"))
    assert (done.outcome, done.entity_id, done.version) == ("ACCEPTED", team(house, "kade"), 1)
    for name in ("stepForwardAsFrontRunner", "inviteTeam", "startTeam", "pauseTeam"):
        for other in (team(house, "haven"), "0" * 32, "nowhere"):
            refused = house.owner(name, teamId=other)
            assert [refusal.code for refusal in refused.refusals] == ["NOT_FOUND"]
    refused = house.owner("shareExperience", text=WORDS, teamId=team(house, "haven"))
    assert [refusal.code for refusal in refused.refusals] == ["NOT_FOUND"]
    assert rollout(house) == [FrontRunnerSteppedForward(team=team(house, "kade"), person=fenna(house))]
    assert house.events(f"teamwork-{fenna(house)}") == []


def test_who_left_the_team_acts_for_it_no_more(house: House) -> None:
    house.owner("stepForwardAsFrontRunner", teamId=team(house, "kade"))
    house.feed("recordTeamLeft", employeeNumber="e1", teamKey="kade", on="2026-11-20")
    refused = house.owner("inviteTeam", teamId=team(house, "kade"))
    assert [refusal.code for refusal in refused.refusals] == ["NOT_FOUND"]


def test_an_experience_is_told_once_and_its_words_are_in_clear_nowhere(house: House) -> None:
    command = "b2f0c1de-0000-4000-8000-000000000001"
    first, again = (house.owner("shareExperience", text=WORDS, command_id=command) for _ in range(2))
    assert first == again
    assert first.outcome == "ACCEPTED"
    (written,) = house.events(f"teamwork-{fenna(house)}")
    assert written.event == ExperienceWritten(experience=first.entity_id or "", text=WORDS)
    assert rollout(house) == [ExperienceShared(experience=first.entity_id or "", person=fenna(house))]
    with psycopg.connect(house.log.url) as connection:
        states = connection.execute(f"SELECT state FROM {house.log.name}_events".encode()).fetchall()
    assert not [state for (state,) in states if WORDS.encode() in state]


def test_a_crash_after_the_words_leaves_nothing_told_and_a_retry_tells_it_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    command, attempts = "b2f0c1de-0000-4000-8000-000000000002", house.handler._attempts
    append = attempts._append

    def crashing(prepared: object, stored: object, **given: object) -> object:
        if given["subject"] == house.handler.organisation():
            raise NothingAppliedError("the process ends here")
        return append(prepared, stored, **given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(attempts, "_append", crashing)
        with pytest.raises(NothingAppliedError):
            house.owner("shareExperience", text=WORDS, command_id=command)
    assert (len(house.events(f"teamwork-{fenna(house)}")), rollout(house)) == (1, [])
    told = house.owner("shareExperience", text=WORDS, command_id=command)
    assert told.outcome == "ACCEPTED"
    assert (len(house.events(f"teamwork-{fenna(house)}")), len(rollout(house))) == (1, 1)


def test_the_working_group_publishes_a_material_and_the_log_names_no_member(house: House) -> None:
    given: dict[str, Any] = {"title": {"nl": "Begin", "en": "Start"}, "text": {"nl": "Zo.", "en": "So."}}
    house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="WORKING_GROUP", subject="wg1")
    done = house.ask("wg1", Role.WORKING_GROUP, "publishMaterial", **given)
    assert done.outcome == "ACCEPTED"
    (recorded,) = house.events(f"rollout-{house.handler.organisation()}")
    assert recorded.by == house.handler.organisation()
