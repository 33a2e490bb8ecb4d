"""What the commands of members share: they are a member's own acts, and name nobody else."""

from typing_extensions import override

from events.streams import Stream
from kit.ids import is_id
from rules.commands import Refusal
from rules.team.things import local_of, team_of, thing_id
from services.contexts.team.state import Team
from services.decisions.command import NOWHERE, Command, DecisionContext


class MemberCommand(Command, frozen=True, kw_only=True):
    """
    A command that only a member of the team may send.

    To anybody else the team looks as if it were not there, and nothing of it is read.
    """

    def team(self) -> str:
        """Return the team's id; one of no team if the input names none."""
        raise NotImplementedError

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("team", self.team()).name,)

    @override
    def weighed_members(self, sender: str) -> tuple[str, tuple[str, ...]] | None:
        return self.team(), (sender,)

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return context.sender in context.members


class NewOfTeam(MemberCommand, frozen=True, kw_only=True):
    """A command that adds something to a team."""

    team_id: str

    @override
    def team(self) -> str:
        return self.team_id if is_id(self.team_id) else NOWHERE

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return thing_id(self.team(), context.new)


class OnThing(MemberCommand, frozen=True, kw_only=True):
    """A command on something that a team has; the thing's id names the team."""

    def thing(self) -> str:
        """Return the id of what it is about."""
        raise NotImplementedError

    def local(self) -> str:
        """Return its id within the team."""
        return local_of(self.thing())

    @override
    def team(self) -> str:
        return team_of(self.thing()) or NOWHERE

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.thing()


def closed_refusals(state: Team) -> list[Refusal]:
    """Refuse any change of a team that is closed."""
    if not state.closed:
        return []
    nl, en = "Dit team is gesloten.", "This team is closed."
    return [Refusal(code="WRONG_STATE", nl=nl, en=en)]
