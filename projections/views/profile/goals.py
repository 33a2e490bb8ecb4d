"""Goals: what was set, what each later event changed, and the goals at any moment made from both."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, assert_never

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import asdict

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
from projections.changes import Changes, as_json
from projections.table import Column, moment_columns, text_columns
from projections.views.profile.layout import AT, ORDINAL, Past, newest_first, profile_table

GoalState = Literal["OPEN", "REACHED", "LET_GO"]

GOALS: Final = profile_table(
    "goals",
    ORDINAL,
    *text_columns("goal", "text"),
    Column(name="horizon", type="date", nullable=True),
    Column(name="insights", type="jsonb"),
    *moment_columns("set_at"),
    key=("goal",),
)
# Only the fields of a goal that a fact changes: a fold does not know the others.
GOAL_CHANGES: Final = profile_table(
    "goal_changes", ORDINAL, *text_columns("goal"), AT, Column(name="changed", type="jsonb"), key=("ordinal",)
)


class GoalChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a goal that a fact changed."""

    text: str | UnsetType = UNSET
    horizon: date | UnsetType | None = UNSET
    state: GoalState | UnsetType = UNSET
    progress: int | UnsetType = UNSET
    offered_team: str | UnsetType | None = UNSET
    offered_as: str | UnsetType | None = UNSET
    offer: str | UnsetType | None = UNSET


class GoalRow(msgspec.Struct, frozen=True, kw_only=True):
    goal: str
    text: str
    horizon: date | None
    insights: tuple[str, ...]
    set_at: datetime


class GoalChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    goal: str
    at: datetime
    changed: GoalChanged


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """
    `offered_as` is the wording that the team `offered_team` sees, `offer` the id that it is adopted by.

    `joint_goal` is what the team made of it; it is in another view, so this one leaves it None.
    """

    goal: str
    text: str
    horizon: date | None
    insights: tuple[str, ...]
    set_at: datetime
    state: GoalState = "OPEN"
    progress: int | None = None
    offered_team: str | None = None
    offered_as: str | None = None
    offer: str | None = None
    joint_goal: str | None = None


def fold_goal(event: GoalEvent, at: datetime, ordinal: int, changes: Changes) -> None:
    if isinstance(event, GoalSet):
        wording = {"text": event.text, "horizon": event.horizon, "insights": as_json(event.insights)}
        changes.put(GOALS, ordinal=ordinal, goal=event.goal, **wording, set_at=at)
        return
    match event:
        case GoalSharpened(goal=goal, text=text, horizon=horizon):
            changed = GoalChanged(text=text, horizon=horizon)
        case GoalProgressNoted(goal=goal, progress=progress):
            changed = GoalChanged(progress=progress)
        case GoalReached(goal=goal):
            changed = GoalChanged(state="REACHED")
        case GoalLetGo(goal=goal):
            changed = GoalChanged(state="LET_GO")
        case GoalOfferedToTeam(goal=goal, team=team, wording=offered_as, offer=offer):
            changed = GoalChanged(offered_team=team, offered_as=offered_as, offer=offer)
        case GoalOfferTakenBack(goal=goal):
            changed = GoalChanged(offered_team=None, offered_as=None, offer=None)
        case _:
            assert_never(event)
    changes.put(GOAL_CHANGES, ordinal=ordinal, goal=goal, at=at, changed=as_json(changed))


def goals_at(rows: Sequence[GoalRow], goal_changes: Sequence[GoalChangeRow], past: Past) -> tuple[Goal, ...]:
    changes: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in goal_changes:
        if past(row.at):
            fields = asdict(row.changed).items()
            changes[row.goal].update((name, value) for name, value in fields if value is not UNSET)
    goals = newest_first(Goal(**(asdict(row) | changes[row.goal])) for row in rows if past(row.set_at))
    return tuple(sorted(goals, key=lambda goal: goal.state != "OPEN"))
