"""A team is shown to its members alone, the same to each, and to nobody else in any way."""

import asyncio

import pytest

from events.catalog.employment import EmploymentEnded, TeamJoined, TeamLeft
from events.catalog.team import TeamClosed, TeamFormed, TeamRenamed, WorkOffered
from events.catalog.teamwork import WorkOfferWritten
from projections.views import profile
from projections.views import team as view
from rules.commands import CommandResult, LogPosition
from tests.gateway.world import COLLEAGUE, OWNER, TODAY, World

pytestmark = pytest.mark.postgres
TEAM, OTHER_TEAM, UNIT = "1" * 32, "2" * 32, "e" * 32
ASK = f'{{ team(id: "Team:{TEAM}") {{ id version name members {{ id displayName }} asUnit {{ name }} }} }}'
NULL = {"data": {"team": None}}


def joined(world: World, *persons: str, team: str = TEAM) -> None:
    for person in persons:
        world.happened(f"employment-{person}", TeamJoined(team=team, on=TODAY))


@pytest.fixture
def both(world: World) -> World:
    """Owner and colleague are in the team."""
    world.opened()
    world.happened(f"team-{TEAM}", TeamFormed(name="Team Kade", unit=UNIT))
    joined(world, OWNER, COLLEAGUE)
    return world


def sent(world: World, name: str, document: str = ASK) -> bytes:
    return asyncio.run(world.send(json={"query": document}, headers=world.headers(name))).content


def test_members_see_each_other_by_name(both: World) -> None:
    both.happened(f"team-{TEAM}", TeamRenamed(name="Team Haven"))
    shown = asyncio.run(both.ask(ASK))["data"]["team"]
    assert (shown["id"], shown["version"], shown["name"]) == (f"Team:{TEAM}", 2, "Team Haven")
    assert [member["displayName"] for member in shown["members"]] == ["Bo Aerts", "Fenna de Boer"]
    assert shown["members"][1]["id"] == f"Colleague:{OWNER}"
    assert shown["asUnit"] == {"name": "Team Haven"}


def test_rule_12_every_member_gets_the_same_bytes(both: World) -> None:
    assert sent(both, "owner") == sent(both, "colleague")


def test_a_team_of_others_and_no_team_at_all_look_alike(world: World) -> None:
    world.opened()
    assert sent(world, "colleague") == sent(world, "owner")
    nowhere = sent(world, "colleague")
    world.happened(f"team-{TEAM}", TeamFormed(name="Team Kade", unit=UNIT))
    joined(world, OWNER)
    assert sent(world, "colleague") == nowhere
    assert asyncio.run(world.ask(ASK, name="colleague")) == NULL


def test_who_left_the_team_or_the_organisation_sees_it_no_more_and_is_in_it_no_more(both: World) -> None:
    both.happened(f"employment-{COLLEAGUE}", TeamLeft(team=TEAM, on=TODAY))
    assert asyncio.run(both.ask(ASK, name="colleague")) == NULL
    members = asyncio.run(both.ask(ASK))["data"]["team"]["members"]
    assert [member["displayName"] for member in members] == ["Fenna de Boer"]
    both.happened(f"employment-{OWNER}", TeamLeft(team=TEAM, on=TODAY), EmploymentEnded(on=TODAY))
    assert asyncio.run(both.ask(ASK)) == NULL


def test_a_closed_team_is_shown_to_nobody(both: World) -> None:
    both.happened(f"team-{TEAM}", TeamClosed())
    assert asyncio.run(both.ask(ASK)) == NULL


def test_a_parked_member_is_left_out_and_what_is_stale_not_shown(both: World) -> None:
    both.parked(profile.VIEW, COLLEAGUE)
    members = asyncio.run(both.ask(ASK))["data"]["team"]["members"]
    assert [member["displayName"] for member in members] == ["Fenna de Boer"]
    assert asyncio.run(both.codes(ASK, name="colleague")) == ["PARKED"]
    both.stale(profile.VIEW, 31)
    assert asyncio.run(both.codes(ASK)) == ["UNAVAILABLE"]


