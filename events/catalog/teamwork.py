"""
What a member wrote for a team: stream `teamwork-<person>`, sealed with the writer's key.

Each of these is on the log before the fact on the team's stream that it belongs to (docs/decisions/0016).
Words without such a fact are shown nowhere.
"""

from typing import Final

from events.catalog.registry import Event, event

SEALED: Final = True


@event("teamwork.work-offer-written.v1")
class WorkOfferWritten(Event, frozen=True, kw_only=True):
    offer: str
    team: str
    title: str
    text: str


@event("teamwork.joint-goal-written.v1")
class JointGoalWritten(Event, frozen=True, kw_only=True):
    goal: str
    team: str
    text: str


@event("teamwork.team-session-written.v1")
class TeamSessionWritten(Event, frozen=True, kw_only=True):
    """What the team agreed, in the words of the member who wrote it down."""

    session: str
    team: str
    agreements: tuple[str, ...]


@event("teamwork.experience-written.v1")
class ExperienceWritten(Event, frozen=True, kw_only=True):
    """How it goes, in somebody's own words; the fact is on the stream of the rollout."""

    experience: str
    text: str


WrittenForTeam = WorkOfferWritten | JointGoalWritten | TeamSessionWritten
TeamworkEvent = WrittenForTeam | ExperienceWritten
