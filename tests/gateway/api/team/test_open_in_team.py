"""All that members opened to their team, goals on offer, and the energy that words give and cost in it."""

import asyncio
from typing import Any

import pytest

from events.catalog.employment import TeamJoined
from events.catalog.portfolio.energy import EnergySourceNoted
from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalOfferTakenBack, GoalSet
from events.catalog.team import TeamFormed
from projections.views import shared
from rules.kinds import EnergySourceKind, HoursBand, ItemKind
from tests.gateway.api.team.members import (
    CALM,
    CONTACT,
    LOADED,
    TEAM,
    UNIT,
    has,
    item_of,
    offered_work,
    said,
    shares,
    team_of_two,
)
from tests.gateway.world import COLLEAGUE, OWNER, TODAY, TOMORROW, World

pytestmark = pytest.mark.postgres
GOAL, OTHER_TEAM = "4" * 32, "2" * 32
ITEM = "id kind owner { displayName } title { nl } text term { id } strength energy energySourceKind until"
ASK = (
    "query ($owner: ID, $kind: ItemKind, $first: Int! = 50, $after: String) {"
    f' team(id: "Team:{TEAM}") {{ sharedItems(ownerId: $owner, kind: $kind, first: $first, after: $after)'
    f" {{ edges {{ node {{ {ITEM} }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
)
OFFERS = (
    f'{{ team(id: "Team:{TEAM}") {{ goalsOnOffer {{ goalId owner {{ displayName }} text offeredAt }} }} }}'
)


@pytest.fixture
def team(world: World) -> World:
    return team_of_two(world)


def page(world: World, name: str = "owner", **variables: Any) -> Any:
    answer = asyncio.run(world.ask(ASK, name=name, **variables))
    assert "errors" not in answer, answer
    return answer["data"]["team"]["sharedItems"]


def items(world: World, **variables: Any) -> list[str]:
    return [edge["node"]["id"] for edge in page(world, **variables)["edges"]]


def seen_as(person: str, name: str) -> str:
    return f"SharedItem:{item_of(person, name)}-{TEAM}"


def lines(world: World) -> list[tuple[Any, ...]]:
    return world.run("SELECT item_kind, item, viewer, purpose FROM read_log.disclosures ORDER BY item")


def with_items(world: World) -> None:
    source = EnergySourceNoted(
        source=item_of(COLLEAGUE, "2"),
        kind=EnergySourceKind.DRAINER,
        activity="Bellen",
        hours_per_week=HoursBand.UP_TO_2,
    )
    said(world, COLLEAGUE, has(COLLEAGUE, "1", term=CALM), source, has(COLLEAGUE, "3"))
    said(world, COLLEAGUE, shares(COLLEAGUE, "1"), shares(COLLEAGUE, "2", kind=ItemKind.ENERGY_SOURCE))
    said(world, OWNER, has(OWNER, "1", story="Op straat."), shares(OWNER, "1", to_all=True, energy=True))


def test_items_are_those_opened_to_the_team_or_wider_of_one_or_all_of_one_kind_or_every(team: World) -> None:
    with_items(team)
    of_colleague = [seen_as(COLLEAGUE, "1"), seen_as(COLLEAGUE, "2")]
    assert items(team) == [*of_colleague, seen_as(OWNER, "1")]
    assert items(team, owner=f"Colleague:{COLLEAGUE}") == of_colleague
    assert items(team, kind="ENERGY_SOURCE") == of_colleague[1:]
    assert items(team, owner=f"Colleague:{OWNER}", kind="GOAL") == []


def test_an_item_is_the_item_itself_in_the_words_of_today(team: World) -> None:
    with_items(team)
    calm, source, own = (edge["node"] for edge in page(team)["edges"])
    assert calm["title"] == {"nl": "Rust bewaren"}
    assert calm["term"] == {"id": f"TalentTerm:{CALM}"}
    assert (calm["strength"], calm["energy"], calm["energySourceKind"]) == (4, None, None)
    assert (source["kind"], source["text"], source["energySourceKind"]) == (
        "ENERGY_SOURCE",
        "Bellen",
        "DRAINER",
    )
    assert (own["owner"]["displayName"], own["text"], own["energy"]) == ("Fenna de Boer", "Op straat.", 1)
    assert own["until"] == TOMORROW.isoformat()


def test_rule_12_every_member_gets_the_same_page_and_pages_lose_nothing(team: World) -> None:
    with_items(team)
    assert page(team) == page(team, "colleague")
    received, after = [], None
    while True:
        found = page(team, first=1, after=after)
        received += [edge["node"]["id"] for edge in found["edges"]]
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = found["pageInfo"]["endCursor"]
    assert received == items(team)


