"""HR, board, works council and auditor read releases: what is hidden is said in words."""

import asyncio
import base64
import csv
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest

from events.catalog.catalogue import TermAdopted, TermProposed, TermsMerged
from events.catalog.policy import OrganisationFounded, RoleGranted, RoleWithdrawn
from projections.views import releases
from rules.access.roles import Role
from tests.gateway.harness import PEOPLE
from tests.gateway.world import World
from tests.releases import (
    BRIDGE,
    CALMING,
    DOCK,
    FIRST_DAY,
    LISTENING,
    LOCK,
    NORTH,
    ORGANISATION,
    POLDER,
    QUAY,
    SOUTH,
    UNSHOWN,
    cut_off,
    held,
    published,
    tree,
)

pytestmark = pytest.mark.postgres
STREAM = f"release-{ORGANISATION}"
TOO_FEW = "te weinig om veilig te tonen"
CELL = """unit { id name parentId } cluster { id name { nl } } rest holders { from to } shownAbove { id name }
    scarce trend energy dated"""
READERS = (Role.HR, Role.BOARD, Role.WORKS_COUNCIL, Role.AUDITOR)


@pytest.fixture
def house(world: World) -> World:
    """An organisation with a tree, words, somebody in each reading role, and a release that is out."""
    world.happened(f"policy-{ORGANISATION}", OrganisationFounded(name="Kade"))
    for place, role in enumerate(READERS):
        granted = RoleGranted(grant=str(place) * 32, person=PEOPLE["hr"], role=role.name)
        world.happened(f"policy-{ORGANISATION}", granted)
    for term, nl, cluster in (
        (LISTENING, "Luisteren", "understanding"),
        (CALMING, "Rust brengen", "calm"),
        (UNSHOWN, "Doorvragen", "understanding"),
    ):
        proposed = TermProposed(term=term, nl=nl, en=f"en {nl}", cluster=cluster)
        world.happened(f"catalogue-{ORGANISATION}", proposed, TermAdopted(term=term))
    for stream, event in tree():
        world.happened(stream, event)
    world.happened(STREAM, cut_off(1))
    world.happened(STREAM, *published(1))
    return world


def ask(world: World, document: str, role: Role = Role.HR, **variables: Any) -> Any:
    answer = asyncio.run(world.ask(document, name="hr", role=role.name, **variables))
    assert "errors" not in answer, answer
    return answer["data"]


def cells(world: World, arguments: str = "") -> list[dict[str, Any]]:
    found = ask(world, f"{{ capabilities {{ cells{arguments} {{ {CELL} }} }} }}")
    return list(found["capabilities"]["cells"])


def figures(found: list[dict[str, Any]]) -> list[tuple[str, bool, tuple[int, int] | None, str | None]]:
    return [
        (
            cell["unit"]["name"],
            cell["rest"],
            cell["holders"] and (cell["holders"]["from"], cell["holders"]["to"]),
            cell["shownAbove"] and cell["shownAbove"]["name"],
        )
        for cell in found
    ]


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


def test_the_whole_has_a_cell_for_each_cluster_and_hidden_ones_are_null(house: World) -> None:
    found = cells(house)
    assert {cell["unit"]["id"] for cell in found} == {f"Unit:{ORGANISATION}"}
    shown = {cell["cluster"]["id"].split(":")[1]: cell["holders"] for cell in found}
    assert len(shown) == 8
    assert shown["understanding"] == {"from": 20, "to": 49}
    assert shown["contact"] is None
    whole = next(cell for cell in found if cell["cluster"]["id"] == "TermCluster:understanding")
    assert (whole["trend"], whole["energy"], whole["scarce"], whole["dated"]) == (
        "RISING",
        "MOSTLY_GIVES",
        False,
        "2026-01-05",
    )


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


