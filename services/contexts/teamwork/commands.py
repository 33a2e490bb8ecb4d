"""
Commands that keep what a member writes for a team, in the member's own stream.

The handler sends each before the fact that it belongs to is appended to the team's stream
(services/handling/context/team_words.py).
"""

from typing import ClassVar

from typing_extensions import override

from services.decisions.command import Command, DecisionContext, stream_of


class Writing(Command, frozen=True, kw_only=True):
    """Keep the words of `thing`, which `person` wrote."""

    by_process: ClassVar[bool] = True

    person: str
    thing: str

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (stream_of("teamwork", self.person),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.thing


class WriteForTeam(Writing, frozen=True, kw_only=True):
    """Keep words that were written for a team; `thing` is an id within the team."""

    team: str


class WriteWorkOffer(WriteForTeam, frozen=True, kw_only=True):
    title: str
    text: str


class WriteJointGoal(WriteForTeam, frozen=True, kw_only=True):
    text: str


class WriteTeamSession(WriteForTeam, frozen=True, kw_only=True):
    agreements: tuple[str, ...]


class WriteExperience(Writing, frozen=True, kw_only=True):
    """Keep what somebody wrote about the rollout."""

    text: str


AnyWriting = WriteWorkOffer | WriteJointGoal | WriteTeamSession | WriteExperience
