"""What may be asked of the shared words for talents."""

import re
import unicodedata
from typing import ClassVar, Final

import msgspec
from typing_extensions import override

from events.streams import Stream
from kit.ids import derived_id
from rules.commands import Refusal
from services.decisions.command import Command, DecisionContext
from services.decisions.validation import invalid, same_words, text_refusals

LABEL_CHARS_MAX: Final = 80
TERMS_MERGED_MAX: Final = 20
TERMS_LOADED_MAX: Final = 200
"""Terms of a list in one command, so that what they make happen fits one commit."""
LIST_CHARS_MAX: Final = 60

_NOT_SEEN: Final = frozenset({"Cf", "Co", "Cn"})
"""Categories of signs that make two words look alike, or one look like what it is not."""
_ESCO: Final = re.compile(
    r"https://data\.europa\.eu/esco/skill/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII
)
"""ESCO's own addresses begin with http; both lead to the same page, and addresses here are https."""


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A term's words in both languages."""

    nl: str
    en: str


class CatalogueCommand(Command, frozen=True, kw_only=True):
    """On the organisation's one catalogue."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("catalogue", context.organisation).name,)


class TermCommand(CatalogueCommand, frozen=True, kw_only=True):
    """On one term; by the working group."""

    term_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.term_id


class ProposeTerm(CatalogueCommand, frozen=True, kw_only=True):
    """By anyone, whom the log doesn't name: it can be picked once the working group adopts it."""

    signed: ClassVar[bool] = False

    label: Label
    cluster_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.new

    @override
    def refusals(self) -> list[Refusal]:
        return label_refusals(self.label)


class AdoptTerm(TermCommand, frozen=True, kw_only=True):
    """One that is proposed, or was retired."""


class RewordTerm(TermCommand, frozen=True, kw_only=True):
    label: Label

    @override
    def refusals(self) -> list[Refusal]:
        return label_refusals(self.label)


class MergeTerms(CatalogueCommand, frozen=True, kw_only=True):
    """Claims of all of them read as `into_id` from now on."""

    term_ids: tuple[str, ...]
    into_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.into_id

    @override
    def refusals(self) -> list[Refusal]:
        if not 1 <= len(self.term_ids) <= TERMS_MERGED_MAX:
            nl, en = f"Kies er 1 tot {TERMS_MERGED_MAX}.", f"Choose 1 to {TERMS_MERGED_MAX}."
            return [invalid(("termIds",), nl=nl, en=en)]
        return []


class RetireTerm(TermCommand, frozen=True, kw_only=True):
    """Claims keep it; nobody new picks it."""


class AlignTerm(TermCommand, frozen=True, kw_only=True):
    """With an address in ESCO, or with none."""

    esco: str | None = None

    @override
    def refusals(self) -> list[Refusal]:
        return esco_refusals(self.esco, "esco")


class ListedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A term of a list, as its file has it."""

    label: Label
    cluster: str
    esco: str | None = None

    def term(self, organisation: str) -> str:
        """Return the same id whenever the list is loaded."""
        return derived_id(organisation, "term", same_words(self.label.nl))


class LoadTerms(CatalogueCommand, frozen=True, kw_only=True):
    """
    A part of a list, by a command on the server: each term proposed and adopted, unless it is there.

    `list_name` is that of a bigger list than the organisation's own words.
    """

    by_process: ClassVar[bool] = True

    terms: tuple[ListedTerm, ...]
    list_name: str | None = None

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return None


AnyCatalogueCommand = ProposeTerm | AdoptTerm | RewordTerm | MergeTerms | RetireTerm | AlignTerm | LoadTerms


def label_refusals(label: Label) -> list[Refusal]:
    """Say what is wrong with words that everybody will read."""
    return [*_word_refusals(label.nl, "nl"), *_word_refusals(label.en, "en")]


def _word_refusals(word: str, language: str) -> list[Refusal]:
    if found := text_refusals(word, "label", language, chars_max=LABEL_CHARS_MAX):
        return found
    if any(unicodedata.category(sign) in _NOT_SEEN for sign in word) or not any(map(str.isalpha, word)):
        nl = "Een woord heeft letters, en geen tekens die je niet ziet."
        en = "A word has letters, and no characters that are not seen."
        return [invalid(("label", language), nl=nl, en=en)]
    return []


def esco_refusals(address: str | None, *field: str) -> list[Refusal]:
    if address is None or _ESCO.fullmatch(address):
        return []
    nl = "Dit is geen adres van een vaardigheid in ESCO: https://data.europa.eu/esco/skill/…"
    en = "This is no address of a skill in ESCO: https://data.europa.eu/esco/skill/…"
    return [invalid(field, nl=nl, en=en)]
