"""Ends every sharing whose last day is past."""

from typing import Final

from kit.ids import derived_id
from processes.job import Job, JobContext
from projections.views import profile
from services.contexts.portfolio.sharing.commands import EndItemSharings

SHARINGS_MAX: Final = 500
"""Sharings looked at in one turn; the others wait for the next."""


def run(context: JobContext) -> str | None:
    """
    Send one command for each owner; return how many sharings could not be ended yet, None for none.

    The occasion includes the day, so a command that was voided is sent anew the next day.
    """
    due = context.read(lambda connection: profile.sharings_to_end(connection, context.today, SHARINGS_MAX))
    of_owner: dict[str, list[str]] = {}
    for sharing in due:
        of_owner.setdefault(sharing.owner, []).append(sharing.sharing)
    left = 0
    for owner, sharings in of_owner.items():
        command = EndItemSharings(owner=owner, sharing_ids=tuple(sharings))
        if not context.send(command, occasion=derived_id(context.today.isoformat(), *sharings)):
            left += len(sharings)
    return f"{left} sharings could not be ended yet" if left else None


JOB: Final = Job(name="end_sharings", run=run)
