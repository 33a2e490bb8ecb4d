"""Commands on talents."""

from typing import Final

import msgspec
from msgspec import UNSET
from typing_extensions import override

from rules.commands import Refusal
from services.contexts.portfolio.owner_commands import NewItem, PortfolioCommand
from services.decisions.changes import Change, changed
from services.decisions.command import DecisionContext
from services.decisions.validation import invalid, number_refusals, optional_text_refusals, text_refusals

TALENT_WORDS_CHARS_MAX: Final = 80
STORY_CHARS_MAX: Final = 2_000


class TalentName(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Exactly one is set: a shared term, or the owner's own words."""

    term_id: str | None = None
    own_words: str | None = None


class ClaimTalent(NewItem, frozen=True, kw_only=True):
    """Claim a talent with strength 1 to 5, energy -2 to 2 and use 0 to 3."""

    name: TalentName
    strength: int
    energy: int
    use: int
    story: str | None = None

    @override
    def picked_terms(self) -> tuple[str, ...]:
        return () if self.name.term_id is None else (self.name.term_id,)

    @override
    def refusals(self) -> list[Refusal]:
        return [*_name_refusals(self.name), *_reading_refusals(self)]


class ReviseTalent(PortfolioCommand, frozen=True, kw_only=True):
    """Replace what the owner says of a talent."""

    talent_id: str
    strength: int
    energy: int
    use: int
    story: Change[str] = UNSET

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.talent_id

    @override
    def refusals(self) -> list[Refusal]:
        return _reading_refusals(self)


class SetTalentAside(PortfolioCommand, frozen=True, kw_only=True):
    talent_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.talent_id


TalentCommand = ClaimTalent | ReviseTalent | SetTalentAside


def _name_refusals(name: TalentName) -> list[Refusal]:
    if (name.term_id is None) == (name.own_words is None):
        nl = "Kies een woord uit de talenttaal óf gebruik eigen woorden."
        en = "Choose a word of the talent language, or use words of your own."
        return [invalid(("name",), nl=nl, en=en)]
    if name.own_words is None:
        return []
    return text_refusals(name.own_words, "name", "ownWords", chars_max=TALENT_WORDS_CHARS_MAX)


def _reading_refusals(command: ClaimTalent | ReviseTalent) -> list[Refusal]:
    return [
        *number_refusals(command.strength, "strength", lowest=1, highest=5),
        *number_refusals(command.energy, "energy", lowest=-2, highest=2),
        *number_refusals(command.use, "use", lowest=0, highest=3),
        *optional_text_refusals(changed(command.story, None), "story", chars_max=STORY_CHARS_MAX),
    ]
