"""Decides on goals, and on offers of them to a team."""

from datetime import date
from typing import Final, Literal, assert_never

from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.goals import (
    GoalEvent,
    GoalLetGo,
    GoalOfferedToTeam,
    GoalOfferTakenBack,
    GoalProgressNoted,
    GoalReached,
    GoalSet,
    GoalSharpened,
)
from rules.commands import Refusal
from rules.team.goal_offers import signed_offer_id
from services.contexts.portfolio.goals.commands import (
    GoalCommand,
    LetGoOfGoal,
    NoteGoalProgress,
    OfferGoalToTeam,
    ReachGoal,
    SetGoal,
    SharpenGoal,
    TakeBackGoalOffer,
)
from services.contexts.portfolio.refusals import (
    already_so,
    change_refusals,
    deduplicated,
    item_refusals,
    limit_reached,
    not_found,
    unknown_item,
    wrong_state,
)
from services.contexts.portfolio.sharing.decider import sharings_ended
from services.contexts.portfolio.state import Goal, Insight, Portfolio
from services.decisions.changes import changed
from services.decisions.command import NOWHERE, DecisionContext
from services.decisions.refusals import reject_if
from services.decisions.validation import invalid, same_words

GOALS_MAX: Final = 50
"""The most open goals in one portfolio: neither reached nor let go."""


def decide_goal(  # noqa: PLR0911 - one for each command
    command: GoalCommand, state: Portfolio, context: DecisionContext
) -> tuple[PortfolioEvent, ...]:
    match command:
        case SetGoal():
            reject_if([*change_refusals(state), *_setting_refusals(command, state, context)])
            set_ = GoalSet(
                goal=context.new,
                text=command.text.strip(),
                horizon=command.horizon,
                insights=deduplicated(command.insight_ids),
            )
            return (set_,)
        case SharpenGoal():
            return (_sharpened(command, state, context),)
        case NoteGoalProgress():
            reject_if([*_goal_refusals(command.goal_id, state), *_progress_refusals(command, state)])
            return (GoalProgressNoted(goal=command.goal_id, progress=command.progress),)
        case ReachGoal(goal_id=goal):
            reject_if(_goal_refusals(goal, state, reached="ALREADY_SO"))
            return GoalReached(goal=goal), *_offer_taken_back(goal, state)
        case LetGoOfGoal(goal_id=goal):
            reject_if(_goal_refusals(goal, state, gone="ALREADY_SO"))
            ended = sharings_ended(state, "item_gone", item=goal)
            return GoalLetGo(goal=goal), *_offer_taken_back(goal, state), *ended
        case OfferGoalToTeam():
            reject_if([*_goal_refusals(command.goal_id, state), *_offer_refusals(command, state)])
            return (_offered(command, context),)
        case TakeBackGoalOffer(goal_id=goal):
            reject_if([*change_refusals(state), *_taking_back_refusals(goal, state)])
            return (GoalOfferTakenBack(goal=goal, reason="owner"),)
        case _:
            assert_never(command)


def evolve_goal(state: Portfolio, event: GoalEvent) -> Portfolio:  # noqa: PLR0911 - one for each event
    match event:
        case GoalSet():
            return state.with_new(event.goal, Goal(text=event.text, horizon=event.horizon))
        case GoalSharpened():
            return state.with_changed(event.goal, text=event.text, horizon=event.horizon)
        case GoalProgressNoted():
            return state.with_changed(event.goal, progress=event.progress)
        case GoalReached():
            return state.with_changed(event.goal, reached=True)
        case GoalLetGo():
            return state.with_changed(event.goal, gone=True)
        case GoalOfferedToTeam():
            return state.with_changed(event.goal, offered_to=event.team)
        case GoalOfferTakenBack():
            return state.with_changed(event.goal, offered_to=None)
        case _:
            assert_never(event)


def _goal_refusals(
    goal: str,
    state: Portfolio,
    *,
    gone: Literal["WRONG_STATE", "ALREADY_SO"] = "WRONG_STATE",
    reached: Literal["WRONG_STATE", "ALREADY_SO"] = "WRONG_STATE",
) -> list[Refusal]:
    """Refuse to change a goal that is unknown, let go (with the code `gone`) or reached (`reached`)."""
    refusals = [*change_refusals(state), *item_refusals(state, Goal, goal, "goalId", gone=gone)]
    found = state.item(Goal, goal)
    if found is not None and found.reached:
        nl, en = "Dit doel heb je al bereikt.", "You have reached this goal already."
        refusals.append(Refusal(code=reached, nl=nl, en=en, field=("goalId",)))
    return refusals


