"""HR's file and a number that comes back: the row waits, is reported so, and the next file confirms it."""

from collections.abc import Iterator
from typing import Any

import pytest

from processes.hr_feed.files import read_professionals
from tests.processes.house import inhabited
from tests.processes.test_hr_feed import Feed, done, named

pytestmark = pytest.mark.postgres
HEADER = b"employee_number,name,email,returning\n"
OTHERS = b"x1,Noor,noor@example.org,\n"


@pytest.fixture
def feed(database_with_tables: str) -> Iterator[Feed]:
    """One of two people has left."""
    with inhabited(database_with_tables) as house:
        feed = Feed(house)
        sent(feed, OTHERS, b"r1,Bo Aerts,bo@example.org,\n")
        assert "recordEmploymentEnded r1" in done(sent(feed, OTHERS))
        yield feed


def sent(feed: Feed, *rows: bytes) -> Any:
    """Send a file, first as a dry run, which reports the same and changes nothing."""
    files = {"professionals": b"".join((HEADER, *rows))}
    dry = feed.post(files=files, confirmLeavers=True, dryRun=True).json()
    report = feed.post(files=files, confirmLeavers=True).json()
    assert dry | {"dryRun": False} == report
    return report


def test_a_row_waits_for_the_confirmation_and_the_next_file_gives_it(feed: Feed) -> None:
    former = feed.house.vault.person_for("r1")
    report = sent(feed, OTHERS, b"r1,Joris Smit,joris@example.org,\n")
    assert done(report) == []
    assert named(report) == [("professionals.csv", 3, "returning")]
    assert feed.house.vault.person_for("r1") == former
    another = b"r1,Joris Smit,joris@example.org,nieuw\n"
    assert done(sent(feed, OTHERS, another)) == ["registerProfessional r1"]
    assert feed.house.vault.person_for("r1") != former
    again = sent(feed, OTHERS, another)
    assert (done(again), named(again)) == ([], [])


def test_a_row_of_the_same_person_says_so(feed: Feed) -> None:
    former = feed.house.vault.person_for("r1")
    report = sent(feed, OTHERS, b"r1,Joris Smit,joris@example.org,Same\n")
    assert done(report) == ["registerProfessional r1"]
    assert feed.house.vault.person_for("r1") == former


def test_two_people_with_one_address_are_registered_and_reported(feed: Feed) -> None:
    report = sent(feed, OTHERS, b"y1,Ann,bo@example.org,\ny2,Bob,BO@example.org,\n")
    assert done(report) == ["registerProfessional y1", "registerProfessional y2"]
    warnings = [(warning["line"], warning["column"]) for warning in report["warnings"]]
    assert warnings == [(3, "email"), (4, "email")]
    assert "y2" in report["warnings"][0]["en"]
    assert report["problems"] == []


def test_a_word_that_confirms_nothing_is_named_with_its_column() -> None:
    read = read_professionals(HEADER + b"r1,Joris,joris@example.org,perhaps\n")
    assert [(problem.line, problem.column) for problem in read.problems] == [(2, "returning")]