def file_of(world: World, language: str = "NL") -> tuple[bytes, dict[str, str]]:
    document = f"{{ capabilities {{ download(language: {language}) {{ url mediaType digest }} }} }}"
    found = ask(world, document)["capabilities"]["download"]
    head, _, content = found["url"].partition(",")
    assert head == f"data:{found['mediaType']};base64"
    return base64.b64decode(content, validate=True), found


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Parse strictly, as a Dutch Excel does."""
    text = content.decode("utf-8-sig")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", quoting=csv.QUOTE_ALL, strict=True)
    header, *rows = reader
    assert all(len(row) == len(header) for row in rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_the_file_is_as_a_dutch_excel_opens_it(house: World) -> None:
    content, found = file_of(house)
    assert found["mediaType"] == "text/csv;charset=utf-8"
    assert found["digest"] == hashlib.sha256(content).hexdigest()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\r\n")
    assert lines.pop() == b""
    assert all(line.startswith(b'"') and line.endswith(b'"') and b"\n" not in line for line in lines)
    values = {value for row in rows_of(content) for value in row.values()}
    assert "5 t/m 9" in values
    assert not any(value.startswith(("=", "+", "-", "@", "\t")) for value in values)
    assert "'=Zuid" in values
    assert "Team Brug; de overkant" in values


def test_no_cell_of_the_file_is_empty_and_hidden_is_said_in_words(house: World) -> None:
    content, _ = file_of(house)
    rows = rows_of(content)
    for row in rows:
        assert not {"", "0", "-", "\u2013", "null", "None"} & set(row.values())
    hidden = [row for row in rows if row["Aantal mensen"] == TOO_FEW]
    assert all(row["Stand van"] == TOO_FEW for row in hidden)
    of_units = [row for row in hidden if row["Regel"] != "talent"]
    assert {row[name] for row in of_units for name in ("Schaars", "Trend", "Energie")} == {TOO_FEW}
    quay = [row for row in rows if row["Onderdeel"] == "Team Kade" and row["Familie"].startswith("Luisteren")]
    assert [(row["Valt onder"], row["Aantal mensen"], row["Wel getoond bij"]) for row in quay] == [
        ("Noord", TOO_FEW, "Kade")
    ]


def test_the_file_has_the_cells_and_words_of_the_api_and_no_more(house: World) -> None:
    rows = rows_of(file_of(house)[0])
    units = (None, NORTH, SOUTH, DOCK, QUAY, POLDER, LOCK, BRIDGE)
    by_api: dict[tuple[str, bool, str], Any] = {}
    for unit in units:
        where = f'unitId: "{unit}", ' if unit else ""
        for cell in cells(house, f"({where}children: true)"):
            place = (cell["unit"]["name"], cell["rest"], cell["cluster"]["name"]["nl"])
            by_api[place] = cell["holders"] and f"{cell['holders']['from']} t/m {cell['holders']['to']}"
    in_file = {
        (row["Onderdeel"].removeprefix("'"), row["Regel"].endswith("samen"), row["Familie"]): row[
            "Aantal mensen"
        ]
        for row in rows
        if row["Regel"] != "talent"
    }
    assert in_file == {place: band or TOO_FEW for place, band in by_api.items()}
    assert len(in_file) == sum(row["Regel"] != "talent" for row in rows)
    assert [(row["Talent"], row["Aantal mensen"]) for row in rows if row["Regel"] == "talent"] == [
        ("Doorvragen", TOO_FEW),
        ("Luisteren", "10 t/m 19"),
        ("Rust brengen", "20 t/m 49"),
    ]


def test_the_file_is_in_english_when_that_is_asked_for(house: World) -> None:
    values = {value for row in rows_of(file_of(house, "EN")[0]) for value in row.values()}
    assert {"too few to show safely", "5 to 9", "en Luisteren"} <= values
    assert TOO_FEW not in values


def test_the_file_of_a_held_release_has_its_headings_alone(house: World) -> None:
    house.happened(STREAM, cut_off(2))
    house.happened(STREAM, *held(2))
    found = ask(house, "{ capabilityReleases(last: 1) { download { url } } }")["capabilityReleases"]
    content = base64.b64decode(found[0]["download"]["url"].partition(",")[2])
    assert rows_of(content) == []
    assert content.count(b"\r\n") == 1


def test_a_role_that_was_withdrawn_reads_nothing_more(house: World) -> None:
    house.happened(f"policy-{ORGANISATION}", RoleWithdrawn(grant="0" * 32))
    answer = asyncio.run(house.ask("{ capabilities { id } }", name="hr", role="HR"))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
