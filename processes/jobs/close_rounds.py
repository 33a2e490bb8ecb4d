"""Begins the closing of every feedback round whose time is up; one that was never opened is cancelled."""

from typing import Final

from kit.ids import derived_id
from processes.job import Job, JobContext
from projections.views import rounds
from services.contexts.rounds.commands import CloseDueRound

ROUNDS_MAX: Final = 500
"""Rounds looked at in one turn; the others wait for the next."""


def run(context: JobContext) -> str | None:
    """
    Send one command for each round; return how many could not be closed yet, None for none.

    A round that is extended meanwhile is due at another moment: that is another occasion. The day is part of
    it too, so a command that was voided is sent anew the next day.
    """
    due = context.read(lambda connection: rounds.rounds_due(connection, context.now, ROUNDS_MAX))
    left = 0
    for found in due:
        command = CloseDueRound(subject=found.subject, round_id=found.round)
        occasion = derived_id(found.round, found.closes_at.isoformat(), context.today.isoformat())
        left += not context.send(command, occasion=occasion)
    return f"{left} rounds could not be closed yet" if left else None


JOB: Final = Job(name="close_rounds", run=run)
