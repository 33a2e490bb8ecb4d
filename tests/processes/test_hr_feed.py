"""HR's files over HTTP: good rows land, bad ones are named, and sent twice nothing happens twice."""

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from structlog.testing import capture_logs

from events.catalog.policy import RoleGranted
from kit.errors import UnauthenticatedError
from processes.assembly import app_of, feed_of
from projections.views.organisation import UnitChange, unit_changes
from rules.access.roles import Role
from services.handling.registry import read_command
from services.handling.results import Caller
from tests.processes.house import caught_up, inhabited
from tests.services.house import NOW, House

pytestmark = pytest.mark.postgres
UNITS = b"""key;name;kind;parent_key;closed
north;Noord;unit;;
quay;Kade;unit;north;
kade;Team Kade;team;north;
dok;Team Dok;team;quay;
"""
PEOPLE = b"""employee_number,name,email
e1,Fenna,f@example.org
e2,"Bakker, Joris",joris@example.org
e3,Amina,geen adres
e4,,x@example.org
"""
MEMBERS = b"""employee_number,team_key,since
e1,kade,2026-01-01
e2,dok,2026-02-01
e9,dok,2026-02-01
e2,kade,gisteren
"""


class _Callers:
    """Knows people by their name, which is sent in place of a token."""

    def __init__(self, house: House) -> None:
        self._house = house

    def read(self, headers: Any) -> Caller:
        name = headers.get("authorization")
        if not name:
            raise UnauthenticatedError("this needs a token")
        return self._house.caller(name, Role[headers.get("ipp-role", "PROFESSIONAL")])


