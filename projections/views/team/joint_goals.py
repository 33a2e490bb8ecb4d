"""Reads of joint goals, with the goals on offer that they came from."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec
import psycopg

from kit.postgres.rows import rows
from kit.postgres.statements import Select, Source
from projections.views.team.membership import PARKED, WRITTEN, words_of
from projections.views.team.tables import GOALS_ON_OFFER, JOINT_GOALS, MEMBERS, ORIGINS
from rules.team.things import thing_id

JOINT_GOALS_SHOWN_MAX: Final = 100
"""Joint goals returned at once: the open ones, and the newest of those reached."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """A goal on offer that a joint goal came from; `goal` is the owner's own id of it."""

    offer: str
    owner: str
    goal: str
    wording: str
    offered_at: datetime


class JointGoal(msgspec.Struct, frozen=True, kw_only=True):
    """
    A goal of a team; `goal` is its id there.

    `text` is None when its author was forgotten. `origins` are those on offer still, the earliest first.
    """

    team: str
    goal: str
    text: str | None
    adopted_on: date
    progress: int | None
    reached: bool
    origins: tuple[Origin, ...]


# An offer ends in the same commit as a membership, so a member's offers are those of the view.
_ORIGINS: Final = f"""
    SELECT coalesce(jsonb_agg(jsonb_build_object('offer', g.offer, 'owner', g.subject, 'goal', g.goal,
        'wording', g.wording, 'offered_at', g.offered_at) ORDER BY g.offered_at, g.offer), '[]')
    FROM {ORIGINS.served} r JOIN {GOALS_ON_OFFER.served} g ON g.offer = r.offer AND g.team = r.subject
    JOIN {MEMBERS.served} m ON m.subject = g.subject AND m.team = g.team
    WHERE r.subject = j.subject AND r.goal = j.goal AND g.subject NOT IN ({PARKED})
"""
_GOALS: Final = f"""
    SELECT j.subject AS team, j.goal, w.text, j.adopted_on, j.progress, j.reached, ({_ORIGINS}) AS origins
    FROM {JOINT_GOALS.served} j LEFT JOIN {WRITTEN} w ON {words_of("j.author", "j.subject", "j.goal")}
    WHERE j.subject = %(team)s AND (%(goal)s::text IS NULL OR j.goal = %(goal)s)
    ORDER BY j.reached, j.version DESC LIMIT {JOINT_GOALS_SHOWN_MAX}
"""


async def joint_goals(connection: psycopg.AsyncConnection, team: str) -> list[JointGoal]:
    """Return a team's joint goals, open ones first, then the newest first."""
    return await rows(connection, JointGoal, _GOALS, team=team, goal=None)


async def joint_goal(connection: psycopg.AsyncConnection, team: str, goal: str) -> JointGoal | None:
    """Return one joint goal of a team by its id there; None if there is no such one."""
    found = await rows(connection, JointGoal, _GOALS, team=team, goal=goal)
    return found[0] if found else None


class OfferedGoal(msgspec.Struct, frozen=True, kw_only=True):
    """An owner's goal on offer to a team, and whether it is part of a joint goal of the team already."""

    owner: str
    goal: str
    offer: str
    adopted: bool


_OFFERED: Final = f"""
    SELECT g.subject AS owner, g.goal, g.offer, EXISTS (
        SELECT FROM {ORIGINS.served} r WHERE r.subject = g.team AND r.offer = g.offer) AS adopted
    FROM {GOALS_ON_OFFER.served} g WHERE g.team = %(team)s
"""


async def offered_goals(connection: psycopg.AsyncConnection, team: str) -> list[OfferedGoal]:
    """Return the goals on offer to a team by the ids that it adopts them by; none from before such ids."""
    return await rows(connection, OfferedGoal, _OFFERED, team=team)


class _Origin(msgspec.Struct, frozen=True):
    team: str
    goal: str
    offer: str


_FROM: Final = Select(
    "SELECT coalesce(json_agg(json_build_object('team', r.subject, 'goal', r.goal, 'offer', r.offer)), '[]')"
    f" FROM {ORIGINS.served} r WHERE r.offer = ANY(%(offers)s::text[])",
    list[_Origin],
)


async def joint_goals_from(source: Source, offers: Sequence[str]) -> dict[str, str]:
    """Return the whole id of the joint goal that each of these offers became part of, by the offer."""
    found = await _FROM.read(offers=offers).of(source)
    return {row.offer: thing_id(row.team, row.goal) for row in found}
