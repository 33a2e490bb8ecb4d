"""The talent map of a moment of the past: what was open then, of what is open now, the same to each."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from events.catalog.catalogue import TermReworded
from events.catalog.portfolio.sharing import ItemSharingEnded
from events.catalog.portfolio.talents import TalentRevised
from gateway.types.scalars import write_moment
from tests.gateway.api.team.members import CALM, CONTACT, TEAM, has, item_of, said, shares, team_of_two
from tests.gateway.harness import NOW
from tests.gateway.world import BEGINNING, COLLEAGUE, ORGANISATION, OWNER, World

pytestmark = pytest.mark.postgres
MAP = """
    asOf holders { id displayName }
    rows { id name { nl } coverage cells { holderId strength energy quadrant story sharedSince until } }
    energyOpposites { term { id } givesTo { displayName } costs { displayName } }
"""
ASK = (
    f'query ($asOf: DateTime) {{ team(id: "Team:{TEAM}") {{ id talentMap(asOf: $asOf, clusterId: "calm")'
    f" {{ {MAP} }} }} }}"
)


@pytest.fixture
def team(world: World) -> World:
    return team_of_two(world)


def asked(moment: datetime | None) -> dict[str, Any]:
    return {"query": ASK, "variables": {"asOf": write_moment(moment) if moment else None}}


def shown(world: World, moment: datetime | None, name: str = "owner") -> Any:
    answer = asyncio.run(world.ask(ASK, name=name, **asked(moment)["variables"]))
    assert "errors" not in answer, answer
    return answer["data"]["team"]["talentMap"]


def revised(person: str, *, strength: int = 5, energy: int = 2) -> TalentRevised:
    return TalentRevised(talent=item_of(person, "1"), strength=strength, energy=energy, use=3, story="Nu.")


def lived(world: World) -> tuple[datetime, datetime]:
    """Both share a talent with its energy, then say something else of it: the moments before and after."""
    for person, energy in ((OWNER, -2), (COLLEAGUE, 2)):
        said(world, person, has(person, "1", term=CALM, strength=2, energy=energy, story="Toen."))
        then = world.happened(f"portfolio-{person}", shares(person, "1", energy=True))
    said(world, OWNER, revised(OWNER))
    return then, world.happened(f"portfolio-{COLLEAGUE}", revised(COLLEAGUE, strength=3))


def test_it_shows_the_numbers_coverage_and_opposites_of_then(team: World) -> None:
    then, last = lived(team)
    was, now = shown(team, then), shown(team, None)
    assert [(cell["strength"], cell["story"]) for cell in was["rows"][0]["cells"]] == [(2, "Toen.")] * 2
    assert (was["rows"][0]["coverage"], now["rows"][0]["coverage"]) == ("NOBODY", "SEVERAL")
    assert (len(was["energyOpposites"]), now["energyOpposites"]) == (1, [])
    assert (was["asOf"], now["asOf"]) == (write_moment(then), write_moment(last))
    assert was["holders"] == now["holders"]


def test_before_anything_was_shared_there_are_the_words_of_today_and_nobody(team: World) -> None:
    lived(team)
    was = shown(team, BEGINNING)
    assert [(row["name"]["nl"], row["cells"]) for row in was["rows"]] == [("Rust bewaren", [])]
    assert was["holders"] == []
    assert was["asOf"] == write_moment(BEGINNING), "no fact of then is shown"


def test_words_read_as_today_and_date_no_map_of_the_past(team: World) -> None:
    then, _ = lived(team)
    team.happened(f"catalogue-{ORGANISATION}", TermReworded(term=CALM, nl="Kalm blijven", en="Calm"))
    was = shown(team, then)
    assert (was["rows"][0]["name"]["nl"], was["asOf"]) == ("Kalm blijven", write_moment(then))


def test_a_moment_still_to_come_is_now(team: World) -> None:
    lived(team)
    assert shown(team, NOW + timedelta(days=400)) == shown(team, NOW) == shown(team, None)


def ids(answer: Any) -> Iterator[str]:
    """Yield every id in an answer."""
    if isinstance(answer, dict):
        yield from (value for name, value in answer.items() if name == "id")
        answer = list(answer.values())
    for value in answer if isinstance(answer, list) else ():
        yield from ids(value)


def test_rows_have_ids_of_their_moment_and_people_those_of_today(team: World) -> None:
    then, _ = lived(team)
    was, now = shown(team, then), shown(team, None)
    assert was["rows"][0]["id"] == f"{now['rows'][0]['id']}@{write_moment(then)}"
    assert {one.partition(":")[0] for one in {*ids(was)} & {*ids(now)}} == {"Colleague"}


def test_rule_11_what_ended_is_in_no_past_and_energy_only_if_it_is_open_now_too(team: World) -> None:
    then, _ = lived(team)
    end = ItemSharingEnded(sharing=shares(OWNER, "1").sharing, reason="owner")
    said(team, OWNER, end)
    assert [holder["displayName"] for holder in shown(team, then, "colleague")["holders"]] == ["Bo Aerts"]
    said(team, COLLEAGUE, ItemSharingEnded(sharing=shares(COLLEAGUE, "1").sharing, reason="owner"))
    said(team, COLLEAGUE, replace(shares(COLLEAGUE, "1", to_all=True), sharing="8" * 32))
    (cell,) = shown(team, then)["rows"][0]["cells"]
    assert (cell["strength"], cell["energy"], cell["quadrant"]) == (2, None, None)


def test_rule_12_every_member_gets_the_same_bytes_of_the_past(team: World) -> None:
    then, _ = lived(team)

    def sent(name: str) -> bytes:
        return asyncio.run(team.send(json=asked(then), headers=team.headers(name))).content

    assert sent("owner") == sent("colleague")


def test_rule_21_a_talent_of_the_past_is_in_its_owners_log_and_what_is_not_shown_is_not(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM), has(OWNER, "2", term=CONTACT), shares(OWNER, "2"))
    then = team.happened(f"portfolio-{OWNER}", shares(OWNER, "1"))

    def lines() -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in team.run("SELECT owner, item FROM read_log.disclosures")]

    shown(team, then - timedelta(seconds=1), "colleague")
    assert lines() == []
    shown(team, then, "colleague")
    assert lines() == [(OWNER, item_of(OWNER, "1"))]


def test_what_cannot_be_shown_now_cannot_be_shown_of_the_past(team: World) -> None:
    then, _ = lived(team)
    team.run("ALTER TABLE read_log.disclosures RENAME TO away")
    answer = asyncio.run(team.ask(ASK, **asked(then)["variables"]))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]
    assert "Toen." not in str(answer)
