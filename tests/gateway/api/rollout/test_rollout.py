"""The rollout, to everybody who works here, the working group and the works council; to nobody else."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from events.catalog.employment import EmploymentEnded, TeamJoined, TeamLeft
from events.catalog.policy import OrganisationFounded, RoleGranted
from events.catalog.rollout import (
    ExperienceShared,
    FrontRunnerSteppedForward,
    MaterialPublished,
    TeamInvitedByFrontRunner,
    TeamPaused,
    TeamStarted,
)
from events.catalog.team import TeamFormed
from events.catalog.teamwork import ExperienceWritten
from projections.views import rollout
from rules.commands import CommandResult, LogPosition
from tests.gateway.harness import PEOPLE
from tests.gateway.reading.test_statements import statements
from tests.gateway.world import COLLEAGUE, ORGANISATION, OWNER, TODAY, World

pytestmark = pytest.mark.postgres
KADE, HAVEN, TOLD, MATERIAL = "1" * 32, "2" * 32, "3" * 32, "4" * 32
STREAM = f"rollout-{ORGANISATION}"
TEAM = "{ id team { id name } state since startedOn frontRunners { id displayName } }"
EXPERIENCE = "{ id text at by { id displayName } team { id name } }"
THING = "{ id title { nl en } text { nl en } link publishedAt }"
WHOLE = (
    "query ($state: RolloutState, $first: Int! = 50, $after: String) { rollout { version"
    f" teams(state: $state, first: $first, after: $after) {{ edges {{ node {TEAM} }}"
    " pageInfo { hasNextPage endCursor } }"
    f" experiences {EXPERIENCE} materials {THING} }} }}"
)
READERS = (("owner", "PROFESSIONAL"), ("administrator", "WORKING_GROUP"), ("administrator", "WORKS_COUNCIL"))


@pytest.fixture
def begun(world: World) -> World:
    """Team Kade, of owner and colleague, has started; team Haven is not asked."""
    world.opened()
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"))
    for number, role in enumerate(("WORKING_GROUP", "WORKS_COUNCIL", "HR", "BOARD")):
        granted = RoleGranted(grant=f"{number}" * 32, person=PEOPLE["administrator"], role=role)
        world.happened(f"policy-{ORGANISATION}", granted)
    for team, name in ((KADE, "Team Kade"), (HAVEN, "Team Haven")):
        world.happened(f"team-{team}", TeamFormed(name=name, unit="e" * 32))
    for person in (OWNER, COLLEAGUE):
        world.happened(f"employment-{person}", TeamJoined(team=KADE, on=TODAY))
        world.happened(STREAM, FrontRunnerSteppedForward(team=KADE, person=person))
    world.happened(STREAM, TeamInvitedByFrontRunner(team=KADE, person=OWNER), TeamStarted(team=KADE))
    world.happened(f"teamwork-{COLLEAGUE}", ExperienceWritten(experience=TOLD, text="Het werkt."))
    world.happened(STREAM, ExperienceShared(experience=TOLD, person=COLLEAGUE, team=KADE))
    material = MaterialPublished(
        material=MATERIAL,
        title_nl="Begin",
        title_en="Start",
        text_nl="Zo.",
        text_en="So.",
        link="https://mee.example/begin",
    )
    world.happened(STREAM, material)
    return world


def whole(world: World, name: str = "owner", role: str = "PROFESSIONAL", **asked: Any) -> Any:
    answer = asyncio.run(world.ask(WHOLE, name=name, role=role, **asked))
    assert "errors" not in answer, answer
    return answer["data"]["rollout"]


def test_each_reader_sees_where_teams_are_who_goes_first_and_what_is_told(begun: World) -> None:
    for name, role in READERS:
        found = whole(begun, name, role)
        haven, kade = (edge["node"] for edge in found["teams"]["edges"])
        started = kade.pop("since")
        assert started == kade.pop("startedOn") is not None
        assert kade == {
            "id": f"RolloutTeam:{KADE}",
            "team": {"id": f"Unit:{KADE}", "name": "Team Kade"},
            "state": "STARTED",
            "frontRunners": [
                {"id": f"Colleague:{COLLEAGUE}", "displayName": "Bo Aerts"},
                {"id": f"Colleague:{OWNER}", "displayName": "Fenna de Boer"},
            ],
        }
        assert (haven["state"], haven["since"], haven["frontRunners"]) == ("NOT_ASKED", None, [])
        (told,) = found["experiences"]
        assert told.pop("at")
        assert told == {
            "id": f"Experience:{TOLD}",
            "text": "Het werkt.",
            "by": {"id": f"Colleague:{COLLEAGUE}", "displayName": "Bo Aerts"},
            "team": {"id": f"Unit:{KADE}", "name": "Team Kade"},
        }
        (material,) = found["materials"]
        assert material["title"] == {"nl": "Begin", "en": "Start"}
        assert material["link"] == "https://mee.example/begin"
        assert found["version"] == 6


def test_rule_12_each_reader_gets_the_same_answer(begun: World) -> None:
    assert whole(begun, "owner") == whole(begun, "colleague") == whole(begun, *READERS[1])


def test_teams_are_read_by_state_and_by_page(begun: World) -> None:
    begun.happened(STREAM, TeamPaused(team=KADE))
    for state, team in (("PAUSED", KADE), ("NOT_ASKED", HAVEN)):
        edges = whole(begun, state=state)["teams"]["edges"]
        assert [edge["node"]["id"] for edge in edges] == [f"RolloutTeam:{team}"]
    first = whole(begun, first=1)["teams"]
    rest = whole(begun, first=1, after=first["pageInfo"]["endCursor"])["teams"]
    assert [edge["node"]["id"] for edge in rest["edges"]] == [f"RolloutTeam:{KADE}"]
    assert not rest["pageInfo"]["hasNextPage"]


def test_who_left_is_in_no_team_and_tells_nothing_any_more(begun: World) -> None:
    begun.happened(f"employment-{COLLEAGUE}", TeamLeft(team=KADE, on=TODAY), EmploymentEnded(on=TODAY))
    found = whole(begun)
    assert [each["displayName"] for each in found["teams"]["edges"][1]["node"]["frontRunners"]] == [
        "Fenna de Boer"
    ]
    assert found["experiences"] == []
    assert asyncio.run(begun.codes(WHOLE, name="colleague")) == ["FORBIDDEN"], "and sees no colleagues"


@pytest.mark.parametrize("role", ["HR", "BOARD", "AUDITOR", "ADMINISTRATOR"])
def test_no_other_role_may_ask(begun: World, role: str) -> None:
    assert asyncio.run(begun.codes(WHOLE, name="administrator", role=role)) == ["FORBIDDEN"]


def test_a_stale_view_shows_nobody(begun: World) -> None:
    begun.stale(rollout.VIEW, 60)
    assert asyncio.run(begun.codes(WHOLE)) == ["UNAVAILABLE"]


def test_it_says_when_the_rollout_waits_for_repair_and_hides_a_person_who_does(begun: World) -> None:
    begun.parked(rollout.VIEW, COLLEAGUE)
    found = whole(begun)
    assert len(found["teams"]["edges"][1]["node"]["frontRunners"]) == 1
    assert found["experiences"] == []
    begun.parked(rollout.VIEW, ORGANISATION)
    assert asyncio.run(begun.codes(WHOLE)) == ["PARKED"]


def test_names_are_read_in_as_many_statements_for_one_as_for_many(begun: World) -> None:
    document = "{ rollout { teams(first: %d) { edges { node { frontRunners { id displayName } } } } } }"
    assert statements(begun, document % 1) + 1 == statements(begun, document % 2)


def accepted(world: World, entity: str) -> None:
    """Let the services accept the next command, on the last thing that happened."""
    at = LogPosition(generation="f" * 32, partition=0, ordinal=0)
    world.bus.answer = CommandResult(
        command_id=str(uuid4()), outcome="ACCEPTED", position=at, version=7, entity_id=entity
    )


@pytest.mark.parametrize("mutation", ["stepForwardAsFrontRunner", "inviteTeam", "startTeam", "pauseTeam"])
def test_a_command_on_a_team_returns_the_team(begun: World, mutation: str) -> None:
    accepted(begun, KADE)
    kind = mutation[0].upper() + mutation[1:]
    document = (
        f"mutation ($input: {kind}Input!) {{ {mutation}(input: $input)"
        f" {{ command {{ outcome version }} rolloutTeam {TEAM} }} }}"
    )
    given = {"commandId": str(uuid4()), "teamId": f"Team:{KADE}"}
    answer = asyncio.run(begun.ask(document, input=given))["data"][mutation]
    assert answer["command"] == {"outcome": "ACCEPTED", "version": 7}
    assert answer["rolloutTeam"]["team"]["name"] == "Team Kade"
    ((request, _, _),) = begun.bus.requests
    assert (request.name, request.input) == (mutation, {"teamId": KADE})


def test_an_experience_and_a_material_are_returned_as_they_are_shown(begun: World) -> None:
    accepted(begun, TOLD)
    document = (
        "mutation ($input: ShareExperienceInput!) { shareExperience(input: $input)"
        f" {{ experience {EXPERIENCE} }} }}"
    )
    given = {"commandId": str(uuid4()), "text": "Het werkt.", "teamId": f"RolloutTeam:{KADE}"}
    answer = asyncio.run(begun.ask(document, name="colleague", input=given))
    assert answer["data"]["shareExperience"]["experience"]["text"] == "Het werkt."
    accepted(begun, MATERIAL)
    document = (
        "mutation ($input: PublishMaterialInput!) { publishMaterial(input: $input)"
        f" {{ material {THING} }} }}"
    )
    both = {"nl": "a", "en": "b"}
    material: dict[str, Any] = {"commandId": str(uuid4()), "title": both, "text": both}
    answer = asyncio.run(begun.ask(document, name="administrator", role="WORKING_GROUP", input=material))
    assert answer["data"]["publishMaterial"]["material"]["id"] == f"Material:{MATERIAL}"
    assert begun.bus.requests[1][0].input == {"title": both, "text": both}
