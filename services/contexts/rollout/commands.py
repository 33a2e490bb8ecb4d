"""Commands on how teams begin: of people for a team of their own, and of the working group."""

from typing import ClassVar, Final

import msgspec
from typing_extensions import override

from events.streams import Stream
from rules.commands import Refusal
from services.decisions.command import Command, DecisionContext
from services.decisions.validation import address_refusals, text_refusals

EXPERIENCE_CHARS_MAX: Final = 2_000
TITLE_CHARS_MAX: Final = 120
MATERIAL_CHARS_MAX: Final = 4_000


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text in both languages."""

    nl: str
    en: str


class RolloutCommand(Command, frozen=True, kw_only=True):
    """A command on the organisation's rollout."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("rollout", context.organisation).name,)


class OwnTeamCommand(RolloutCommand, frozen=True, kw_only=True):
    """A command on a team, by a member of it; to anybody else the team looks as if it were not there."""

    team_id: str

    @override
    def weighed_members(self, sender: str) -> tuple[str, tuple[str, ...]] | None:
        return self.team_id, (sender,)

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return context.sender in context.members

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.team_id


class StepForwardAsFrontRunner(OwnTeamCommand, frozen=True, kw_only=True):
    """Go first in one's own team."""


class InviteTeam(OwnTeamCommand, frozen=True, kw_only=True):
    """Invite one's own team to begin, as its front runner."""


class StartTeam(OwnTeamCommand, frozen=True, kw_only=True):
    """Record that the team decided to begin, or to go on after a pause."""


class PauseTeam(OwnTeamCommand, frozen=True, kw_only=True):
    """Record that the team decided to pause."""


class ShareExperience(RolloutCommand, frozen=True, kw_only=True):
    """Share with everybody how it goes, in a team of one's own or in general."""

    holds_words: ClassVar[bool] = True

    text: str
    team_id: str | None = None

    @override
    def weighed_members(self, sender: str) -> tuple[str, tuple[str, ...]] | None:
        return None if self.team_id is None else (self.team_id, (sender,))

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return self.team_id is None or context.sender in context.members

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.new

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.text, "text", chars_max=EXPERIENCE_CHARS_MAX, lines=True)


class PublishMaterial(RolloutCommand, frozen=True, kw_only=True):
    """Offer something to work with, as the working group. The log does not name the member."""

    signed: ClassVar[bool] = False

    title: Words
    text: Words
    link: str | None = None

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.new

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *_both(self.title, "title", chars_max=TITLE_CHARS_MAX, lines=False),
            *_both(self.text, "text", chars_max=MATERIAL_CHARS_MAX, lines=True),
            *(address_refusals(self.link, "link") if self.link is not None else []),
        ]


AnyRolloutCommand = (
    StepForwardAsFrontRunner | InviteTeam | StartTeam | PauseTeam | ShareExperience | PublishMaterial
)


def _both(words: Words, field: str, *, chars_max: int, lines: bool) -> list[Refusal]:
    return [
        *text_refusals(words.nl, field, "nl", chars_max=chars_max, lines=lines),
        *text_refusals(words.en, field, "en", chars_max=chars_max, lines=lines),
    ]
