"""Decides on sessions of a team."""

from events.catalog.team import TeamSessionHeld
from services.contexts.team.members import closed_refusals
from services.contexts.team.sessions.commands import RecordTeamSession
from services.contexts.team.state import Team
from services.decisions.command import DecisionContext
from services.decisions.refusals import reject_if
from services.decisions.validation import invalid


def decide_session(
    command: RecordTeamSession, state: Team, context: DecisionContext
) -> tuple[TeamSessionHeld, ...]:
    refusals = closed_refusals(state)
    if command.held_on > context.today:
        nl, en = "Deze dag moet nog komen.", "This day is still to come."
        refusals.append(invalid(("heldOn",), nl=nl, en=en))
    reject_if(refusals)
    return (TeamSessionHeld(session=context.new, by=context.sender, held_on=command.held_on),)
