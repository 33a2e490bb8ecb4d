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


@pytest.fixture
def feed(database: str) -> Iterator[Feed]:
    with inhabited(database) as house:
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
