"""Commands of the working group on lenses."""

from datetime import date
from typing import Annotated, ClassVar, Final

import msgspec
from typing_extensions import override

from events.streams import Stream
from kit.ids import derived_id, is_id
from rules.commands import Refusal
from rules.feedback.lens_versions import LENS_QUESTION_CHARS_MAX
from rules.feedback.questions import LensForm, Perspective, QuestionKind
from services.decisions.command import Command, DecisionContext, name_of
from services.decisions.validation import (
    invalid,
    number_refusals,
    optional_text_refusals,
    text_refusals,
    words_refusals,
)

LENS_NAME_CHARS_MAX: Final = 80
FINDINGS_CHARS_MAX: Final = 2_000
REASON_CHARS_MAX: Final = 500
PILOT_PEOPLE_MAX: Final = 1_000


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text in both languages."""

    nl: str
    en: str


PerspectiveName = Annotated[str, name_of(Perspective)]
KindName = Annotated[str, name_of(QuestionKind)]
FormName = Annotated[str, name_of(LensForm)]


class LensCommand(Command, frozen=True, kw_only=True):
    """A command on an existing lens."""

    lens_id: str

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return is_id(self.lens_id)

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (lens_stream(context.organisation, self.lens_id),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.lens_id


class DraftLens(Command, frozen=True, kw_only=True):
    """Begin a new lens, or the next version of one, with the questions of the last version."""

    lens_id: str | None = None
    name: Words
    form: FormName | None = None

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return self.lens_id is None or is_id(self.lens_id)

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (lens_stream(context.organisation, self.lens_id or context.new),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.lens_id or context.new

    @override
    def refusals(self) -> list[Refusal]:
        return both_refusals(self.name, "name", chars_max=LENS_NAME_CHARS_MAX)


class AddQuestion(LensCommand, frozen=True, kw_only=True):
    """Add a question at the end of the draft."""

    kind: KindName
    text: Words
    perspectives: tuple[PerspectiveName, ...]

    @override
    def refusals(self) -> list[Refusal]:
        refusals = both_refusals(self.text, "text", chars_max=LENS_QUESTION_CHARS_MAX)
        if not self.perspectives:
            nl, en = "Kies wie deze vraag krijgt.", "Choose who is asked this question."
            refusals.append(invalid(("perspectives",), nl=nl, en=en))
        return refusals


class RewordQuestion(LensCommand, frozen=True, kw_only=True):
    question_id: str
    text: Words

    @override
    def refusals(self) -> list[Refusal]:
        return both_refusals(self.text, "text", chars_max=LENS_QUESTION_CHARS_MAX)


class DropQuestion(LensCommand, frozen=True, kw_only=True):
    question_id: str


class PilotLens(LensCommand, frozen=True, kw_only=True):
    """Record that people tried the draft."""

    on: date
    people: int
    clients: int = 0
    findings: str | None = None

    @override
    def refusals(self) -> list[Refusal]:
        refusals = number_refusals(self.people, "people", lowest=1, highest=PILOT_PEOPLE_MAX)
        if not refusals:
            refusals += number_refusals(self.clients, "clients", lowest=0, highest=self.people)
        return [*refusals, *optional_text_refusals(self.findings, "findings", chars_max=FINDINGS_CHARS_MAX)]


class PublishLens(LensCommand, frozen=True, kw_only=True):
    """Publish the draft; another member than the one who recorded its pilot does so."""


class WithdrawLens(LensCommand, frozen=True, kw_only=True):
    """Take the published versions out of use; without one, give up the draft."""

    reason: str

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.reason, "reason", chars_max=REASON_CHARS_MAX, lines=True)


class ListedQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question in the file of a lens."""

    kind: KindName
    text: Words
    perspectives: tuple[PerspectiveName, ...]


class LoadLens(Command, frozen=True, kw_only=True):
    """
    Load a lens from a file as a draft, from the server's command line.

    `key` names the file's lens for ever: under the same key it is loaded once.
    """

    by_process: ClassVar[bool] = True

    key: str
    name: Words
    form: FormName
    questions: tuple[ListedQuestion, ...]

    def lens(self, organisation: str) -> str:
        return derived_id(organisation, "lens", self.key)

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (lens_stream(context.organisation, self.lens(context.organisation)),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.lens(context.organisation)


AnyLensCommand = (
    DraftLens
    | AddQuestion
    | RewordQuestion
    | DropQuestion
    | PilotLens
    | PublishLens
    | WithdrawLens
    | LoadLens
)


def lens_stream(organisation: str, lens: str) -> str:
    return Stream("lens", organisation, lens).name


def both_refusals(words: Words, field: str, *, chars_max: int) -> list[Refusal]:
    """Return what is wrong with a text in both languages, which everybody will read."""
    return [
        *words_refusals(words.nl, field, "nl", chars_max=chars_max),
        *words_refusals(words.en, field, "en", chars_max=chars_max),
    ]
