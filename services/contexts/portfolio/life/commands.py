"""Commands on the portfolio as a whole."""

from typing import Annotated, Final

from typing_extensions import override

from rules.commands import Refusal
from rules.kinds import Language
from services.contexts.portfolio.owner_commands import AsProfessional, PortfolioCommand
from services.decisions.command import DecisionContext, name_of, stream_of
from services.decisions.validation import text_refusals

STATEMENT_CHARS_MAX: Final = 4_000
CORRECTION_CHARS_MAX: Final = 1_000


class OpenPortfolio(AsProfessional, frozen=True, kw_only=True):
    language: Annotated[str, name_of(Language)]


class WriteProfileStatement(PortfolioCommand, frozen=True, kw_only=True):
    """Replace the owner's statement about themselves."""

    text: str

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.text, "text", chars_max=STATEMENT_CHARS_MAX, lines=True)


class RecordCorrection(PortfolioCommand, frozen=True, kw_only=True):
    """Correct an earlier entry of the timeline; `timeline_entry_id` is from rules/timeline.py."""

    timeline_entry_id: str
    text: str

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.text, "text", chars_max=CORRECTION_CHARS_MAX, lines=True)


class PausePortfolio(PortfolioCommand, frozen=True, kw_only=True):
    pass


class ResumePortfolio(PortfolioCommand, frozen=True, kw_only=True):
    pass


class ClosePortfolio(PortfolioCommand, frozen=True, kw_only=True):
    """Close the portfolio for good, which `for_good` confirms, and with it a round that is going on."""

    for_good: bool = False

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return stream_of("portfolio", context.person), stream_of("round", context.person)


LifeCommand = (
    OpenPortfolio
    | WriteProfileStatement
    | RecordCorrection
    | PausePortfolio
    | ResumePortfolio
    | ClosePortfolio
)
