"""A dry run and the real run after it report the same, line by line, for every case."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes.house import inhabited
from tests.processes.test_hr_feed import MEMBERS, PEOPLE, UNITS, Feed, done
from tests.processes.test_hr_feed_files import CASES

pytestmark = pytest.mark.postgres
PROFESSIONALS = "employee_number,name,email,returning\ne1,Fenna,f@example.org,\n"
OWN: list[dict[str, bytes]] = [
    {"professionals": PEOPLE, "units": UNITS, "memberships": MEMBERS},
    {"professionals": PROFESSIONALS.encode()},
    {"units": UNITS.replace(b"kade;Team Kade;team;north;", b"kade;Team Kade;team;north;ja")},
    {"professionals": f"{PROFESSIONALS}e2,Else,else@example.org,\n".encode()},
    {"professionals": f"{PROFESSIONALS}e2,Else,else@example.org,new\n".encode()},
]
"""A first feed, then somebody leaves, a team closes, a number comes back, and it is another person."""
TREE = """key,name,kind,parent_key,closed
north,Noord,unit,,{north}
south,Zuid,unit,{south_in},{south}
quay,Kade,unit,south,
kade,Team Kade,team,{kade_in},{kade}
dok,Team Dok,team,quay,
"""
CORRECTIONS: list[tuple[dict[str, bytes], list[str]]] = [
    (
        {"units": TREE.format(north="", south_in="north", south="", kade_in="north", kade="").encode()},
        ["formUnit south", "formUnit quay", "formTeam dok"],
    ),
    (
        {"units": TREE.format(north="ja", south_in="", south="", kade_in="south", kade="").encode()},
        ["moveUnit south", "moveTeam kade", "closeUnit north"],
    ),
    (
        {"units": TREE.format(north="ja", south_in="", south="ja", kade_in="south", kade="ja").encode()},
        ["closeTeam kade"],
    ),
    (
        {"units": TREE.format(north="", south_in="", south="", kade_in="north", kade="").encode()},
        ["reopenUnit north", "moveTeam kade", "reopenTeam kade"],
    ),
    (
        {"memberships": b"employee_number,team_key,since\ne1,kade,2026-03-01\n"},
        ["recordTeamJoined e1"],
    ),
    (
        {"memberships": b"employee_number,team_key,since\ne1,kade,2026-02-01\n"},
        ["recordTeamJoined e1"],
    ),
]
"""Files one after the other, and what each brings about: HR puts right what it did before."""


@pytest.fixture
def feed(database_with_tables: str) -> Iterator[Feed]:
    with inhabited(database_with_tables) as house:
        yield Feed(house)


def case(path: Path) -> dict[str, bytes]:
    file = path.stem.split(".")[-1] if "." in path.stem else path.stem.split("-")[-1]
    return {file: path.read_bytes()}


def agree(feed: Feed, files: dict[str, bytes], **given: Any) -> dict[str, Any]:
    dry = feed.post(files=files, dryRun=True, **given).json()
    real: dict[str, Any] = feed.post(files=files, **given).json()
    assert dry | {"dryRun": False} == real
    return real


def test_a_dry_run_agrees_with_the_real_run_over_all_cases(feed: Feed) -> None:
    for path in sorted(CASES.glob("*.csv")):
        agree(feed, case(path))
    for path in sorted(CASES.glob("03*.csv")):
        agree(feed, case(path), confirmLeavers=True)
    again = case(CASES / "03b-leading-zeros-lost-by-excel.professionals.csv")
    assert done(feed.post(files=again, dryRun=True).json()) == []


def test_a_dry_run_agrees_with_the_real_run_when_people_leave_and_numbers_come_back(feed: Feed) -> None:
    for files in OWN:
        agree(feed, files)


def test_what_hr_did_is_put_right_by_the_rows_as_they_should_be(feed: Feed) -> None:
    for files, expected in CORRECTIONS:
        assert done(agree(feed, files)) == expected
        assert done(agree(feed, files)) == [], "the same file again changes nothing"
