"""Commands on feedback rounds: of their subject, of the confidential adviser, and of processes."""

from datetime import datetime
from typing import Annotated, ClassVar, Final

import msgspec
from typing_extensions import override

from kit.ids import is_id
from rules.commands import Refusal
from rules.feedback import comments
from rules.feedback.answers import GivenAnswer
from rules.feedback.questions import OUTSIDE, QUESTIONS_MAX, Perspective
from rules.kinds import Language
from services.decisions.command import Command, DecisionContext, name_of, stream_of
from services.decisions.validation import email_refusals, invalid, text_refusals

OWN_QUESTION_CHARS_MAX: Final = 600
RATER_NAME_CHARS_MAX: Final = 120
EMAIL_CHARS_MAX: Final = 254
REASON_CHARS_MAX: Final = 1_000
REGISTERED: Final = frozenset(Perspective) - OUTSIDE
"""
Perspectives of registered professionals only (privacy rule 10).

LEAD too: with two invented leads, a subject would know what the real one answered, who expects to be one of
three.
"""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class RoundCommand(Command, frozen=True, kw_only=True):
    """A command on the sender's own rounds."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (stream_of("round", context.person),)


class NamedRound(RoundCommand, frozen=True, kw_only=True):
    """A command on one round."""

    round_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.round_id


class AsSubject(RoundCommand, frozen=True, kw_only=True):
    """A command that needs an open portfolio and a sender who works here."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return tuple(stream_of(name, context.person) for name in ("round", "employment", "portfolio"))


class PrepareRound(AsSubject, frozen=True, kw_only=True):
    """Begin a round with a published version of a lens; nobody is asked yet."""

    lens_version_id: str
    closes_at: Moment
    own_question: str | None = None

    @override
    def picked_lens(self) -> str | None:
        return self.lens_version_id

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.new

    @override
    def refusals(self) -> list[Refusal]:
        if self.own_question is None:
            return []
        return text_refusals(self.own_question, "ownQuestion", chars_max=OWN_QUESTION_CHARS_MAX, lines=True)


class OutsiderInput(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Somebody without an account; without an address there will be a letter."""

    name: str
    email: str | None = None
    language: Annotated[str, name_of(Language)] = Language.NL.name


class RaterInput(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Whom to ask. Exactly one is set."""

    colleague_id: str | None = None
    outsider: OutsiderInput | None = None

    def refusals(self, perspective: Perspective) -> list[Refusal]:
        match self.colleague_id, self.outsider:
            case str(), None:
                return []
            case None, OutsiderInput() as outsider:
                return [*_registered_refusals(perspective), *_outsider_refusals(outsider)]
            case _:
                nl, en = "Kies een collega óf iemand van buiten.", "Choose a colleague or an outsider."
                return [invalid(("rater",), nl=nl, en=en)]


class InviteRater(NamedRound, AsSubject, frozen=True, kw_only=True):
    """Put somebody on the list of a round that is not open yet. The mail leaves when it opens."""

    weighs_rules: ClassVar[bool] = True

    perspective: Annotated[str, name_of(Perspective)]
    rater: RaterInput

    @override
    def mentions(self) -> tuple[str, ...]:
        colleague = self.rater.colleague_id
        return (colleague,) if colleague is not None and is_id(colleague) else ()

    @override
    def refusals(self) -> list[Refusal]:
        perspective = Perspective[self.perspective]
        if perspective is Perspective.SELF:
            nl = "Jezelf vraag je niet; vul je eigen spiegel in."
            en = "You don't invite yourself; fill in your own mirror."
            return [invalid(("perspective",), nl=nl, en=en)]
        return self.rater.refusals(perspective)


class RevokeInvitation(NamedRound, frozen=True, kw_only=True):
    """Take somebody off the list, before the round opens."""

    invitation_id: str


class OpenRound(NamedRound, AsSubject, frozen=True, kw_only=True):
    """Open a round: its rules are frozen, and its raters get their mails."""

    weighs_rules: ClassVar[bool] = True


class FillSelfMirror(NamedRound, frozen=True, kw_only=True):
    """The subject's own answers, all of them; they replace the ones before."""

    answers: tuple[GivenAnswer, ...]

    @override
    def picked_terms(self) -> tuple[str, ...]:
        return tuple(term for answer in self.answers for term in answer.value.term_ids or ())

    @override
    def refusals(self) -> list[Refusal]:
        if 1 <= len(self.answers) <= QUESTIONS_MAX:
            return []
        nl = f"Geef 1 tot {QUESTIONS_MAX} antwoorden."
        en = f"Give 1 to {QUESTIONS_MAX} answers."
        return [invalid(("answers",), nl=nl, en=en)]


class ExtendRound(NamedRound, frozen=True, kw_only=True):
    """Give raters more time."""

    closes_at: Moment


class RemindRaters(NamedRound, frozen=True, kw_only=True):
    """Remind everybody who was invited: nobody knows who has answered."""


class CloseRound(NamedRound, frozen=True, kw_only=True):
    """Close a round before its date."""


class CancelRound(NamedRound, frozen=True, kw_only=True):
    """End a round without a mirror. What was handed in becomes unreadable."""


class CommentCommand(Command, frozen=True, kw_only=True):
    """A command on a comment of a mirror, by the id that the subject sees."""

    comment_id: str
    reason: str

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (stream_of("round", comments.subject_of(self.comment_id)),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.comment_id

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.reason, "reason", chars_max=REASON_CHARS_MAX, lines=True)


class FlagComment(CommentCommand, frozen=True, kw_only=True):
    """The subject asks the confidential adviser to look at a comment."""

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return context.person is not None and comments.subject_of(self.comment_id) == context.person


class MaskComment(CommentCommand, frozen=True, kw_only=True):
    """The confidential adviser makes a comment unreadable, at the request of its subject or its rater."""

    returns_version: ClassVar[bool] = False

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return comments.is_signed(self.comment_id, key=context.id_key)


class ProcessRoundCommand(Command, frozen=True, kw_only=True):
    """A command of a process on a person's round."""

    by_process: ClassVar[bool] = True

    subject: str
    round_id: str

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (stream_of("round", self.subject),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.round_id


class CloseDueRound(ProcessRoundCommand, frozen=True, kw_only=True):
    """Close a round whose date came; one that was never opened is cancelled, and its raters are forgotten."""


class CancelLostRound(ProcessRoundCommand, frozen=True, kw_only=True):
    """End a round whose key the keeper lost: what was handed in can't be opened by anybody."""


SubjectCommand = (
    PrepareRound
    | InviteRater
    | RevokeInvitation
    | OpenRound
    | FillSelfMirror
    | ExtendRound
    | RemindRaters
    | CloseRound
    | CancelRound
)
AnyRoundCommand = SubjectCommand | FlagComment | MaskComment | CloseDueRound | CancelLostRound


def _registered_refusals(perspective: Perspective) -> list[Refusal]:
    if perspective not in REGISTERED:
        return []
    nl = "Vanuit deze kant kijken alleen collega's die hier werken."
    en = "Only colleagues who work here look from this side."
    return [Refusal(code="RATER_NOT_AVAILABLE", nl=nl, en=en, field=("rater", "outsider"))]


def _outsider_refusals(outsider: OutsiderInput) -> list[Refusal]:
    refusals = text_refusals(outsider.name, "rater", "outsider", "name", chars_max=RATER_NAME_CHARS_MAX)
    if outsider.email is not None:
        refusals += email_refusals(outsider.email, "rater", "outsider", "email", chars_max=EMAIL_CHARS_MAX)
    return refusals
