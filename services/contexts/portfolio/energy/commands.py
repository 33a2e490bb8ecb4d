"""Commands on energy sources and passions."""

from typing import Annotated, Final

from typing_extensions import override

from rules.commands import Refusal
from rules.kinds import EnergySourceKind, HoursBand
from services.contexts.portfolio.owner_commands import NewItem, PortfolioCommand, references_refusals
from services.decisions.command import DecisionContext, name_of
from services.decisions.validation import text_refusals

ACTIVITY_CHARS_MAX: Final = 200
PASSION_CHARS_MAX: Final = 400


class NoteEnergySource(NewItem, frozen=True, kw_only=True):
    """Note an activity of the usual working week that gives or costs energy."""

    kind: Annotated[str, name_of(EnergySourceKind)]
    activity: str
    hours_per_week: Annotated[str, name_of(HoursBand)]
    talent_ids: tuple[str, ...] = ()

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *text_refusals(self.activity, "activity", chars_max=ACTIVITY_CHARS_MAX),
            *references_refusals(self.talent_ids, "talentIds"),
        ]


class RemoveEnergySource(PortfolioCommand, frozen=True, kw_only=True):
    energy_source_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.energy_source_id


class NamePassion(NewItem, frozen=True, kw_only=True):
    text: str

    @override
    def refusals(self) -> list[Refusal]:
        return text_refusals(self.text, "text", chars_max=PASSION_CHARS_MAX, lines=True)


class LetGoOfPassion(PortfolioCommand, frozen=True, kw_only=True):
    passion_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.passion_id


EnergyCommand = NoteEnergySource | RemoveEnergySource | NamePassion | LetGoOfPassion
