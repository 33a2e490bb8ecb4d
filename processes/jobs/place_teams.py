"""Has the units know of the teams that a program formed which did not place them: docs/decisions/0014."""

from typing import Final

from kit.ids import derived_id
from processes.job import Job, JobContext
from projections.views import organisation
from services.contexts.units.commands import PlaceTeam


def run(context: JobContext) -> str | None:
    """Send one command for each open team; return how many could not be placed yet, None for none."""
    left = 0
    for team in context.read(organisation.teams):
        # It is there already, so nothing is left to wait for. With its version of now, a team would be placed
        # anew on each day on which its members did something.
        command = PlaceTeam(unit=team.unit, team=team.team, after=0)
        occasion = derived_id(context.today.isoformat(), team.team, team.unit)
        left += not context.send(command, occasion=occasion)
    return f"{left} teams could not be placed in their units yet" if left else None


JOB: Final = Job(name="place_teams", run=run, daily=True)
