"""Commands on goals."""

from datetime import date
from typing import Final

from msgspec import UNSET
from typing_extensions import override

from rules.commands import Refusal
from services.contexts.portfolio.owner_commands import (
    AsProfessional,
    NewItem,
    PortfolioCommand,
    references_refusals,
)
from services.decisions.changes import Change
from services.decisions.command import DecisionContext
from services.decisions.validation import number_refusals, text_refusals

GOAL_CHARS_MAX: Final = 500
OFFER_CHARS_MAX: Final = 500
PROGRESS_MAX: Final = 100


class GoalChange(PortfolioCommand, frozen=True, kw_only=True):
    """A command on an existing goal."""

    goal_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.goal_id


class SetGoal(NewItem, frozen=True, kw_only=True):
    text: str
    horizon: date | None = None
    insight_ids: tuple[str, ...] = ()

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *text_refusals(self.text, "text", chars_max=GOAL_CHARS_MAX, lines=True),
            *references_refusals(self.insight_ids, "insightIds"),
        ]


class SharpenGoal(GoalChange, frozen=True, kw_only=True):
    """Change the text of a goal, or its horizon, or both."""

    text: str
    horizon: Change[date] = UNSET

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.text, "text", chars_max=GOAL_CHARS_MAX, lines=True)


class NoteGoalProgress(GoalChange, frozen=True, kw_only=True):
    """Note the owner's own estimate, 0 to 100."""

    progress: int

    @override
    def refusals(self) -> list[Refusal]:
        return number_refusals(self.progress, "progress", lowest=0, highest=PROGRESS_MAX)


class ReachGoal(GoalChange, frozen=True, kw_only=True):
    pass


class LetGoOfGoal(GoalChange, frozen=True, kw_only=True):
    pass


class OfferGoalToTeam(GoalChange, AsProfessional, frozen=True, kw_only=True):
    """Offer a goal to one of the owner's teams, in the words `offered_as`."""

    team_id: str
    offered_as: str

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.offered_as, "offeredAs", chars_max=OFFER_CHARS_MAX, lines=True)


class TakeBackGoalOffer(GoalChange, frozen=True, kw_only=True):
    pass


GoalCommand = (
    SetGoal | SharpenGoal | NoteGoalProgress | ReachGoal | LetGoOfGoal | OfferGoalToTeam | TakeBackGoalOffer
)
