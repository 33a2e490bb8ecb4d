"""Decides on teams: what HR reports of them, and what members do there; each noun has its own decider.py."""

from typing import Final, assert_never, get_args

from events.catalog.team import (
    JointGoalEvent,
    TeamEvent,
    TeamLifeEvent,
    TeamSessionHeld,
    WorkEvent,
)
from services.contexts.team.commands import AnyTeamCommand
from services.contexts.team.forming import decide_forming, evolve_forming
from services.contexts.team.joint_goals.commands import JointGoalCommand
from services.contexts.team.joint_goals.decider import decide_joint_goal, evolve_joint_goal
from services.contexts.team.members import MemberCommand
from services.contexts.team.sessions.commands import RecordTeamSession
from services.contexts.team.sessions.decider import decide_session
from services.contexts.team.state import Team
from services.contexts.team.work.commands import WorkCommand
from services.contexts.team.work.decider import decide_work, evolve_work
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import NOT_FOUND, RejectedError

AnyCommandOnATeam = AnyTeamCommand | JointGoalCommand | WorkCommand | RecordTeamSession


def decide(command: AnyCommandOnATeam, state: Team, context: DecisionContext) -> tuple[TeamEvent, ...]:
    """Return the events of the command. Raises RejectedError."""
    if isinstance(command, MemberCommand) and not command.is_addressed(context):
        raise RejectedError(NOT_FOUND)
    if isinstance(command, AnyTeamCommand):
        return decide_forming(command, state, context)
    if isinstance(command, JointGoalCommand):
        return decide_joint_goal(command, state, context)
    if isinstance(command, WorkCommand):
        return decide_work(command, state, context)
    if isinstance(command, RecordTeamSession):
        return decide_session(command, state, context)
    assert_never(command)


def evolve(state: Team, event: TeamEvent) -> Team:
    """Return the team after an event; an event about something unknown changes nothing."""
    if isinstance(event, TeamLifeEvent):
        return evolve_forming(state, event)
    if isinstance(event, JointGoalEvent):
        return evolve_joint_goal(state, event)
    if isinstance(event, WorkEvent):
        return evolve_work(state, event)
    if isinstance(event, TeamSessionHeld):
        return state  # nothing is decided on what was talked about
    assert_never(event)


DECIDER: Final = Decider[AnyCommandOnATeam, Team, TeamEvent](
    commands=get_args(AnyCommandOnATeam),
    reads=event_types_of(TeamEvent),
    initial=Team(),
    decide=decide,
    evolve=evolve,
)
