"""The last administrator does not leave by HR's file without a word."""

from collections.abc import Iterator

import pytest

from rules.access.roles import Role
from tests.processes.house import inhabited
from tests.processes.test_hr_feed import Feed, done

pytestmark = pytest.mark.postgres
HEADER = b"employee_number,name,email\ne1,Fenna,f@example.org\n"
FIRST = b"administrator,Iris,iris@example.org\n"
SECOND = b"second,Omar,omar@example.org\n"


@pytest.fixture
def feed(database_with_tables: str) -> Iterator[Feed]:
    """HR's system, where both administrators are professionals."""
    with inhabited(database_with_tables) as house:
        feed = Feed(house)
        assert feed.post(files={"professionals": HEADER + FIRST + SECOND}).json()["problems"] == []
        yield feed


def grants(feed: Feed, subject: str) -> str:
    administrator = "administrator", Role.ADMINISTRATOR
    return feed.house.ask(*administrator, "grantRole", role="ADMINISTRATOR", subject=subject).outcome


def test_the_only_administrator_leaves_once_it_is_confirmed(feed: Feed) -> None:
    without = {"professionals": HEADER + SECOND}
    for dry in (True, False):
        report = feed.post(files=without, dryRun=dry).json()
        assert done(report) == []
        (problem,) = report["problems"]
        assert (problem["file"], problem["line"]) == ("professionals.csv", None)
        assert "only administrator" in problem["en"]
        assert "services appoint" in problem["nl"]
    assert grants(feed, "somebody") == "ACCEPTED"
    feed.house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="HR", subject="other")
    confirmed = feed.post(files={"professionals": HEADER + SECOND}, confirmLeavers=True).json()
    assert done(confirmed) == ["recordEmploymentEnded administrator"]


def test_of_two_administrators_one_leaves_and_the_other_waits(feed: Feed) -> None:
    assert grants(feed, "second") == "ACCEPTED"
    dry, real = (feed.post(files={"professionals": HEADER}, dryRun=dry).json() for dry in (True, False))
    assert dry | {"dryRun": False} == real
    assert done(real) == ["recordEmploymentEnded administrator"]
    assert len(real["problems"]) == 1
    confirmed = feed.post(files={"professionals": HEADER}, confirmLeavers=True).json()
    assert (done(confirmed), confirmed["problems"]) == (["recordEmploymentEnded second"], [])
