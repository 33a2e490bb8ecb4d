"""Commands on sharing items and on the consent to be counted."""

from datetime import date
from typing import Annotated, ClassVar, Final

import msgspec
from typing_extensions import override

from events.streams import Stream
from kit.ids import is_id
from rules.commands import Refusal
from rules.kinds import InsightScope
from rules.pages import NOTICE_VERSION
from services.contexts.portfolio.owner_commands import AsProfessional, NewItem, PortfolioCommand
from services.decisions.command import Command, DecisionContext, name_of, stream_of
from services.decisions.validation import invalid

PEOPLE_MAX: Final = 30
"""The most people in one sharing; for more, share with the team or the organisation."""


class AudienceInput(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Exactly one is set; `organisation` is true or left out."""

    people: tuple[str, ...] | None = None
    team_id: str | None = None
    organisation: bool | None = None

    def refusals(self, field: str) -> list[Refusal]:
        match self.people, self.team_id, self.organisation:
            case tuple(people), None, None:
                return _people_refusals(people, field)
            case (None, str(), None) | (None, None, True):
                return []
            case _:
                nl = "Kies collega's, je team óf de hele organisatie."
                en = "Choose colleagues, your team or the whole organisation."
                return [invalid((field,), nl=nl, en=en)]


class ShareItem(NewItem, AsProfessional, frozen=True, kw_only=True):
    """Share an item through the day `until`; a talent's energy only `with_energy`."""

    weighs_sharings: ClassVar[bool] = True

    item_id: str
    audience: AudienceInput = msgspec.field(name="with")
    until: date
    with_energy: bool = False

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return *AsProfessional.streams(self, context), Stream("policy", context.organisation).name

    @override
    def mentions(self) -> tuple[str, ...]:
        return tuple(filter(is_id, self.audience.people or ()))

    @override
    def refusals(self) -> list[Refusal]:
        return self.audience.refusals("with")


class EndItemSharing(PortfolioCommand, frozen=True, kw_only=True):
    sharing_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.sharing_id


class EndItemSharings(Command, frozen=True, kw_only=True):
    """A process ends sharings whose last day is past; any others it names stay open."""

    by_process: ClassVar[bool] = True

    owner: str
    sharing_ids: tuple[str, ...]

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (stream_of("portfolio", self.owner),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.owner


class GiveInsightConsent(PortfolioCommand, frozen=True, kw_only=True):
    """Agree to be counted anonymously, in exactly these scopes from now on."""

    scopes: tuple[Annotated[str, name_of(InsightScope)], ...]
    notice_version: int

    @override
    def refusals(self) -> list[Refusal]:
        refusals = []
        if not self.scopes:
            nl, en = "Kies waarvoor je wilt meetellen.", "Choose what you want to be counted for."
            refusals.append(invalid(("scopes",), nl=nl, en=en))
        if self.notice_version != NOTICE_VERSION:
            nl = "Dit is niet de uitleg die nu geldt. Lees de nieuwe en kies dan opnieuw."
            en = "This is not the explanation that holds now. Read the new one, then choose again."
            refusals.append(invalid(("noticeVersion",), nl=nl, en=en))
        return refusals


class WithdrawInsightConsent(PortfolioCommand, frozen=True, kw_only=True):
    pass


SharingCommand = ShareItem | EndItemSharing | EndItemSharings | GiveInsightConsent | WithdrawInsightConsent


def _people_refusals(people: tuple[str, ...], field: str) -> list[Refusal]:
    if not people:
        nl, en = "Kies minstens één collega.", "Choose at least one colleague."
        return [invalid((field, "people"), nl=nl, en=en)]
    if len(people) > PEOPLE_MAX:
        nl = f"Kies hoogstens {PEOPLE_MAX} collega's, of deel het met je team."
        en = f"Choose {PEOPLE_MAX} colleagues at most, or share it with your team."
        return [invalid((field, "people"), nl=nl, en=en)]
    return []
