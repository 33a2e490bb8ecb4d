"""Decides on what members write for their teams: each thing is written once."""

from typing import Final, assert_never, get_args

from events.catalog.teamwork import JointGoalWritten, TeamSessionWritten, TeamworkEvent, WorkOfferWritten
from rules.commands import Refusal
from services.contexts.teamwork.commands import AnyWriting, WriteJointGoal, WriteTeamSession, WriteWorkOffer
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import RejectedError
from services.decisions.validation import one_line

Written = frozenset[str]
"""The things that somebody has written words of."""


def decide(command: AnyWriting, state: Written, context: DecisionContext) -> tuple[TeamworkEvent, ...]:  # noqa: ARG001 - the form of a decider
    """Return the event of the command. Raises RejectedError."""
    if command.thing in state:
        nl, en = "Dit is al opgeschreven.", "This is written down already."
        raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
    thing, team = command.thing, command.team
    match command:
        case WriteWorkOffer(title=title, text=text):
            return (WorkOfferWritten(offer=thing, team=team, title=one_line(title), text=text.strip()),)
        case WriteJointGoal(text=text):
            return (JointGoalWritten(goal=thing, team=team, text=text.strip()),)
        case WriteTeamSession(agreements=agreements):
            agreed = tuple(text.strip() for text in agreements)
            return (TeamSessionWritten(session=thing, team=team, agreements=agreed),)
        case _:
            assert_never(command)


def evolve(state: Written, event: TeamworkEvent) -> Written:
    match event:
        case WorkOfferWritten(offer=thing) | JointGoalWritten(goal=thing) | TeamSessionWritten(session=thing):
            return state | {thing}
        case _:
            assert_never(event)


DECIDER: Final = Decider[AnyWriting, Written, TeamworkEvent](
    commands=get_args(AnyWriting),
    reads=event_types_of(TeamworkEvent),
    initial=frozenset(),
    decide=decide,
    evolve=evolve,
)
