"""Jobs are found by being there, and one that fails keeps no other from its turn."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

import processes.jobs
from kit.clock import Calendar, FixedClock
from kit.health import Health
from kit.lifecycle import Stop
from processes.job import Job, JobContext
from processes.registry import JobRegistrationError, find_jobs
from processes.scheduler import NAME, QUIET_FAILURES, Scheduler, Turn
from services.decisions.command import Command
from services.feedback.invitation_chores import InvitationChores

DROPPED = '''
"""Counts its turns."""

from processes.job import Job

turns = []
JOB = Job(name="counting", run=lambda context: turns.append(context.today))
'''


def failing(_context: JobContext) -> None:
    raise ZeroDivisionError("KANARIE")


_NO_CHORES = cast("InvitationChores", None)
"""These jobs do nothing in the vault."""


class Desk:
    """A scheduler of some jobs, with its clock and its health page."""

    def __init__(self, *jobs: Job) -> None:
        self.clock = FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
        self.health = Health(self.clock)
        self.scheduler = Scheduler(
            database_url="postgresql://nobody.invalid/none",
            send=self._send,
            invitations=_NO_CHORES,
            calendar=Calendar(clock=self.clock, zone=ZoneInfo("Europe/Amsterdam")),
            health=self.health,
            jobs=jobs,
        )

    def said(self) -> tuple[str, str]:
        finding = self.health.findings()[NAME]
        return finding.state, finding.sentence

    def _send(self, command: Command, *, occasion: str) -> bool:
        raise AssertionError(f"no job here sends anything: {command}, {occasion}")


@pytest.fixture
def dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that counts as part of processes/jobs."""
    monkeypatch.setattr(processes.jobs, "__path__", [*processes.jobs.__path__, str(tmp_path)])
    return tmp_path


def test_every_file_in_jobs_is_a_job_of_its_name() -> None:
    folder = Path(processes.jobs.__file__ or "").parent
    names = {file.stem for file in folder.glob("[a-z]*.py")}
    assert names == {
        *("close_rounds", "end_sharings", "end_work_offers", "keep_read_log", "place_teams"),
        "tidy_invitations",
    }
    assert [job.name for job in find_jobs()] == sorted(names)


def test_a_file_dropped_into_the_folder_is_run(dropped: Path) -> None:
    (dropped / "counting.py").write_text(DROPPED)
    (counting,) = [job for job in find_jobs() if job.name == "counting"]
    desk = Desk(counting)
    assert desk.scheduler.turn() == Turn()
    turns = counting.run.__globals__["turns"]
    assert turns == [date(2026, 11, 23)]


def test_a_file_that_holds_no_job_of_its_name_is_refused(dropped: Path) -> None:
    (dropped / "misnamed.py").write_text(DROPPED)
    with pytest.raises(JobRegistrationError, match=r"misnamed\.py should hold JOB"):
        find_jobs()


def test_a_job_that_fails_is_reported_and_the_others_run() -> None:
    ran: list[str] = []
    before = Job(name="a", run=lambda _context: ran.append("before"))
    after = Job(name="c", run=lambda _context: ran.append("after"))
    desk = Desk(before, Job(name="b", run=failing), after)
    with capture_logs() as logged:
        turn = desk.scheduler.turn()
    assert ran == ["before", "after"]
    assert turn == Turn(failed={"b": "ZeroDivisionError"})
    assert desk.said() == ("degraded", "b can't do its work (ZeroDivisionError)")
    (line,) = logged
    assert (line["event"], line["job"], line["reason"]) == ("scheduler.job_failed", "b", "ZeroDivisionError")
    assert "KANARIE" not in str(logged)


def test_a_job_that_goes_on_failing_becomes_a_warning_and_heals_by_succeeding() -> None:
    mended: list[bool] = []

    def mending(context: JobContext) -> None:
        if not mended:
            failing(context)

    desk = Desk(Job(name="b", run=mending))
    with capture_logs() as logged:
        for _ in range(QUIET_FAILURES + 1):
            desk.scheduler.turn()
        mended.append(True)
        assert desk.scheduler.turn() == Turn()
        mended.clear()
        desk.scheduler.turn()
    assert [line["log_level"] for line in logged] == [*["info"] * QUIET_FAILURES, "warning", "info"]


def test_what_a_job_could_not_do_yet_is_on_the_health_page_until_it_is_done() -> None:
    left = ["2 things could not be done yet"]
    desk = Desk(Job(name="a", run=lambda _context: left[0] if left else None))
    assert desk.scheduler.turn() == Turn(unfinished={"a": "2 things could not be done yet"})
    assert desk.said() == ("degraded", "2 things could not be done yet")
    left.clear()
    assert desk.scheduler.turn() == Turn()
    assert desk.said() == ("ok", "nothing is overdue")


def test_a_daily_job_runs_again_until_it_succeeded_and_then_not_before_the_next_day() -> None:
    days: list[datetime] = []
    trouble = [True]

    def daily(context: JobContext) -> None:
        if trouble:
            failing(context)
        days.append(desk.clock.now())

    desk = Desk(Job(name="a", run=daily, daily=True))
    assert desk.scheduler.turn().failed == {"a": "ZeroDivisionError"}
    trouble.clear()
    for _ in range(3):
        assert desk.scheduler.turn() == Turn()
    assert len(days) == 1
    desk.clock.advance(timedelta(days=1))
    desk.scheduler.turn()
    assert len(days) == 2


def test_run_takes_turns_until_it_is_stopped() -> None:
    stop = Stop()
    desk = Desk(Job(name="a", run=lambda _context: stop.request("the test is done")))
    desk.scheduler.run(stop)
    assert desk.said() == ("ok", "nothing is overdue")
