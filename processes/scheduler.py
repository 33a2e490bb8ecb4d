"""Runs the jobs that time makes due, one after another, and reports what became of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec
import structlog

from kit.clock import Calendar
from kit.health import Health
from kit.lifecycle import Stop
from processes.job import Job, JobContext, SendCommand
from processes.registry import find_jobs
from services.feedback.invitation_chores import InvitationChores

EVERY_S: Final = 20.0
AGAIN_S: Final = 2.0
"""How soon a turn in which a job failed is tried again."""
QUIET_FAILURES: Final = 5
NAME: Final = "scheduler"

_log = structlog.get_logger(__name__)


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """
    What became of the jobs in one turn, by name: all that are in neither did everything that was due.

    `unfinished` says what a job could not do yet, `failed` names the kind of error that it ended with.
    """

    unfinished: dict[str, str] = {}
    failed: dict[str, str] = {}


class Scheduler:
    """Gives each job its turn. A job that fails is reported and tried again soon; the others go on."""

    def __init__(
        self,
        *,
        database_url: str,
        send: SendCommand,
        invitations: InvitationChores,
        calendar: Calendar,
        health: Health,
        jobs: Sequence[Job] | None = None,
    ) -> None:
        self._database_url = database_url
        self._send = send
        self._invitations = invitations
        self._calendar = calendar
        self._health = health
        self._jobs = find_jobs() if jobs is None else jobs
        self._done_on: dict[str, date] = {}
        self._failures: Counter[str] = Counter()
        health.expect(NAME, within_s=EVERY_S * 4)

    def run(self, stop: Stop) -> None:
        """Take turns until `stop`."""
        while not stop.is_set():
            turn = self.turn()
            stop.wait(AGAIN_S if turn.failed else EVERY_S)

    def turn(self) -> Turn:
        """Run every job that is due, in the order of their names, and report to the health page."""
        now = self._calendar.local(self._calendar.now())
        context = JobContext(
            today=now.date(),
            now=now,
            database_url=self._database_url,
            send=self._send,
            invitations=self._invitations,
        )
        unfinished: dict[str, str] = {}
        failed: dict[str, str] = {}
        for job in self._jobs:
            if job.daily and self._done_on.get(job.name) == context.today:
                continue
            try:
                left = job.run(context)
            except Exception as error:  # noqa: BLE001 - what is unavailable now may be back in the next turn
                failed[job.name] = self._note_failure(job, error)
                continue
            self._failures.pop(job.name, None)
            if left:
                unfinished[job.name] = left
            else:
                self._done_on[job.name] = context.today
        turn = Turn(unfinished=unfinished, failed=failed)
        self._health.report(NAME, ok=not (failed or unfinished), degraded=True, sentence=_sentence(turn))
        return turn

    def _note_failure(self, job: Job, error: Exception) -> str:
        kind = type(error).__name__
        self._failures[job.name] += 1
        # Quietly at first: at a first start the views are still being made.
        log = _log.warning if self._failures[job.name] > QUIET_FAILURES else _log.info
        log("scheduler.job_failed", job=job.name, reason=kind)
        return kind


def _sentence(turn: Turn) -> str:
    failed = [f"{name} can't do its work ({kind})" for name, kind in turn.failed.items()]
    return "; ".join([*failed, *turn.unfinished.values()]) or "nothing is overdue"
