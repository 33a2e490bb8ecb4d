"""
The words of a command on a team: kept in the sender's own stream, before the team's stream has the fact.

A person's words are sealed with that person's key, so they can't be in the team's stream, and no commit is
about two subjects. docs/decisions/0016 says why this order is safe whatever stops in between.
"""

from services.contexts.team.joint_goals.commands import AdoptJointGoal
from services.contexts.team.sessions.commands import RecordTeamSession
from services.contexts.team.work.commands import OfferWork
from services.contexts.teamwork.commands import AnyWriting, WriteJointGoal, WriteTeamSession, WriteWorkOffer
from services.decisions.command import Command, DecisionContext


def words_of(command: Command, context: DecisionContext) -> AnyWriting | None:
    """Return the command that keeps the words of this one; None for a command without any."""
    writer, thing = context.sender, context.new
    match command:
        case OfferWork(title=title, text=text):
            return WriteWorkOffer(person=writer, team=command.team(), thing=thing, title=title, text=text)
        case AdoptJointGoal(text=text):
            return WriteJointGoal(person=writer, team=command.team(), thing=thing, text=text)
        case RecordTeamSession(agreements=agreements):
            return WriteTeamSession(person=writer, team=command.team(), thing=thing, agreements=agreements)
        case _:
            return None
