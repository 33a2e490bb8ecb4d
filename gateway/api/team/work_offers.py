"""`Team.workOffers`: work that people step forward for, and the mutations of its members."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

import strawberry
from strawberry import UNSET

from gateway.api.catalogue.terms import TalentTerm, talent_term
from gateway.api.command_result import command_result
from gateway.api.names import Colleague, colleague, colleagues_by_name
from gateway.api.paging import check_page_size
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, CommandInput, CommandPayload, send_command
from gateway.api.team.energies import TermEnergy, energies_of_terms
from gateway.api.team.reads import changed_thing, read_team
from gateway.api.team.team_part import MEMBERS_ASSUMED, TeamPart
from gateway.context import Info
from gateway.types.arguments import Last
from gateway.types.enums import HoursBand
from gateway.types.fields import field
from projections.views import catalogue
from projections.views import team as view
from rules import commands
from rules.names import plain_name
from rules.team.things import thing_id

WANTED_ASSUMED: Final = 5
"""Terms of an offer with which the cost of a list is measured, of the ten that there may be."""
STEPPED_FORWARD_ASSUMED: Final = 10
"""Members who stepped forward, likewise."""


@strawberry.type(
    description=(
        "Work that asks for talents. People step forward for it, each for oneself; nobody is placed, and "
        "nobody is weighed against anybody."
    )
)
class WorkOffer:
    id: strawberry.ID
    title: str = strawberry.field(description="What it is, in one line.")
    text: str = strawberry.field(description="What there is to do, in the words of the member who offers it.")
    hours_per_week: HoursBand | None = strawberry.field(
        description="How much of a usual working week it takes; null when not said."
    )
    from_: date | None = strawberry.field(
        name="from", description="The day on which the work begins; null when not said."
    )
    until: date = strawberry.field(
        description="The last day. If nobody took it up by then, it lapses, and its volunteers are informed."
    )
    content: strawberry.Private[view.WorkOffer]

    @field(description="The talents that it asks for, by name.", items_max=WANTED_ASSUMED)
    async def wanted(self, info: Info) -> list[TalentTerm]:
        found = await info.context.loaders.terms.load_many(self.content.wanted)
        terms = {term.term: term for term in found if term}
        return [talent_term(term) for term in sorted(terms.values(), key=lambda term: plain_name(term.nl))]

    @field(description="Who offers it; null once that person has left the team.")
    async def offered_by(self, info: Info) -> Colleague | None:
        author = self.content.author
        return None if author is None else await colleague(info.context, author)

    @field(description="Who stepped forward, by name.", items_max=STEPPED_FORWARD_ASSUMED)
    async def volunteers(self, info: Info) -> list[Colleague]:
        return await colleagues_by_name(info.context, self.content.volunteers)

    @field(
        description="Who does it, by name. Empty: it is open, for the first time or again.",
        items_max=STEPPED_FORWARD_ASSUMED,
    )
    async def taken_up_by(self, info: Info) -> list[Colleague]:
        return await colleagues_by_name(info.context, self.content.taken_up_by)

    @field(
        description=(
            "Who in the team took up other work of this kind, that asks for one of the same talents, in the "
            "last year: by name, so that it is not always the same people. Nobody is proposed, and nothing "
            "is counted."
        ),
        items_max=MEMBERS_ASSUMED,
    )
    async def took_up_alike(self, info: Info) -> list[Colleague]:
        return await colleagues_by_name(info.context, self.content.took_up_alike)

    @field(
        description=(
            "To whom the wanted talents give energy and whom they cost, as far as these people shared it "
            "with the team."
        ),
        items_max=WANTED_ASSUMED,
    )
    async def energies(self, info: Info) -> list[TermEnergy]:
        return await energies_of_terms(info.context, self.content.team, self.content.wanted)


def work_offer_of(offer: view.WorkOffer) -> WorkOffer:
    return WorkOffer(
        id=strawberry.ID(thing_id(offer.team, offer.offer)),
        title=offer.title,
        text=offer.text,
        hours_per_week=offer.hours_per_week,
        from_=offer.from_day,
        until=offer.until,
        content=offer,
    )


@strawberry.type
class WorkOffersPart(TeamPart):
    @field(description="Work that members offer to the team, the newest first.")
    async def work_offers(
        self,
        info: Info,
        *,
        only_open: Annotated[
            bool,
            strawberry.argument(description="Whether work is left out that somebody does, and that is over."),
        ] = True,
        last: Last = 50,
    ) -> list[WorkOffer]:
        check_page_size(info.context, "last", last)
        team, today = self.content.team, info.context.gateway.calendar.today()

        async def read(connection: Any) -> Sequence[view.WorkOffer]:
            merged = await catalogue.merged_terms(connection)
            return await view.work_offers(
                connection, team, today=today, merged=merged, only_open=only_open, limit=last
            )

        return [work_offer_of(offer) for offer in await read_team(info.context, team, read)]


WORK_OFFER_ID: Final = "The work, of a team that the caller is in."


@strawberry.input
class OfferWorkInput(CommandInput):
    team_id: strawberry.ID = strawberry.field(description="A team that the caller is in.")
    title: str = strawberry.field(description="What it is, in one line of 120 characters at most.")
    text: str = strawberry.field(description="What there is to do, in 2000 characters at most.")
    wanted_term_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description="The shared words for the talents that it asks for, 10 at most, from `talentCatalogue`.",
    )
    hours_per_week: HoursBand | None = strawberry.field(
        default=UNSET,
        description="How much of a usual working week it takes; not said when left out or null.",
    )
    from_: date | None = strawberry.field(
        name="from", default=UNSET, description="The day on which it begins; not said when left out or null."
    )
    until: date = strawberry.field(description="The last day, 180 days from today at most.")


@strawberry.input
class VolunteerForWorkInput(CommandInput):
    work_offer_id: strawberry.ID = strawberry.field(description=WORK_OFFER_ID)


@strawberry.input
class TakeUpWorkInput(CommandInput):
    work_offer_id: strawberry.ID = strawberry.field(description=WORK_OFFER_ID)


@strawberry.input
class HandBackWorkInput(CommandInput):
    work_offer_id: strawberry.ID = strawberry.field(description=WORK_OFFER_ID)


@strawberry.type
class WorkOfferPayload(CommandPayload):
    work_offer: WorkOffer | None = strawberry.field(description=CHANGED)


@mutation(description="Offer work to a team, until a day. It ends earlier if its author leaves the team.")
async def offer_work(info: Info, input: OfferWorkInput) -> WorkOfferPayload:
    return await _payload(info, await send_command(info, input))


@mutation(
    description=(
        "Step forward for work, for oneself; also when somebody has taken it up already, to share it or to "
        "be in reserve."
    )
)
async def volunteer_for_work(info: Info, input: VolunteerForWorkInput) -> WorkOfferPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Take up work that one stepped forward for. Several may do it together.")
async def take_up_work(info: Info, input: TakeUpWorkInput) -> WorkOfferPayload:
    return await _payload(info, await send_command(info, input))


@mutation(
    description=(
        "Hand work back that one took up, or step back as a volunteer: the work is open again if nobody "
        "else does it."
    )
)
async def hand_back_work(info: Info, input: HandBackWorkInput) -> WorkOfferPayload:
    return await _payload(info, await send_command(info, input))


async def _payload(info: Info, result: commands.CommandResult) -> WorkOfferPayload:
    today = info.context.gateway.calendar.today()

    async def read(connection: Any, team: str, offer: str) -> view.WorkOffer | None:
        merged = await catalogue.merged_terms(connection)
        return await view.work_offer(connection, team, offer, today=today, merged=merged)

    found = await changed_thing(info, result, read)
    return WorkOfferPayload(
        command=command_result(info, result), work_offer=work_offer_of(found) if found else None
    )
