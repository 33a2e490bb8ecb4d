"""The file of a release: as a Dutch Excel opens it, what is hidden in words, no more than the API."""

import base64
import csv
import hashlib
import io
from typing import Any

import pytest

from tests.gateway.api.releases.given import STREAM, TOO_FEW, ask, cells
from tests.gateway.world import World
from tests.releases import BRIDGE, DOCK, LOCK, NORTH, POLDER, QUAY, SOUTH, cut_off, held

pytestmark = pytest.mark.postgres


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
    assert {row[name] for row in of_units for name in ("Schaars", "Trend", "Energie", "Energie van")} == {
        TOO_FEW
    }
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
