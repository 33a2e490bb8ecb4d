"""Decides on the rollout: a team begins when it decides to, and nobody is ever enrolled."""

from typing import Any, Final, assert_never

import msgspec

from events.catalog.rollout import (
    ExperienceShared,
    FrontRunnerSteppedForward,
    MaterialPublished,
    RolloutEvent,
    TeamInvitedByFrontRunner,
    TeamPaused,
    TeamStarted,
)
from rules.commands import Refusal
from rules.kinds import RolloutState
from services.contexts.rollout.commands import (
    AnyRolloutCommand,
    InviteTeam,
    PauseTeam,
    PublishMaterial,
    ShareExperience,
    StartTeam,
    StepForwardAsFrontRunner,
)
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import NOT_FOUND, RejectedError, reject_if
from services.decisions.validation import one_line

MATERIALS_MAX: Final = 200
"""The most materials; the view shows all of them."""


class RolloutTeam(msgspec.Struct, frozen=True, kw_only=True):
    """Where a team is, and who stepped forward in it, whether still a member or not."""

    state: RolloutState = RolloutState.NOT_ASKED
    front_runners: frozenset[str] = frozenset()


class Rollout(msgspec.Struct, frozen=True, kw_only=True):
    """The teams in which something happened, by id, and how many materials there are."""

    teams: dict[str, RolloutTeam] = {}
    materials: int = 0

    def team(self, team: str) -> RolloutTeam:
        return self.teams.get(team, RolloutTeam())


def decide(command: AnyRolloutCommand, state: Rollout, context: DecisionContext) -> tuple[RolloutEvent, ...]:
    """Return the events of the command. Raises RejectedError."""
    match command:
        case PublishMaterial():
            return (_published(command, state, context),)
        case ShareExperience(team_id=team):
            reject_if(_left_refusals(context) or (_member_refusals(context) if team is not None else []))
            return (ExperienceShared(experience=context.new, person=context.sender, team=team),)
        case _:
            reject_if(_member_refusals(context))
            return (_of_team(command, state.team(command.team_id), context),)


def evolve(state: Rollout, event: RolloutEvent) -> Rollout:
    match event:
        case FrontRunnerSteppedForward(team=team, person=person):
            return _changed(state, team, front_runners=state.team(team).front_runners | {person})
        case TeamInvitedByFrontRunner(team=team):
            return _changed(state, team, state=RolloutState.INVITED)
        case TeamStarted(team=team):
            return _changed(state, team, state=RolloutState.STARTED)
        case TeamPaused(team=team):
            return _changed(state, team, state=RolloutState.PAUSED)
        case MaterialPublished():
            return msgspec.structs.replace(state, materials=state.materials + 1)
        case ExperienceShared():
            return state
        case _:
            assert_never(event)


DECIDER: Final = Decider[AnyRolloutCommand, Rollout, RolloutEvent](
    commands=(StepForwardAsFrontRunner, InviteTeam, StartTeam, PauseTeam, ShareExperience, PublishMaterial),
    reads=event_types_of(RolloutEvent),
    initial=Rollout(),
    decide=decide,
    evolve=evolve,
    cached=True,
)


def _changed(rollout: Rollout, team: str, **changes: Any) -> Rollout:
    changed = msgspec.structs.replace(rollout.team(team), **changes)
    return msgspec.structs.replace(rollout, teams={**rollout.teams, team: changed})


def _of_team(
    command: StepForwardAsFrontRunner | InviteTeam | StartTeam | PauseTeam,
    team: RolloutTeam,
    context: DecisionContext,
) -> RolloutEvent:
    match command:
        case StepForwardAsFrontRunner(team_id=name):
            if context.sender in team.front_runners:
                nl, en = "Je bent al koploper van dit team.", "You are a front runner of this team already."
                raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
            return FrontRunnerSteppedForward(team=name, person=context.sender)
        case InviteTeam(team_id=name):
            reject_if(_inviting_refusals(team, context))
            return TeamInvitedByFrontRunner(team=name, person=context.sender)
        case StartTeam(team_id=name):
            if team.state is RolloutState.STARTED:
                nl, en = "Dit team is al begonnen.", "This team has started already."
                raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
            return TeamStarted(team=name)
        case PauseTeam(team_id=name):
            reject_if(_pausing_refusals(team))
            return TeamPaused(team=name)
        case _:
            assert_never(command)


def _inviting_refusals(team: RolloutTeam, context: DecisionContext) -> list[Refusal]:
    if context.sender not in team.front_runners:
        nl = "Alleen een koploper nodigt het team uit. Meld je eerst zelf als koploper."
        en = "Only a front runner invites the team. First step forward as one yourself."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en)]
    if team.state is RolloutState.INVITED:
        nl, en = "Dit team is al uitgenodigd.", "This team is invited already."
        return [Refusal(code="ALREADY_SO", nl=nl, en=en)]
    if team.state is RolloutState.NOT_ASKED:
        return []
    nl = "Dit team is al eens begonnen. Of het verdergaat, beslist het team zelf."
    en = "This team has started before. Whether it goes on, the team itself decides."
    return [Refusal(code="WRONG_STATE", nl=nl, en=en)]


def _pausing_refusals(team: RolloutTeam) -> list[Refusal]:
    if team.state is RolloutState.STARTED:
        return []
    if team.state is RolloutState.PAUSED:
        nl, en = "Dit team pauzeert al.", "This team is pausing already."
        return [Refusal(code="ALREADY_SO", nl=nl, en=en)]
    nl, en = "Dit team is nog niet begonnen.", "This team has not started yet."
    return [Refusal(code="WRONG_STATE", nl=nl, en=en)]


def _member_refusals(context: DecisionContext) -> list[Refusal]:
    return [] if context.sender in context.members else [NOT_FOUND]


def _left_refusals(context: DecisionContext) -> list[Refusal]:
    if not context.sender_left:
        return []
    nl = "Je werkt hier niet meer; daarom kun je geen ervaring delen."
    en = "You don't work here any more, so you can't share an experience."
    return [Refusal(code="WRONG_STATE", nl=nl, en=en)]


def _published(command: PublishMaterial, state: Rollout, context: DecisionContext) -> MaterialPublished:
    if state.materials >= MATERIALS_MAX:
        nl = f"Er is plaats voor {MATERIALS_MAX} materialen."
        en = f"There is room for {MATERIALS_MAX} materials."
        raise RejectedError(Refusal(code="LIMIT_REACHED", nl=nl, en=en))
    return MaterialPublished(
        material=context.new,
        title_nl=one_line(command.title.nl),
        title_en=one_line(command.title.en),
        text_nl=command.text.nl.strip(),
        text_en=command.text.en.strip(),
        link=command.link,
    )
