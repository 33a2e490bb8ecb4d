"""Commands of the HR system on teams."""

from typing import Final

from typing_extensions import override

from events.streams import Stream
from kit.ids import derived_id
from rules.commands import Refusal
from services.decisions.command import Command, DecisionContext
from services.decisions.validation import key_refusals, text_refusals

KEY_CHARS_MAX: Final = 64
NAME_CHARS_MAX: Final = 120


class TeamCommand(Command, frozen=True, kw_only=True):
    """A command on the team that has this key in the HR system."""

    team_key: str

    def team(self, context: DecisionContext) -> str:
        return derived_id(context.organisation, "team", self.team_key)

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("team", self.team(context)).name,)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.team(context)

    @override
    def refusals(self) -> list[Refusal]:
        return key_refusals(self.team_key, "teamKey", chars_max=KEY_CHARS_MAX)


class FormTeam(TeamCommand, frozen=True, kw_only=True):
    """Form a team in a unit, which must be open."""

    name: str
    unit_key: str

    def unit(self, context: DecisionContext) -> str:
        return derived_id(context.organisation, "unit", self.unit_key)

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *TeamCommand.refusals(self),
            *text_refusals(self.name, "name", chars_max=NAME_CHARS_MAX),
            *key_refusals(self.unit_key, "unitKey", chars_max=KEY_CHARS_MAX),
        ]


class RenameTeam(TeamCommand, frozen=True, kw_only=True):
    name: str

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *TeamCommand.refusals(self),
            *text_refusals(self.name, "name", chars_max=NAME_CHARS_MAX),
        ]


class MoveTeam(TeamCommand, frozen=True, kw_only=True):
    """
    Move a team to another unit, which must be open.

    A closed team is moved too, so that it can be opened again in a unit that is open.
    """

    unit_key: str

    def unit(self, context: DecisionContext) -> str:
        return derived_id(context.organisation, "unit", self.unit_key)

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *TeamCommand.refusals(self),
            *key_refusals(self.unit_key, "unitKey", chars_max=KEY_CHARS_MAX),
        ]


class CloseTeam(TeamCommand, frozen=True, kw_only=True):
    """Close a team: nobody can join it until it is opened again."""


class ReopenTeam(TeamCommand, frozen=True, kw_only=True):
    """Open a closed team again, in the unit that it was in, which must be open."""


AnyTeamCommand = FormTeam | RenameTeam | MoveTeam | CloseTeam | ReopenTeam
