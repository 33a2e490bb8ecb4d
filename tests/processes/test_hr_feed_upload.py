"""Nothing misspelt has effects: what a request holds that is not known is named, and nothing is done."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.processes.house import caught_up, inhabited
from tests.processes.test_hr_feed import PEOPLE, UNITS, Feed, done
from tests.processes.test_hr_feed_files import case

pytestmark = pytest.mark.postgres


@pytest.fixture
def feed(database_with_tables: str) -> Iterator[Feed]:
    with inhabited(database_with_tables) as house:
        yield Feed(house)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (
            {"dryrun": "true", "files": {"professionals": case("08-one-person-missing.professionals")}},
            "dryRun",
        ),
        ({"dry_run": "true"}, "dryRun"),
        ({"confirmleavers": "true"}, "confirmLeavers"),
        ({"dryRun": "treu"}, "dryRun"),
        ({"dryRun": ""}, "dryRun"),
        ({"dryRun": ["true", "false"]}, "dryRun"),
        ({"data": {"dryRun": "true"}}, "dryRun"),
        ({"files": {"unit": b"key,name\n"}}, "units.csv"),
        ({"files": {"units": UNITS, "units (1)": UNITS}}, "units.csv"),
        ({"files": {"people": b"PK\x03\x04[Content_Types].xml"}}, ".xlsx"),
    ],
)
def test_what_is_misspelt_is_named_in_a_report_and_nothing_is_done(
    feed: Feed, given: dict[str, Any], named: str
) -> None:
    caught_up(feed.house)
    before = feed.house.log.recorders[0].max_notification_id()
    answer = feed.post(**given)
    report = answer.json()
    assert answer.status_code == 400
    (problem,) = report["problems"]
    assert named in problem["nl"]
    assert named in problem["en"]
    assert report["done"] == []
    assert feed.house.log.recorders[0].max_notification_id() == before


def test_files_as_a_browser_names_them_are_carried_out(feed: Feed) -> None:
    report = feed.post(files={"units (1)": UNITS, "PROFESSIONALS": PEOPLE}).json()
    assert "formUnit quay" in done(report)
    assert "registerProfessional e2" in done(report)
