"""Commands on insights."""

from typing import Final

from typing_extensions import override

from rules.commands import Refusal
from services.contexts.portfolio.owner_commands import NewItem
from services.decisions.command import DecisionContext, stream_of
from services.decisions.validation import text_refusals

CONCLUSION_CHARS_MAX: Final = 1_000


class KeepMirrorInsight(NewItem, frozen=True, kw_only=True):
    """Keep a conclusion from the mirror of one of the owner's rounds."""

    round_id: str
    question_id: str | None = None
    conclusion: str

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return stream_of("portfolio", context.person), stream_of("round", context.person)

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.conclusion, "conclusion", chars_max=CONCLUSION_CHARS_MAX, lines=True)


InsightCommand = KeepMirrorInsight
