"""Commands of members on work that is offered to the team; each acts for oneself, nobody is placed."""

from datetime import date
from typing import Annotated, ClassVar, Final

import msgspec
from typing_extensions import override

from events.streams import Stream
from rules.commands import Refusal
from rules.kinds import HoursBand
from rules.team.things import thing_id
from services.contexts.team.members import NewOfTeam, OnThing
from services.decisions.command import Command, DecisionContext, name_of
from services.decisions.validation import invalid, text_refusals

TITLE_CHARS_MAX: Final = 120
TEXT_CHARS_MAX: Final = 2_000
WANTED_MAX: Final = 10
"""The most terms that one offer of work asks for."""


class OfferWork(NewOfTeam, frozen=True, kw_only=True):
    """Offer work to the team, through the day `until`."""

    holds_words: ClassVar[bool] = True

    title: str
    text: str
    until: date
    wanted_term_ids: tuple[str, ...] = ()
    hours_per_week: Annotated[str, name_of(HoursBand)] | None = None
    from_day: date | None = msgspec.field(name="from", default=None)

    @override
    def picked_terms(self) -> tuple[str, ...]:
        return self.wanted_term_ids

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *text_refusals(self.title, "title", chars_max=TITLE_CHARS_MAX),
            *text_refusals(self.text, "text", chars_max=TEXT_CHARS_MAX, lines=True),
            *_wanted_refusals(self.wanted_term_ids),
        ]


class OnWorkOffer(OnThing, frozen=True, kw_only=True):
    """A command on an offer of work."""

    work_offer_id: str

    @override
    def thing(self) -> str:
        return self.work_offer_id


class VolunteerForWork(OnWorkOffer, frozen=True, kw_only=True):
    """Step forward for the work, also when somebody has taken it up already: to share it, or as a reserve."""


class TakeUpWork(OnWorkOffer, frozen=True, kw_only=True):
    """Do the work that one stepped forward for. Several may take it up together."""


class HandBackWork(OnWorkOffer, frozen=True, kw_only=True):
    """Do the work no more, or step back as a volunteer."""


class EndWorkOffer(Command, frozen=True, kw_only=True):
    """
    A process ends an offer whose last day is past, or whose author left the team before anybody took it up.

    `people` are its author and those who took it up, whose membership is looked up; anybody else counts as
    still there, so that the offer stays open until the process knows better.
    """

    by_process: ClassVar[bool] = True

    team: str
    offer: str
    people: tuple[str, ...]

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("team", self.team).name,)

    @override
    def weighed_members(self, sender: str) -> tuple[str, tuple[str, ...]] | None:
        return self.team, self.people

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return thing_id(self.team, self.offer)


WorkCommand = OfferWork | VolunteerForWork | TakeUpWork | HandBackWork | EndWorkOffer


def _wanted_refusals(terms: tuple[str, ...]) -> list[Refusal]:
    if len(terms) <= WANTED_MAX:
        return []
    nl, en = f"Kies er hoogstens {WANTED_MAX}.", f"Choose {WANTED_MAX} at most."
    return [invalid(("wantedTermIds",), nl=nl, en=en)]
