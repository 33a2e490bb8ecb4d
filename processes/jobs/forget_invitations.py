"""Forgets who was invited to feedback rounds that are over."""

from typing import Final

from processes.job import Job, JobContext
from projections.views import rounds


def run(context: JobContext) -> None:
    """Forget those that the log says are over; the view finds them. Raises VaultUnreachableError."""
    kept = context.invitations.rounds_kept()
    if kept:
        over = context.read(lambda connection: rounds.rounds_over(connection, kept))
        context.invitations.forget_over(over)


JOB: Final = Job(name="forget_invitations", run=run)
