"""HR, board, works council and auditor read releases: what is hidden is said in words."""

import asyncio
from datetime import timedelta

import pytest

from events.catalog.catalogue import TermsMerged
from events.catalog.policy import RoleWithdrawn
from projections.views import releases
from rules.access.roles import Role
from tests.explained import title_at
from tests.gateway.api.releases.given import CELL, READERS, STREAM, ask, cells, figures
from tests.gateway.world import World
from tests.releases import (
    CALMING,
    FIRST_DAY,
    LISTENING,
    NORTH,
    ORGANISATION,
    QUAY,
    SOUTH,
    UNSHOWN,
    cut_off,
    held,
    published,
)

pytestmark = pytest.mark.postgres


def test_a_release_has_its_day_its_rules_and_its_participation(house: World) -> None:
    found = ask(
        house,
        "{ capabilities { id epoch on held heldBecause policyId contributors { from to } contributorsDated"
        " layoutSince } }",
    )["capabilities"]
    assert found == {
        "id": f"CapabilityRelease:{ORGANISATION}-1",
        "epoch": 1,
        "on": "2026-01-05",
        "held": False,
        "heldBecause": None,
        "policyId": f"Policy:{'0' * 32}",
        "contributors": {"from": 50, "to": 99},
        "contributorsDated": "2026-01-05",
        "layoutSince": "2026-01-05",
    }


def test_a_release_leads_to_the_page_on_how_it_is_read(house: World) -> None:
    found = ask(house, "{ capabilities { explanation { nl en } } }")["capabilities"]["explanation"]
    for address in found.values():
        assert title_at(address) == "What the organisation is good at"


def test_before_the_first_release_there_is_none_and_on_a_day_the_one_in_force(house: World) -> None:
    house.happened(STREAM, cut_off(2))
    house.happened(STREAM, *held(2))
    document = "query ($on: Date) { capabilities(asOf: $on) { epoch } }"
    days = {
        days: ask(house, document, on=(FIRST_DAY + timedelta(days=days)).isoformat())["capabilities"]
        for days in (-1, 0, 89, 90)
    }
    assert days == {-1: None, 0: {"epoch": 1}, 89: {"epoch": 1}, 90: {"epoch": 1}}
    assert ask(house, document)["capabilities"] == {"epoch": 1}


def test_a_release_of_the_past_is_shown_as_it_was_when_it_was_the_last(house: World) -> None:
    document = f"""query ($on: Date) {{ capabilities(asOf: $on) {{ id epoch on contributors {{ from to }}
        cells(children: true) {{ {CELL} }} terms {{ term {{ id }} holders {{ from to }} dated }} }} }}"""
    then = (FIRST_DAY + timedelta(days=89)).isoformat()
    before = ask(house, document, on=then)
    house.happened(STREAM, cut_off(2), *published(2))
    assert ask(house, document, on=then) == before
    now, last_day = ask(house, document), ask(house, document, on="9999-12-31")
    assert (now["capabilities"]["epoch"], now) == (2, last_day), "a day to come is today"


def test_the_whole_has_a_cell_for_each_cluster_and_hidden_ones_are_null(house: World) -> None:
    found = cells(house)
    assert {cell["unit"]["id"] for cell in found} == {f"Unit:{ORGANISATION}"}
    shown = {cell["cluster"]["id"].split(":")[1]: cell["holders"] for cell in found}
    assert len(shown) == 8
    assert shown["understanding"] == {"from": 20, "to": 49}
    assert shown["contact"] is None
    whole = next(cell for cell in found if cell["cluster"]["id"] == "TermCluster:understanding")
    assert (whole["trend"], whole["energy"], whole["scarce"]) == ("RISING", "MOSTLY_GIVES", False)
    assert (whole["dated"], whole["energyDated"]) == ("2026-01-05", "2026-01-05")


def test_the_rows_that_are_shown_make_up_their_parent_and_each_hidden_one_names_what_is_shown_above(
    house: World,
) -> None:
    found = cells(house, '(children: true, clusterId: "TermCluster:understanding")')
    assert figures(found) == [
        ("Kade", False, (20, 49), None),
        ("Noord", False, None, "Kade"),
        ("Team Dok", False, (5, 9), None),
        ("=Zuid", False, (10, 19), None),
        ("Kade", True, (5, 9), None),
    ]
    south = cells(house, f'(unitId: "Unit:{SOUTH}", children: true, clusterId: "understanding")')
    assert figures(south) == [
        ("=Zuid", False, (10, 19), None),
        ("Team Brug; de overkant", False, None, "=Zuid"),
        ("Team Polder", False, None, "=Zuid"),
        ("Team Sluis", False, None, "=Zuid"),
        ("=Zuid", True, (10, 19), None),
    ]
    north = cells(house, f'(unitId: "Unit:{NORTH}", children: true, clusterId: "understanding")')
    assert figures(north) == [
        ("Noord", False, None, "Kade"),
        ("Team Dok", False, (5, 9), None),
        ("Team Kade", False, None, "Kade"),
    ]


