"""Ends offers of work whose last day is past, or whose author left before anybody took them up."""

from typing import Final

from kit.ids import derived_id
from processes.job import Job, JobContext
from projections.views import team
from services.contexts.team.work.commands import EndWorkOffer

OFFERS_MAX: Final = 500
"""Offers looked at in one turn; the others wait for the next."""


def run(context: JobContext) -> str | None:
    """
    Send one command for each offer; return how many could not be ended yet, None for none.

    Who takes an offer up or leaves meanwhile makes it another occasion. The day is part of it too, so a
    command that was voided is sent anew the next day.
    """
    due = context.read(lambda connection: team.work_offers_to_end(connection, context.today, OFFERS_MAX))
    left = 0
    for offer in due:
        command = EndWorkOffer(team=offer.team, offer=offer.offer, people=offer.people)
        occasion = derived_id(context.today.isoformat(), offer.team, offer.offer, *offer.people)
        left += not context.send(command, occasion=occasion)
    return f"{left} offers of work could not be ended yet" if left else None


JOB: Final = Job(name="end_work_offers", run=run)
