"""Commands on evidence and reflections."""

from typing import Final

import msgspec
from typing_extensions import override

from rules.commands import Refusal
from services.contexts.portfolio.owner_commands import (
    NewItem,
    PortfolioCommand,
    references_refusals,
)
from services.contexts.portfolio.talents.commands import STORY_CHARS_MAX
from services.decisions.command import DecisionContext
from services.decisions.validation import address_refusals, invalid, text_refusals

TITLE_CHARS_MAX: Final = 120
REFLECTION_CHARS_MAX: Final = 4_000


class EvidenceSource(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What the evidence is. Exactly one is set: the address of a page or of a badge, or a story."""

    link: str | None = None
    badge: str | None = None
    story: str | None = None

    def refusals(self, field: str) -> list[Refusal]:
        match self.link, self.badge, self.story:
            case str(link), None, None:
                return address_refusals(link, field, "link")
            case None, str(badge), None:
                return address_refusals(badge, field, "badge")
            case None, None, str(story):
                return text_refusals(story, field, "story", chars_max=STORY_CHARS_MAX, lines=True)
            case _:
                nl, en = "Kies een link, een badge óf een verhaal.", "Choose a link, a badge or a story."
                return [invalid((field,), nl=nl, en=en)]


class AddEvidence(NewItem, frozen=True, kw_only=True):
    title: str
    source: EvidenceSource
    talent_ids: tuple[str, ...] = ()

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *text_refusals(self.title, "title", chars_max=TITLE_CHARS_MAX),
            *self.source.refusals("source"),
            *references_refusals(self.talent_ids, "talentIds"),
        ]


class WithdrawEvidence(PortfolioCommand, frozen=True, kw_only=True):
    evidence_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.evidence_id


class WriteReflection(NewItem, frozen=True, kw_only=True):
    """Write a note about items of this portfolio, removed ones too, or about none."""

    text: str
    about_ids: tuple[str, ...] = ()

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *text_refusals(self.text, "text", chars_max=REFLECTION_CHARS_MAX, lines=True),
            *references_refusals(self.about_ids, "aboutIds"),
        ]


EvidenceCommand = AddEvidence | WithdrawEvidence | WriteReflection