def test_rule_21_what_is_on_the_page_is_logged_once_and_nothing_of_ones_own(team: World) -> None:
    with_items(team)
    page(team, first=1)
    expected = [("talent", item_of(COLLEAGUE, "1"), OWNER, "TEAM_PAGE")]
    assert lines(team) == expected
    both = f'{{ team(id: "Team:{TEAM}") {{ talentMap {{ asOf }} sharedItems {{ edges {{ cursor }} }} }} }}'
    assert "errors" not in asyncio.run(team.ask(both))
    assert lines(team) == [*expected, ("energy_source", item_of(COLLEAGUE, "2"), OWNER, "TEAM_PAGE")]


@pytest.mark.parametrize("document", [ASK, OFFERS])
def test_rule_21_what_cannot_be_logged_or_is_stale_is_withheld(team: World, document: str) -> None:
    with_items(team)
    said(
        team, OWNER, GoalSet(goal=GOAL, text="Rust"), GoalOfferedToTeam(goal=GOAL, team=TEAM, wording="Samen")
    )
    team.run("ALTER TABLE read_log.disclosures RENAME TO away")
    assert asyncio.run(team.codes(document, name="colleague")) == ["UNAVAILABLE"]
    team.run("ALTER TABLE read_log.away RENAME TO disclosures")
    team.stale(shared.VIEW, 31)
    assert asyncio.run(team.codes(document, name="colleague")) == ["UNAVAILABLE"]
    assert lines(team) == []


def offers(world: World, name: str = "colleague") -> Any:
    answer = asyncio.run(world.ask(OFFERS, name=name))
    assert "errors" not in answer, answer
    return answer["data"]["team"]["goalsOnOffer"]


def test_a_goal_on_offer_is_shown_in_the_wording_for_the_team_until_it_is_taken_back(team: World) -> None:
    said(team, OWNER, GoalSet(goal=GOAL, text="Ik wil rust"))
    said(team, OWNER, GoalOfferedToTeam(goal=GOAL, team=TEAM, wording="Samen rust"))
    (offer,) = offers(team)
    assert (offer["owner"], offer["text"]) == ({"displayName": "Fenna de Boer"}, "Samen rust")
    assert lines(team) == [("goal", GOAL, COLLEAGUE, "TEAM_PAGE")]
    assert offers(team, "owner") == [offer]
    said(team, OWNER, GoalOfferTakenBack(goal=GOAL, reason="owner"))
    assert offers(team) == []


def test_a_goal_offered_to_another_team_is_not_shown(team: World) -> None:
    team.happened(f"team-{OTHER_TEAM}", TeamFormed(name="Team Haven", unit=UNIT))
    team.happened(f"employment-{OWNER}", TeamJoined(team=OTHER_TEAM, on=TODAY))
    said(team, OWNER, GoalSet(goal=GOAL, text="Rust"))
    said(team, OWNER, GoalOfferedToTeam(goal=GOAL, team=OTHER_TEAM, wording="Samen"))
    assert offers(team) == []


ENERGIES = (
    f'{{ team(id: "Team:{TEAM}") {{ workOffers {{ energies {{ term {{ label {{ nl }} }}'
    " givesTo { displayName } costs { displayName } } } } }"
)


def energies(world: World, name: str = "owner") -> list[list[tuple[str, list[str], list[str]]]]:
    """Of each work offer: the word, whom it gives energy, whom it costs."""
    answer = asyncio.run(world.ask(ENERGIES, name=name))
    assert "errors" not in answer, answer
    return [
        [
            (
                one["term"]["label"]["nl"],
                [person["displayName"] for person in one["givesTo"]],
                [person["displayName"] for person in one["costs"]],
            )
            for one in offer["energies"]
        ]
        for offer in answer["data"]["team"]["workOffers"]
    ]


def test_work_shows_the_energy_of_what_it_asks_for_as_far_as_it_was_shared(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM, energy=2), has(OWNER, "2", term=CONTACT, energy=1))
    said(team, OWNER, shares(OWNER, "1", energy=True), shares(OWNER, "2"))
    costly = has(COLLEAGUE, "1", term=LOADED, energy=-1)
    said(team, COLLEAGUE, costly, shares(COLLEAGUE, "1", to_all=True, energy=True))
    offered_work(team, "6" * 32, LOADED, CONTACT, CALM)
    offered_work(team, "7" * 32)
    of_three = [("Rust bewaren", ["Fenna de Boer"], []), ("Boekhouden", [], ["Bo Aerts"])]
    assert sorted(energies(team)) == [[], of_three]
    assert lines(team) == [("talent", item_of(COLLEAGUE, "1"), OWNER, "TEAM_PAGE")]
    assert energies(team) == energies(team, "colleague")


def test_rule_21_energy_that_cannot_be_logged_is_withheld(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM, energy=2), shares(OWNER, "1", energy=True))
    offered_work(team, "6" * 32, CALM)
    team.run("ALTER TABLE read_log.disclosures RENAME TO away")
    assert asyncio.run(team.codes(ENERGIES, name="colleague")) == ["UNAVAILABLE"]
