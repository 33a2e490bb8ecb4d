"""The state that decisions on a team need: its name and place, its joint goals and its work."""

from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace


class JointGoal(msgspec.Struct, frozen=True, kw_only=True):
    progress: int | None = None
    reached: bool = False


class WorkOffer(msgspec.Struct, frozen=True, kw_only=True):
    """
    Work that a member offered, open through the day `until` unless it `ended`.

    The versions are those of the employment stream of each person when they acted: of the author `seen`, of
    volunteers, and of those who took it up.
    """

    by: str
    seen: int
    until: date
    volunteers: dict[str, int] = {}
    takers: dict[str, int] = {}
    ended: bool = False


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """
    A team, also a closed one; without a name, it was never formed.

    Joint goals and work offers are by their id within the team; `adopted` are the offers of goals that a
    joint goal came from.
    """

    name: str | None = None
    unit: str | None = None
    closed: bool = False
    key: str | None = None
    joint_goals: dict[str, JointGoal] = {}
    adopted: frozenset[str] = frozenset()
    offers: dict[str, WorkOffer] = {}

    def with_joint_goal(self, goal: str, **changes: Any) -> "Team":
        """Return the team with a joint goal new or changed."""
        changed = replace(self.joint_goals.get(goal, JointGoal()), **changes)
        return replace(self, joint_goals={**self.joint_goals, goal: changed})

    def with_offer(self, offer: str, **changes: Any) -> "Team":
        """Return the team with a work offer changed; an unknown id changes nothing."""
        found = self.offers.get(offer)
        if found is None:
            return self
        return replace(self, offers={**self.offers, offer: replace(found, **changes)})
