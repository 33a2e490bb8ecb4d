"""HR's files can be downloaded as the organisation is now; sent back, they change nothing."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from events.catalog.team import TeamFormed
from events.codec import Recorded
from kit.ids import derived_id
from processes.hr_feed.files import COLUMNS, MEMBERSHIPS, PROFESSIONALS, UNITS
from tests.processes.house import caught_up, inhabited
from tests.processes.test_hr_feed import MEMBERS, PEOPLE, Feed, done
from tests.processes.test_hr_feed import UNITS as TREE

pytestmark = pytest.mark.postgres


@pytest.fixture
def feed(database_with_tables: str) -> Iterator[Feed]:
    with inhabited(database_with_tables) as house:
        yield Feed(house)


def get(feed: Feed, file: str, *, who: str = "feed", role: str = "HR_FEED") -> httpx.Response:
    caught_up(feed.house)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(feed.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hr") as client:
            return await client.get(f"/hr-feed/{file}", headers={"authorization": who, "ipp-role": role})

    return asyncio.run(ask())


def downloaded(feed: Feed) -> dict[str, bytes]:
    return {file.removesuffix(".csv"): get(feed, file).content for file in COLUMNS}


def unchanged(report: dict[str, Any]) -> None:
    assert (done(report), report["problems"], report["warnings"]) == ([], [], [])


def test_what_is_downloaded_and_sent_back_changes_nothing(feed: Feed) -> None:
    feed.post()
    closing = b"key,name,kind,parent_key,closed\nshut,Dicht,unit,north,\nouwe,Oud,team,shut,\n"
    feed.post(files={"units": closing})
    feed.post(files={"units": closing.replace(b",\nouwe", b",ja\nouwe").replace(b"shut,\n", b"shut,ja\n")})
    files = downloaded(feed)
    assert files["units"].decode().splitlines() == [
        "key,name,kind,parent_key,closed",
        "dok,Team Dok,team,quay,",
        "kade,Team Kade,team,north,",
        "north,Noord,unit,,",
        "ouwe,Oud,team,shut,yes",
        "quay,Kade,unit,north,",
        "shut,Dicht,unit,north,yes",
    ]
    assert files["professionals"].decode().splitlines() == [
        "employee_number,name,email",
        "e1,Fenna,f@example.org",
        'e2,"Bakker, Joris",joris@example.org',
    ]
    assert files["memberships"].decode().splitlines() == [
        "employee_number,team_key,since",
        "e1,kade,2026-01-01",
        "e2,dok,2026-02-01",
    ]
    for dry in (True, False):
        unchanged(feed.post(files=files, dryRun=dry).json())
    assert downloaded(feed) == files


def test_only_hr_can_download_and_only_its_files(feed: Feed) -> None:
    for file in (UNITS, PROFESSIONALS, MEMBERSHIPS):
        assert get(feed, file, role="PROFESSIONAL").status_code == 403
        assert get(feed, file, who=feed.house.number).status_code == 403
    assert get(feed, "salaries.csv").status_code == 404
    answer = get(feed, UNITS)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


def test_what_an_older_program_formed_is_left_out_until_its_row_records_the_key(feed: Feed) -> None:
    house = feed.house
    organisation = house.vault.organisation() or ""
    old, north = derived_id(organisation, "team", "old"), derived_id(organisation, "unit", "north")
    formed = TeamFormed(name="Team Oud", unit=north)
    recorded = Recorded(stream=f"team-{old}", version=1, event=formed, at=house.calendar.now(), by=north)
    house.log.recorders[0].append([house.mapper.to_stored_event(recorded)])
    answer = get(feed, UNITS)
    assert (b"Team Oud" in answer.content, answer.headers["ipp-rows-left-out"]) == (False, "1")
    row = b"key,name,kind,parent_key\nold,Team Oud,team,north\n"
    assert done(feed.post(files={"units": row}).json()) == ["formTeam old"]
    answer = get(feed, UNITS)
    assert (b"old,Team Oud,team,north," in answer.content, answer.headers["ipp-rows-left-out"]) == (True, "0")
    unchanged(feed.post(files={"units": row}).json())


def test_a_membership_in_a_place_without_a_key_does_not_end_by_the_round_trip(feed: Feed) -> None:
    feed.post(files={"memberships": MEMBERS, "professionals": PEOPLE, "units": TREE})
    files = downloaded(feed)
    files["units"] = b"\n".join(line for line in files["units"].split(b"\n") if b"dok" not in line)
    files["memberships"] = b"\n".join(
        line for line in files["memberships"].split(b"\n") if b"dok" not in line
    )
    report = feed.post(files=files).json()
    assert done(report) == []
    assert [problem["file"] for problem in report["problems"]] == [MEMBERSHIPS]
