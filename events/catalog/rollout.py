"""
Events of how teams begin to work with portfolios: stream `rollout-<organisation>`. Nobody is ever enrolled.

They hold ids and days only. What a person writes about it is that person's, in `teamwork-<person>`; a
material's words are the organisation's.
"""

from typing import Final

from events.catalog.registry import Event, event

SEALED: Final = False


@event("rollout.front-runner-stepped-forward.v1")
class FrontRunnerSteppedForward(Event, frozen=True, kw_only=True):
    """A member of the team goes first in it, of their own accord."""

    team: str
    person: str


@event("rollout.team-invited-by-front-runner.v1")
class TeamInvitedByFrontRunner(Event, frozen=True, kw_only=True):
    """A front runner of the team invited it to begin."""

    team: str
    person: str


@event("rollout.team-started.v1")
class TeamStarted(Event, frozen=True, kw_only=True):
    """The team decided to begin, or to go on after a pause."""

    team: str


@event("rollout.team-paused.v1")
class TeamPaused(Event, frozen=True, kw_only=True):
    """The team decided to pause."""

    team: str


@event("rollout.experience-shared.v1")
class ExperienceShared(Event, frozen=True, kw_only=True):
    """Somebody shared how it goes, in a team of theirs or in general. The words are in their own stream."""

    experience: str
    person: str
    team: str | None = None


@event("rollout.material-published.v1")
class MaterialPublished(Event, frozen=True, kw_only=True):
    """The working group offers something to work with, in both languages."""

    material: str
    title_nl: str
    title_en: str
    text_nl: str
    text_en: str
    link: str | None = None


RolloutEvent = (
    FrontRunnerSteppedForward
    | TeamInvitedByFrontRunner
    | TeamStarted
    | TeamPaused
    | ExperienceShared
    | MaterialPublished
)