def test_where_nothing_above_is_shown_a_hidden_cell_names_nothing(house: World) -> None:
    found = cells(house, f'(unitId: "Unit:{QUAY}", clusterId: "contact")')
    assert figures(found) == [("Team Kade", False, None, None)]
    (cell,) = found
    assert (cell["scarce"], cell["trend"], cell["energy"], cell["dated"]) == (False, None, None, None)


@pytest.mark.parametrize("arguments", [f'(unitId: "{"9" * 32}")', '(clusterId: "sung")'])
def test_what_a_release_does_not_know_has_no_cells(house: World, arguments: str) -> None:
    assert cells(house, arguments) == []


def test_words_are_shown_of_the_whole_and_hidden_ones_are_there_too(house: World) -> None:
    merged = TermsMerged(terms=(LISTENING,), into=UNSHOWN)
    document = """{ capabilities {
        all: terms { term { id } holders { from to } dated }
        some: terms(clusterId: "TermCluster:calm") { term { label { nl } } holders { from } } } }"""
    found = ask(house, document)["capabilities"]
    assert found["all"] == [
        {"term": {"id": f"TalentTerm:{UNSHOWN}"}, "holders": None, "dated": None},
        {"term": {"id": f"TalentTerm:{LISTENING}"}, "holders": {"from": 10, "to": 19}, "dated": "2026-01-05"},
        {"term": {"id": f"TalentTerm:{CALMING}"}, "holders": {"from": 20, "to": 49}, "dated": "2026-01-05"},
    ]
    assert found["some"] == [{"term": {"label": {"nl": "Rust brengen"}}, "holders": {"from": 20}}]
    house.happened(f"catalogue-{ORGANISATION}", merged)
    assert ask(house, document)["capabilities"] == found  # a release is not made anew


def test_the_log_of_releases_has_held_ones_with_their_reason_and_no_cells(house: World) -> None:
    house.happened(STREAM, cut_off(2))
    house.happened(STREAM, *held(2))
    document = """{ capabilityReleases { id epoch held heldBecause contributors { from }
        cells(children: true) { rest } terms { dated } } }"""
    second, first = ask(house, document)["capabilityReleases"]
    assert (first["epoch"], first["held"], first["heldBecause"]) == (1, False, None)
    assert first["cells"]
    assert second == {
        "id": f"CapabilityRelease:{ORGANISATION}-2",
        "epoch": 2,
        "held": True,
        "heldBecause": "UNCHANGED",
        "contributors": None,
        "cells": [],
        "terms": [],
    }
    assert ask(house, "{ capabilityReleases(last: 1) { epoch } }") == {"capabilityReleases": [{"epoch": 2}]}


def test_the_queries_of_a_heat_map_and_of_a_line_are_within_the_limits(house: World) -> None:
    heat = f"query ($unit: ID) {{ capabilities {{ id cells(unitId: $unit, children: true) {{ {CELL} }} }} }}"
    line = f"""query ($unit: ID, $cluster: ID) {{ capabilityReleases(last: 12) {{
        id epoch on cells(unitId: $unit, clusterId: $cluster) {{ {CELL} }} }} }}"""
    assert ask(house, heat)["capabilities"]["cells"]
    assert ask(house, line, cluster="TermCluster:calm")["capabilityReleases"]


def test_a_table_of_too_many_rows_is_refused_with_what_to_ask_instead(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.api.releases.capabilities.CELLS_MAX", 7)
    document = "{ capabilities { cells { rest } } }"
    answer = asyncio.run(house.ask(document, name="hr", role="HR"))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["LIMIT_EXCEEDED"]
    assert "one family of words" in answer["errors"][0]["message"]


def test_while_an_event_of_the_organisation_waits_for_repair_no_release_is_shown(house: World) -> None:
    house.parked(releases.VIEW, ORGANISATION)
    for document in ("{ capabilities { id } }", "{ capabilityReleases { id } }"):
        answer = asyncio.run(house.ask(document, name="hr", role="HR"))
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["PARKED"]


@pytest.mark.parametrize("role", READERS)
def test_every_role_that_may_see_a_release_gets_the_same_bytes(house: World, role: Role) -> None:
    document = f"{{ capabilities {{ id cells(children: true) {{ {CELL} }} download {{ url digest }} }} }}"
    assert ask(house, document, role) == ask(house, document, Role.HR)


def test_a_role_that_was_withdrawn_reads_nothing_more(house: World) -> None:
    house.happened(f"policy-{ORGANISATION}", RoleWithdrawn(grant="0" * 32))
    answer = asyncio.run(house.ask("{ capabilities { id } }", name="hr", role="HR"))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
