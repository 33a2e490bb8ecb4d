"""`me`: everything of and about the caller, as a professional."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from gateway.api.account.difference import PortfolioDifference, portfolio_difference
from gateway.api.audit.notices import AuditNotice, notices_of
from gateway.api.names import Colleague
from gateway.api.paging import Connection
from gateway.api.portfolio import disclosures, shared
from gateway.api.portfolio.conversations import Agreement, agreements_to_confirm
from gateway.api.portfolio.portfolio import Portfolio
from gateway.api.portfolio.reads import read_portfolio
from gateway.api.root_fields import query
from gateway.api.rounds.rounds import FeedbackRound, rounds_of
from gateway.api.team.teams import Team, teams_of
from gateway.context import Info
from gateway.types.arguments import After, First, WaitFor
from gateway.types.fields import field
from projections.views import audits, catalogue, directory, organisation, profile, rounds, team, timeline
from projections.views import shared as shared_view


@strawberry.type(description="A professional, as that person sees themselves.")
class Me:
    id: strawberry.ID
    display_name: str = strawberry.field(description="The name as colleagues see it.")

    @field(description="Me by name, as colleagues see me: to find oneself among them.")
    def as_colleague(self) -> Colleague:
        return Colleague(id=self.id, display_name=self.display_name)

    @field(description="The teams that the person is in, by name.")
    async def teams(self, info: Info) -> list[Team]:
        return await teams_of(info.context, self.id)

    @field(
        description=(
            "Null until opened. To show two moments next to each other, ask twice under two aliases "
            "with `asOf`, each with ids of its own; what differs is `portfolioDifference`, and what happened "
            "between them is in `timeline`."
        )
    )
    async def portfolio(
        self,
        info: Info,
        as_of: Annotated[
            datetime | None,
            strawberry.argument(
                description="A moment of the past, to show the portfolio of then. Left out, the current one."
            ),
        ] = UNSET,
    ) -> Portfolio | None:
        moment = info.context.gateway.calendar.past(as_of or None)
        if moment is None:
            shown = await info.context.gateway.portfolios.current(self.id)
            return Portfolio.of(shown.portfolio, shown.kept) if shown else None
        content = await read_portfolio(info.context, self.id, moment)
        return Portfolio.of(content) if content else None

    @field(
        description=(
            "What differs in the portfolio between two moments, each a picture with ids of its own, as "
            "`portfolio` shows it with `asOf`. Null if it was not opened by `until`."
        )
    )
    async def portfolio_difference(
        self,
        info: Info,
        *,
        from_: Annotated[
            datetime,
            strawberry.argument(name="from", description="The earlier moment; not later than `until`."),
        ],
        until: Annotated[
            datetime | None, strawberry.argument(description="The later moment. Left out, now.")
        ] = UNSET,
    ) -> PortfolioDifference | None:
        return await portfolio_difference(info.context, self.id, since=from_, until=until or None)

    @field(description="Items that colleagues opened to this person by name, ordered by owner.")
    async def shared_with_me(
        self, info: Info, first: First = 20, after: After = UNSET
    ) -> Connection[shared.SharedItem]:
        return await shared.page(info.context, self.id, first=first, after=after or None)

    @field(
        description=("Agreements from conversations that others planned with this person; not confirmed yet.")
    )
    async def agreements_to_confirm(self, info: Info) -> list[Agreement]:
        return await agreements_to_confirm(info.context, self.id)

    @field(description="Feedback rounds, the newest first.")
    async def rounds(self, info: Info) -> list[FeedbackRound]:
        return await rounds_of(info.context, self.id)

    @field(
        description=(
            "Who was shown which item, by role, and why; up to yesterday, and as far back as "
            "`readLogMonths` of the policy says."
        )
    )
    async def read_log(
        self, info: Info, first: First = 20, after: After = UNSET
    ) -> Connection[disclosures.Disclosure]:
        return await disclosures.page(info.context, self.id, first=first, after=after or None)

    @field(
        description=(
            f"Audits of this person's streams, the newest first: {audits.NOTICES_MAX} at most. Who replays, "
            "in which role and why, and what was opened until when."
        ),
        items_max=audits.NOTICES_MAX,
    )
    async def audits(self, info: Info) -> list[AuditNotice]:
        return await notices_of(info.context, self.id)


@query(description="Everything of and about the caller, as a professional.")
async def me(info: Info, wait_for: WaitFor = UNSET) -> Me | None:
    own = (audits.VIEW, profile.VIEW, rounds.VIEW, shared_view.VIEW, timeline.VIEW)
    teams = (organisation.VIEW, team.VIEW)
    await info.wait_for(wait_for, catalogue.VIEW, directory.VIEW, *teams, *own)
    person = (await info.caller()).person
    if person is None:
        return None
    return Me(id=strawberry.ID(person.person), display_name=person.display_name)