def _setting_refusals(command: SetGoal, state: Portfolio, context: DecisionContext) -> list[Refusal]:
    open_goals = [goal for goal in state.kept(Goal) if not goal.reached]
    refusals = [
        unknown_item(Insight, "insightIds", str(number))
        for number, insight in enumerate(command.insight_ids)
        if state.item(Insight, insight) is None
    ]
    refusals += _horizon_refusals(command.horizon, context)
    if any(same_words(goal.text) == same_words(command.text) for goal in open_goals):
        nl = "Dit doel staat al in je portfolio. Je kunt het daar aanscherpen."
        en = "This goal is in your portfolio already. You can sharpen it there."
        refusals.append(already_so("text", nl=nl, en=en))
    if len(open_goals) >= GOALS_MAX:
        nl = f"Een portfolio heeft hoogstens {GOALS_MAX} open doelen. Bereik er een of laat er een los."
        en = f"A portfolio has {GOALS_MAX} open goals at most. Reach one, or let one go."
        refusals.append(limit_reached(nl=nl, en=en))
    return refusals


def _sharpened(command: SharpenGoal, state: Portfolio, context: DecisionContext) -> GoalSharpened:
    refusals = _goal_refusals(command.goal_id, state)
    goal = state.item(Goal, command.goal_id)
    horizon_before = None if goal is None else goal.horizon
    horizon = changed(command.horizon, horizon_before)
    sharpened = GoalSharpened(goal=command.goal_id, text=command.text.strip(), horizon=horizon)
    # A horizon in the past may stay, but not be chosen.
    if horizon != horizon_before:
        refusals += _horizon_refusals(horizon, context)
    if goal is not None and (goal.text, goal.horizon) == (sharpened.text, horizon):
        nl, en = "Zo staat dit doel er al.", "This goal says so already."
        refusals.append(already_so("text", nl=nl, en=en))
    reject_if(refusals)
    return sharpened


def _horizon_refusals(horizon: date | None, context: DecisionContext) -> list[Refusal]:
    if horizon is None or horizon >= context.today:
        return []
    nl, en = "Deze dag is al voorbij.", "This day is past."
    return [invalid(("horizon",), nl=nl, en=en)]


def _progress_refusals(command: NoteGoalProgress, state: Portfolio) -> list[Refusal]:
    goal = state.item(Goal, command.goal_id)
    if goal is None or goal.progress != command.progress:
        return []
    nl, en = "Zo ver was je al.", "You had come this far already."
    return [already_so("progress", nl=nl, en=en)]


def _offered(command: OfferGoalToTeam, context: DecisionContext) -> GoalOfferedToTeam:
    return GoalOfferedToTeam(
        goal=command.goal_id,
        team=command.team_id,
        wording=command.offered_as.strip(),
        offer=signed_offer_id(context.person or NOWHERE, context.new, key=context.id_key),
    )


def _offer_refusals(command: OfferGoalToTeam, state: Portfolio) -> list[Refusal]:
    refusals = []
    if command.team_id not in state.teams:
        nl, en = "Dit is geen team van jou.", "This is no team of yours."
        refusals.append(not_found("teamId", nl=nl, en=en))
    goal = state.item(Goal, command.goal_id)
    if goal is None or goal.offered_to is None:
        return refusals
    if goal.offered_to == command.team_id:
        nl = "Dit doel heb je al aan dit team aangeboden."
        en = "You have offered this goal to this team already."
        return [*refusals, already_so("teamId", nl=nl, en=en)]
    nl = "Dit doel heb je aan een ander team aangeboden. Neem dat eerst terug."
    en = "You have offered this goal to another team. Take that back first."
    return [*refusals, wrong_state("teamId", nl=nl, en=en)]


def _taking_back_refusals(goal: str, state: Portfolio) -> list[Refusal]:
    found = state.item(Goal, goal)
    if found is None:
        return item_refusals(state, Goal, goal, "goalId")
    if found.offered_to is not None:
        return []
    nl, en = "Dit doel is al niet aangeboden.", "This goal is not on offer already."
    return [already_so("goalId", nl=nl, en=en)]


def _offer_taken_back(goal: str, state: Portfolio) -> tuple[GoalOfferTakenBack, ...]:
    """Return the end of a goal's offer, if it is on offer."""
    found = state.item(Goal, goal)
    offered = found is not None and found.offered_to is not None
    return (GoalOfferTakenBack(goal=goal, reason="goal_over"),) if offered else ()
