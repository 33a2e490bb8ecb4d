"""The talent map shows what members opened to the team or wider, the same to each, and nothing else."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from events.catalog.catalogue import TermRetired, TermReworded, TermsMerged
from events.catalog.employment import TeamLeft
from events.catalog.portfolio.sharing import ItemSharingEnded
from events.catalog.portfolio.talents import TalentRevised
from gateway.types.scalars import write_moment
from projections.views import shared
from tests.explained import title_at
from tests.gateway.api.team.members import (
    CALM,
    CONTACT,
    LOADED,
    TEAM,
    has,
    item_of,
    said,
    shares,
    team_of_two,
)
from tests.gateway.world import COLLEAGUE, ORGANISATION, OWNER, TODAY, TOMORROW, World

pytestmark = pytest.mark.postgres
TERM = "term { id label { nl } cluster { id } state }"
MAP = f"""
    asOf holders {{ id displayName }}
    rows {{ id name {{ nl en }} {TERM} coverage
        cells {{ holderId strength energy quadrant story sharedSince until }} }}
    energyOpposites {{ term {{ id }} givesTo {{ displayName }} costs {{ displayName }} }}
    explanation {{ nl en }}
"""
ASK = f'query ($cluster: ID) {{ team(id: "Team:{TEAM}") {{ talentMap(clusterId: $cluster) {{ {MAP} }} }} }}'


@pytest.fixture
def team(world: World) -> World:
    return team_of_two(world)


def shown(world: World, name: str = "owner", **variables: Any) -> Any:
    answer = asyncio.run(world.ask(ASK, name=name, **variables))
    assert "errors" not in answer, answer
    return answer["data"]["team"]["talentMap"]


def rows(world: World, **variables: Any) -> list[tuple[str, str, list[str]]]:
    """Name, coverage and holders of each row."""
    found = shown(world, **variables)
    names = {holder["id"]: holder["displayName"] for holder in found["holders"]}
    return [
        (row["name"]["nl"], row["coverage"], [names[cell["holderId"]] for cell in row["cells"]])
        for row in found["rows"]
    ]


def test_where_nobody_shares_there_are_the_words_of_the_working_group_and_nobody(team: World) -> None:
    found = shown(team)
    assert found["holders"] == found["energyOpposites"] == []
    assert [(row["name"]["nl"], row["coverage"], row["cells"]) for row in found["rows"]] == [
        ("Contact maken", "NOBODY", []),
        ("Rust bewaren", "NOBODY", []),
    ]


def test_a_team_without_words_and_talents_has_an_empty_map(world: World) -> None:
    team_of_two(world)
    world.happened(f"catalogue-{ORGANISATION}", TermRetired(term=CALM), TermRetired(term=CONTACT))
    found = shown(world)
    assert (found["rows"], found["holders"]) == ([], [])
    assert found["asOf"] < write_moment(world.clock.now())


def test_a_map_leads_to_the_page_on_who_sees_what_one_shares(team: World) -> None:
    for address in shown(team)["explanation"].values():
        assert title_at(address) == "Your portfolio and the organisation: three questions"


def test_rows_are_by_family_and_name_and_then_the_own_words(team: World) -> None:
    said(
        team,
        OWNER,
        has(OWNER, "1", term=CALM, name="x"),
        has(OWNER, "2", name="Zingen"),
        has(OWNER, "3", term=LOADED),
    )
    said(
        team,
        COLLEAGUE,
        has(COLLEAGUE, "1", name="appels plukken"),
        has(COLLEAGUE, "2", name="zingen", strength=2),
    )
    for person, names in ((OWNER, "123"), (COLLEAGUE, "12")):
        said(team, person, *(shares(person, name) for name in names))
    assert rows(team) == [
        ("Contact maken", "NOBODY", []),
        ("Rust bewaren", "ONE", ["Fenna de Boer"]),
        ("Boekhouden", "ONE", ["Fenna de Boer"]),
        ("appels plukken", "ONE", ["Bo Aerts"]),
        ("zingen", "ONE", ["Bo Aerts", "Fenna de Boer"]),
    ]


def test_who_opened_nothing_is_not_there_and_nothing_says_how_many_they_are(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM))
    said(team, COLLEAGUE, has(COLLEAGUE, "1", term=CALM), shares(COLLEAGUE, "1"))
    found = shown(team)
    assert [holder["displayName"] for holder in found["holders"]] == ["Bo Aerts"]
    assert rows(team)[1] == ("Rust bewaren", "ONE", ["Bo Aerts"])


def test_coverage_counts_what_is_shown_at_strength_three_or_more(team: World) -> None:
    for person, strength in ((OWNER, 2), (COLLEAGUE, 3)):
        said(team, person, has(person, "1", term=CALM, strength=strength), shares(person, "1"))
    assert rows(team)[1][1] == "ONE"
    said(team, OWNER, TalentRevised(talent=item_of(OWNER, "1"), strength=5, energy=0, use=1))
    assert rows(team)[1][1] == "SEVERAL"


def test_a_cell_says_since_when_and_until_when_it_is_open_and_its_energy_only_if_shared(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM, energy=-2, story="Op straat."))
    opened = team.happened(f"portfolio-{OWNER}", shares(OWNER, "1"))
    said(team, COLLEAGUE, has(COLLEAGUE, "1", term=CALM), shares(COLLEAGUE, "1", energy=True))
    others, own = shown(team)["rows"][1]["cells"]
    assert own == {
        "holderId": f"Colleague:{OWNER}",
        "strength": 4,
        "energy": None,
        "quadrant": None,
        "story": "Op straat.",
        "sharedSince": team.calendar.local(opened).date().isoformat(),
        "until": TOMORROW.isoformat(),
    }
    assert (others["energy"], others["quadrant"]) == (1, "IN_MY_STRENGTH")


def test_opposites_are_what_gives_one_energy_and_costs_another(team: World) -> None:
    for person, energy in ((OWNER, 2), (COLLEAGUE, -1)):
        calm, contact = (
            has(person, "1", term=CALM, energy=energy),
            has(person, "2", term=CONTACT, energy=energy),
        )
        own = has(person, "3", name="Zingen", energy=energy)
        said(
            team,
            person,
            calm,
            contact,
            own,
            shares(person, "1", energy=True),
            shares(person, "3", energy=True),
        )
    said(team, OWNER, shares(OWNER, "2", energy=True))
    said(team, COLLEAGUE, shares(COLLEAGUE, "2"))
    (opposite,) = shown(team)["energyOpposites"]
    assert opposite == {
        "term": {"id": f"TalentTerm:{CALM}"},
        "givesTo": [{"displayName": "Fenna de Boer"}],
        "costs": [{"displayName": "Bo Aerts"}],
    }


def test_merged_reworded_and_retired_words_read_as_everywhere(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=LOADED, name="Boekhouden"), shares(OWNER, "1"))
    said(team, COLLEAGUE, has(COLLEAGUE, "1", term=CALM), shares(COLLEAGUE, "1"))
    team.happened(f"catalogue-{ORGANISATION}", TermsMerged(terms=(LOADED,), into=CALM))
    assert rows(team)[1] == ("Rust bewaren", "SEVERAL", ["Bo Aerts", "Fenna de Boer"])
    team.happened(f"catalogue-{ORGANISATION}", TermReworded(term=CALM, nl="Kalm blijven", en="Calm"))
    team.happened(f"catalogue-{ORGANISATION}", TermRetired(term=CALM), TermRetired(term=CONTACT))
    assert rows(team) == [("Kalm blijven", "SEVERAL", ["Bo Aerts", "Fenna de Boer"])]
    assert shown(team)["rows"][0]["term"]["state"] == "RETIRED"


def test_one_family_has_its_rows_and_their_holders_alone(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM), shares(OWNER, "1"), has(OWNER, "2"), shares(OWNER, "2"))
    said(team, COLLEAGUE, has(COLLEAGUE, "1", term=CONTACT), shares(COLLEAGUE, "1"))
    assert rows(team, cluster="TermCluster:calm") == [("Rust bewaren", "ONE", ["Fenna de Boer"])]
    assert [holder["displayName"] for holder in shown(team, cluster="calm")["holders"]] == ["Fenna de Boer"]
    assert shown(team, "colleague", cluster="calm")["holders"]
    assert lines(team) == [(OWNER, item_of(OWNER, "1"))], "what is not shown is not recorded"
    assert rows(team, cluster="nowhere") == []


def test_it_is_of_the_moment_of_the_last_fact_that_it_shows(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM))
    opened = team.happened(f"portfolio-{OWNER}", shares(OWNER, "1"))
    said(
        team, OWNER, has(OWNER, "2"), TalentRevised(talent=item_of(OWNER, "1"), strength=4, energy=-2, use=0)
    )
    assert shown(team)["asOf"] == write_moment(opened)
    reworded = team.happened(
        f"catalogue-{ORGANISATION}", TermReworded(term=CONTACT, nl="Contact", en="Contact")
    )
    assert shown(team)["asOf"] == write_moment(reworded)


def test_a_row_of_a_word_has_another_id_in_another_team_and_the_same_each_time(team: World) -> None:
    ids = [[row["id"] for row in shown(team)["rows"]] for _ in range(2)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2
    assert CALM not in str(ids)


def lines(world: World) -> list[tuple[str, str]]:
    return [
        (owner, item)
        for owner, item in world.run("SELECT owner, item FROM read_log.disclosures ORDER BY owner, item")
    ]


def test_rule_21_each_talent_of_another_is_in_the_owners_log_before_it_is_shown(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM), shares(OWNER, "1", energy=True))
    said(team, COLLEAGUE, has(COLLEAGUE, "1"), shares(COLLEAGUE, "1"), has(COLLEAGUE, "2"))
    for _ in range(2):
        shown(team)
    assert lines(team) == [(COLLEAGUE, item_of(COLLEAGUE, "1"))], "not one's own, and once a day"
    shown(team, "colleague")
    team.clock.advance(timedelta(days=1))
    log = "{ me { readLog { edges { node { day itemKind itemId viewerRole purpose } } } } }"
    (line,) = asyncio.run(team.ask(log))["data"]["me"]["readLog"]["edges"]
    assert line["node"] == {
        "day": TODAY.isoformat(),
        "itemKind": "TALENT",
        "itemId": f"Item:{item_of(OWNER, '1')}",
        "viewerRole": "PROFESSIONAL",
        "purpose": "TEAM_PAGE",
    }


def test_rule_21_what_cannot_be_logged_is_withheld(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM), shares(OWNER, "1"))
    team.run("ALTER TABLE read_log.disclosures RENAME TO away")
    answer = asyncio.run(team.ask(ASK, name="colleague"))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]
    assert "Fenna" not in str(answer)


def test_rule_12_every_member_gets_the_same_bytes_whoever_leads(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM), shares(OWNER, "1", energy=True), has(OWNER, "2"))
    said(team, COLLEAGUE, has(COLLEAGUE, "1"), shares(COLLEAGUE, "1"))

    def sent(name: str) -> bytes:
        return asyncio.run(team.send(json={"query": ASK}, headers=team.headers(name))).content

    assert sent("owner") == sent("colleague")


def test_rule_11_what_ended_is_gone_at_once(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM), shares(OWNER, "1"))
    assert len(shown(team, "colleague")["holders"]) == 1
    said(team, OWNER, ItemSharingEnded(sharing=shares(OWNER, "1").sharing, reason="owner"))
    assert shown(team, "colleague")["holders"] == []
    said(team, OWNER, shares(OWNER, "1"))
    team.clock.advance(timedelta(days=2))
    assert shown(team, "colleague")["holders"] == []


def test_who_left_sees_nothing_and_is_not_seen(team: World) -> None:
    for person in (OWNER, COLLEAGUE):
        said(team, person, has(person, "1", term=CALM), shares(person, "1"))
    team.happened(f"employment-{OWNER}", TeamLeft(team=TEAM, on=TODAY))
    assert asyncio.run(team.ask(ASK))["data"] == {"team": None}
    assert [holder["displayName"] for holder in shown(team, "colleague")["holders"]] == ["Bo Aerts"]


def test_a_stale_view_and_one_that_does_not_know_the_member_yet_show_nothing(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM), shares(OWNER, "1"))
    team.stale(shared.VIEW, 31)
    assert asyncio.run(team.codes(ASK, name="colleague")) == ["UNAVAILABLE"]
    team.stale(shared.VIEW, 1)
    team.run(f"DELETE FROM {shared.VIEW.tables[2].served} WHERE subject = '{COLLEAGUE}'")
    assert asyncio.run(team.codes(ASK, name="colleague")) == ["UNAVAILABLE"]
    assert lines(team) == []


def test_a_parked_owner_is_hidden_and_a_parked_viewer_gets_an_error(team: World) -> None:
    said(team, OWNER, has(OWNER, "1", term=CALM), shares(OWNER, "1"))
    team.parked(shared.VIEW, OWNER)
    assert shown(team, "colleague")["holders"] == []
    assert asyncio.run(team.codes(ASK)) == ["PARKED"]
