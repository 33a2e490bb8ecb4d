"""Removes from the vault the invitations that never reached the log."""

from typing import Final

from processes.job import Job, JobContext


def run(context: JobContext) -> None:
    """Forget invitations whose command never happened, and counts of earlier quarters."""
    context.invitations.forget_unknown(context.today)


JOB: Final = Job(name="tidy_invitations", run=run, daily=True)
