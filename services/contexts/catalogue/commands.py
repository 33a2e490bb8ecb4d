"""Commands on the catalogue of shared terms."""

import re
from typing import ClassVar, Final

import msgspec
from msgspec import UNSET
from typing_extensions import override

from events.streams import Stream
from kit.ids import derived_id
from rules.commands import Refusal
from services.decisions.changes import Change, changed
from services.decisions.command import Command, DecisionContext
from services.decisions.validation import invalid, same_words, words_refusals

LABEL_CHARS_MAX: Final = 80
TERMS_MERGED_MAX: Final = 20
TERMS_LOADED_MAX: Final = 200
"""The most terms in one LoadTerms, so that their events fit into one commit."""
LIST_CHARS_MAX: Final = 60

_ESCO: Final = re.compile(
    r"https://data\.europa\.eu/esco/skill/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII
)
"""ESCO itself writes http; both lead to the same page, and all addresses here are https."""


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A term's label in both languages."""

    nl: str
    en: str


class CatalogueCommand(Command, frozen=True, kw_only=True):
    """A command on the organisation's catalogue."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("catalogue", context.organisation).name,)


class TermCommand(CatalogueCommand, frozen=True, kw_only=True):
    """A command of the working group on one term."""

    term_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.term_id


class ProposeTerm(CatalogueCommand, frozen=True, kw_only=True):
    """Propose a term, to be adopted by the working group. The log does not name the sender."""

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
    """Adopt a proposed or retired term."""


class RewordTerm(TermCommand, frozen=True, kw_only=True):
    label: Label

    @override
    def refusals(self) -> list[Refusal]:
        return label_refusals(self.label)


class MergeTerms(CatalogueCommand, frozen=True, kw_only=True):
    """Merge terms: claims of all of them read as `into_id` from now on."""

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
    """Retire a term: claims keep it, but it can't be picked any more."""


class AlignTerm(TermCommand, frozen=True, kw_only=True):
    """Set the address of a term in ESCO, or remove it."""

    esco: Change[str] = UNSET

    @override
    def refusals(self) -> list[Refusal]:
        return esco_refusals(changed(self.esco, None), "esco")


class ListedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A term in the file of a list."""

    label: Label
    cluster: str
    esco: str | None = None

    def term(self, organisation: str) -> str:
        """Return the term's id, which is the same whenever the list is loaded."""
        return derived_id(organisation, "term", same_words(self.label.nl))


class LoadTerms(CatalogueCommand, frozen=True, kw_only=True):
    """
    Load a part of a list, from the server's command line: each new term is proposed and adopted.

    `list_name` is the name of the list; None for the organisation's own terms.
    """

    by_process: ClassVar[bool] = True

    terms: tuple[ListedTerm, ...]
    list_name: str | None = None

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return None


AnyCatalogueCommand = ProposeTerm | AdoptTerm | RewordTerm | MergeTerms | RetireTerm | AlignTerm | LoadTerms


def label_refusals(label: Label) -> list[Refusal]:
    """Return what is wrong with a label, which everybody will read."""
    return [
        *words_refusals(label.nl, "label", "nl", chars_max=LABEL_CHARS_MAX),
        *words_refusals(label.en, "label", "en", chars_max=LABEL_CHARS_MAX),
    ]


def esco_refusals(address: str | None, *field: str) -> list[Refusal]:
    if address is None or _ESCO.fullmatch(address):
        return []
    nl = "Dit is geen adres van een vaardigheid in ESCO: https://data.europa.eu/esco/skill/…"
    en = "This is no address of a skill in ESCO: https://data.europa.eu/esco/skill/…"
    return [invalid(field, nl=nl, en=en)]