class Feed:
    """HR's system, at the address that production has."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = app_of(
            feed_of(
                house.handler,
                callers=_Callers(house),  # type: ignore[arg-type]
                vault=house.vault,
                database_url=house.log.url,
                calendar=house.calendar,
            )
        )

    def post(self, *, who: str = "feed", role: str = "HR_FEED", accept: str = "*/*", **given: Any) -> Any:
        """Send files by their names without `.csv`; `data` are fields of the form, the rest parameters."""
        caught_up(self.house)
        files = given.pop("files", {"professionals": PEOPLE, "units": UNITS, "memberships": MEMBERS})
        data = given.pop("data", None)
        parts = {name: (f"{name}.csv", content) for name, content in files.items()}
        headers = {"ipp-role": role, "accept": accept} | ({"authorization": who} if who else {})

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://hr") as client:
                return await client.post(
                    "/hr-feed", params=given, files=parts, data=data, headers=headers, timeout=60
                )

        return asyncio.run(send())


@pytest.fixture
def feed(database_with_tables: str) -> Iterator[Feed]:
    with inhabited(database_with_tables) as house:
        yield Feed(house)


def done(report: dict[str, Any]) -> list[str]:
    return [f"{row['command']} {row['who']}" for row in report["done"]]


def named(report: dict[str, Any]) -> list[tuple[str, int | None, str | None]]:
    return [(problem["file"], problem["line"], problem["column"]) for problem in report["problems"]]


def test_a_dry_run_reports_what_would_be_done_and_changes_nothing(feed: Feed) -> None:
    before = feed.house.log.recorders[0].max_notification_id()
    report = feed.post(dryRun=True).json()
    assert feed.post(dryRun=True).json() == report
    assert feed.house.log.recorders[0].max_notification_id() == before
    assert feed.house.vault.person_for("e2") is None
    assert feed.post().json() == report | {"dryRun": False}


def test_good_rows_land_bad_rows_are_named_and_sent_twice_nothing_happens_twice(feed: Feed) -> None:
    first = feed.post().json()
    assert done(first) == [
        "formUnit quay",
        "formTeam dok",
        "registerProfessional e2",
        "recordTeamJoined e1",
        "recordTeamJoined e2",
    ]
    reasons = {
        (problem["file"], problem["line"]): problem["en"] for problem in first["problems"] if problem["line"]
    }
    assert "e-mail" in reasons[("professionals.csv", 4)]
    assert "empty" in reasons[("professionals.csv", 5)]
    assert "Nobody is registered" in reasons[("memberships.csv", 4)]
    assert "no day" in reasons[("memberships.csv", 5)]
    before = feed.house.log.recorders[0].max_notification_id()
    again = feed.post().json()
    assert done(again) == []
    assert named(again) == named(first)
    assert feed.house.log.recorders[0].max_notification_id() == before


def test_leavers_and_movers_come_out_right(feed: Feed) -> None:
    people = b"employee_number,name,email\ne1,Fenna,f@example.org\ne2,Joris,j@example.org\n"
    members = b"employee_number,team_key,since\ne1,kade,2026-01-01\ne2,dok,2026-02-01\n"
    feed.post(files={"units": UNITS, "professionals": people, "memberships": members})
    moved = b"employee_number,team_key,since\ne1,dok,2026-11-01\n"
    gone = b"employee_number,name,email\ne1,Fenna,f@example.org\n"
    report = feed.post(files={"units": UNITS, "professionals": gone, "memberships": moved}).json()
    assert done(report) == ["recordTeamLeft e1", "recordTeamJoined e1", "recordEmploymentEnded e2"]
    assert report["problems"] == []
    back = feed.post(files={"professionals": people}).json()
    assert done(back) == ["registerProfessional e2"]


def test_progress_is_sent_line_by_line_and_the_report_comes_last(feed: Feed) -> None:
    answer = feed.post(accept="application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert all({"given", "of"} == line.keys() for line in lines[:-1])
    assert done(lines[-1])[:1] == ["formUnit quay"]


def test_who_hangs_up_leaves_no_room_for_another_feed_before_the_last_command(feed: Feed) -> None:
    files = {"professionals.csv": PEOPLE, "units.csv": UNITS}
    given = threading.Event()
    go_on = threading.Event()
    handle = feed.house.handler.handle

    def slowly(*args: Any, **named: Any) -> Any:
        given.set()
        go_on.wait(20)
        return handle(*args, **named)

    async def hang_up_and_send_again() -> tuple[int, int]:
        headers = {"ipp-role": "HR_FEED", "authorization": "feed", "accept": "application/x-ndjson"}
        parts = {name: (name, content) for name, content in files.items()}
        transport = httpx.ASGITransport(feed.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hr", timeout=60) as client:

            async def send() -> httpx.Response:
                return await client.post("/hr-feed", files=parts, headers=headers)

            first = asyncio.create_task(send())
            await asyncio.to_thread(given.wait, 20)
            first.cancel()
            await asyncio.wait({first})
            meanwhile = await send()
            go_on.set()
            for _ in range(200):
                afterwards = await send()
                if afterwards.status_code != meanwhile.status_code:
                    break
                await asyncio.sleep(0.05)
        return meanwhile.status_code, afterwards.status_code

    caught_up(feed.house)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed.house.handler, "handle", slowly)
        assert asyncio.run(hang_up_and_send_again()) == (409, 200)


def test_a_role_withdrawn_meanwhile_leaves_a_report_of_what_was_done(feed: Feed) -> None:
    handle = feed.house.handler.handle
    asked: list[str] = []

    def once(command: Any, **named: Any) -> Any:
        asked.append(command.wire_name())
        if len(asked) == 2:
            administrator = ("administrator", Role.ADMINISTRATOR)
            grant = next(
                recorded.event.grant
                for recorded in feed.house.events(f"policy-{feed.house.vault.organisation()}")
                if isinstance(recorded.event, RoleGranted) and recorded.event.role == "HR_FEED"
            )
            handle(
                read_command("withdrawRole", {"roleGrantId": grant}),
                caller=feed.house.caller(*administrator),
                command_id=str(uuid4()),
            )
        return handle(command, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed.house.handler, "handle", once)
        answer = feed.post()
    assert answer.status_code == 200
    assert done(answer.json()) == ["formUnit quay"]
    assert "no longer allowed" in " ".join(problem["en"] for problem in answer.json()["problems"])


@pytest.mark.parametrize(
    ("who", "role", "status"), [("", "HR_FEED", 401), ("e1", "PROFESSIONAL", 403), ("e1", "HR_FEED", 403)]
)
def test_only_hrs_system_may_send_files(feed: Feed, who: str, role: str, status: int) -> None:
    assert feed.post(who=who, role=role).status_code == status


def test_an_error_nobody_foresaw_is_answered_and_logged_without_its_text(
    feed: Feed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> None:
        raise ValueError("row of Fenna de Boer")

    monkeypatch.setattr("processes.hr_feed.feed.read", broken)
    with capture_logs() as logged:
        answer = feed.post()
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL")
    written = capsys.readouterr()
    assert [line["kind"] for line in logged if line["event"] == "request.failed"] == ["ValueError"]
    assert "Fenna" not in answer.text + str(logged) + written.out + written.err


def test_what_is_no_file_of_hrs_is_refused(feed: Feed) -> None:
    assert feed.post(files={"salaries": b"x"}).status_code == 400
    cut = feed.post(files={"professionals": b"number,name\n"}).json()
    assert set(named(cut)) == {("professionals.csv", None, None)}
    assert cut["done"] == []


def test_of_today_is_what_hr_sends_just_after_midnight_where_the_organisation_is(feed: Feed) -> None:
    feed.post(files={"units": UNITS, "professionals": PEOPLE})
    feed.house.clock.advance(datetime(2026, 11, 23, 23, 30, tzinfo=UTC) - NOW)
    members = b"employee_number,team_key,since\ne1,dok,2026-11-24\ne2,dok,2026-11-25\n"
    report = feed.post(files={"memberships": members}).json()
    assert done(report) == ["recordTeamJoined e1"]
    assert ("memberships.csv", 3) in [problem[:2] for problem in named(report)]


def test_what_hr_sends_just_after_midnight_is_shown_under_the_day_it_was_where_the_organisation_is(
    feed: Feed,
) -> None:
    feed.house.clock.advance(datetime(2026, 11, 23, 23, 30, tzinfo=UTC) - NOW)
    feed.post(files={"units": UNITS})
    caught_up(feed.house)

    async def changes() -> list[UnitChange]:
        async with await psycopg.AsyncConnection.connect(feed.house.log.url) as connection:
            return await unit_changes(connection, last=20)

    shown = {(change.unit.name, change.on) for change in asyncio.run(changes())}
    assert {("Kade", date(2026, 11, 24)), ("Team Dok", date(2026, 11, 24))} <= shown