def test_my_teams_have_their_members_too(both: World) -> None:
    both.happened(f"team-{OTHER_TEAM}", TeamFormed(name="Team Aker", unit=UNIT))
    joined(both, OWNER, team=OTHER_TEAM)
    teams = asyncio.run(both.ask("{ me { teams { name members { displayName } } } }"))["data"]["me"]["teams"]
    assert [(team["name"], len(team["members"])) for team in teams] == [("Team Aker", 1), ("Team Kade", 2)]
    both.stale(profile.VIEW, 31)
    assert asyncio.run(both.codes("{ me { teams { name members { displayName } } } }")) == ["UNAVAILABLE"]


WORK, AT = "5" * 32, LogPosition(generation="f" * 32, partition=0, ordinal=0)
OFFERED = WorkOffered(offer=WORK, by=OWNER, seen=2, until=TODAY)
WORDS = WorkOfferWritten(offer=WORK, team=TEAM, title="Open dag", text="Wie?")
OFFERS = f'{{ team(id: "Team:{TEAM}") {{ workOffers {{ id title }} }} }}'
ONCE_SEEN = (
    f'query ($at: [Position!]) {{ team(id: "Team:{TEAM}", waitFor: $at) {{ workOffers {{ title }} }} }}'
)


def test_words_that_the_view_has_not_folded_yet_are_waited_for_by_who_wrote_them(both: World) -> None:
    position = both.position_cipher.encode(AT)
    both.happened(f"team-{TEAM}", OFFERED)
    assert asyncio.run(both.ask(OFFERS))["data"]["team"] == {"workOffers": []}
    answer = asyncio.run(both.ask(ONCE_SEEN, at=[position]))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_YET"]
    others = asyncio.run(both.ask(ONCE_SEEN, name="colleague", at=[position]))
    assert others["data"]["team"] == {"workOffers": []}
    both.happened(f"teamwork-{OWNER}", WORDS)
    for name in ("owner", "colleague"):
        shown = asyncio.run(both.ask(ONCE_SEEN, name=name, at=[position]))
        assert shown["data"]["team"] == {"workOffers": [{"title": "Open dag"}]}


def test_what_a_team_has_together_is_shown_from_a_fresh_view_that_knows_the_caller_as_a_member(
    both: World,
) -> None:
    both.happened(f"teamwork-{OWNER}", WORDS)
    both.happened(f"team-{TEAM}", OFFERED)
    assert len(asyncio.run(both.ask(OFFERS))["data"]["team"]["workOffers"]) == 1
    both.parked(view.VIEW, OWNER)
    assert asyncio.run(both.codes(OFFERS)) == ["UNAVAILABLE"]
    assert asyncio.run(both.ask(OFFERS, name="colleague"))["data"]["team"] == {"workOffers": []}
    both.stale(view.VIEW, 31)
    assert asyncio.run(both.codes(OFFERS, name="colleague")) == ["UNAVAILABLE"]
    both.stale(view.VIEW, 0)
    both.parked(view.VIEW, TEAM)
    assert asyncio.run(both.codes(OFFERS, name="colleague")) == ["PARKED"]


def test_an_answer_of_a_retried_command_shows_nothing_to_who_left_since(both: World) -> None:
    both.happened(f"teamwork-{OWNER}", WORDS)
    both.happened(f"team-{TEAM}", OFFERED)
    both.bus.answer = CommandResult(
        command_id="9a2c2f0e-5f0a-4b53-9d0d-3c1b6e0a7d11",
        outcome="ACCEPTED",
        position=AT,
        version=2,
        entity_id=TEAM + WORK,
    )
    send = (
        'mutation { volunteerForWork(input: { commandId: "9a2c2f0e-5f0a-4b53-9d0d-3c1b6e0a7d11",'
        f' workOfferId: "WorkOffer:{TEAM}{WORK}" }}) {{ command {{ outcome }} workOffer {{ title }} }} }}'
    )
    shown = asyncio.run(both.ask(send, name="colleague"))["data"]["volunteerForWork"]
    assert shown == {"command": {"outcome": "ACCEPTED"}, "workOffer": {"title": "Open dag"}}
    both.happened(f"employment-{COLLEAGUE}", TeamLeft(team=TEAM, on=TODAY))
    shown = asyncio.run(both.ask(send, name="colleague"))["data"]["volunteerForWork"]
    assert shown == {"command": {"outcome": "ACCEPTED"}, "workOffer": None}
