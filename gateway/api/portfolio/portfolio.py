"""A portfolio as its owner sees it, now or at a moment of the past."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated

import strawberry
from strawberry import UNSET

from gateway.api.paging import Connection
from gateway.api.portfolio import timeline
from gateway.api.portfolio.conversations import Conversation, conversation_of
from gateway.api.portfolio.energy import EnergySource, Passion, energy_source_of, passion_of
from gateway.api.portfolio.evidence import Evidence, Reflection, evidence_of, reflection_of
from gateway.api.portfolio.goals import Goal, goal_of
from gateway.api.portfolio.sharing import Shareable, Sharing, sharing_of
from gateway.api.portfolio.talents import TalentClaim, talent_claim
from gateway.context import Info
from gateway.errors import ErrorCode, GatewayError
from gateway.types.enums import HoursBand, InsightScope, TalentQuadrant
from gateway.types.fields import field
from kit.ids import derived_id
from projections.views import profile
from rules import energy
from rules.energy import MONTHS_MAX, month_ends


@strawberry.type(description="Who am I as a professional, in own words.")
class ProfileStatement(Shareable):
    text: str
    written_at: datetime


def statement_of(portfolio: profile.Portfolio) -> ProfileStatement | None:
    read = portfolio.statement
    if read is None:
        return None
    return ProfileStatement(
        id=strawberry.ID(read.statement), portfolio=portfolio, text=read.text, written_at=read.written_at
    )


_QUADRANT_ORDER = {quadrant: place for place, quadrant in enumerate(TalentQuadrant)}


@strawberry.enum(description="Whether a portfolio takes changes.")
class PortfolioState(Enum):
    OPEN = "OPEN"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"


@strawberry.type(description="Being counted, anonymously, in releases.")
class InsightConsent:
    scopes: list[InsightScope]
    since: datetime
    notice_version: int = strawberry.field(description="Version of the explanation that was read.")


@strawberry.type(description="Null: no giver, or no drainer, was noted.")
class EnergyBalance:
    month: date
    giver_hours_per_week: HoursBand | None
    drainer_hours_per_week: HoursBand | None


@strawberry.type(
    description=(
        "The owner's living picture. Only its owner ever gets this type, or any type below it; others get "
        "`SharedItem`, `TalentMapRow`, `FoundItem`."
    )
)
class Portfolio:
    id: strawberry.ID
    version: int
    state: PortfolioState
    read: strawberry.Private[profile.Portfolio]
    as_of: strawberry.Private[datetime | None] = None

    @field()
    def statement(self) -> ProfileStatement | None:
        return statement_of(self.read)

    @field(description="By quadrant, then by name. Set-aside talents are left out unless asked for.")
    def talents(self, *, with_set_aside: bool = False) -> list[TalentClaim]:
        shown = [t for t in self.read.talents if with_set_aside or t.set_aside_at is None]
        shown.sort(key=lambda talent: _QUADRANT_ORDER[talent.quadrant])
        return [talent_claim(self.read, talent) for talent in shown]

    @field()
    def energy_sources(self) -> list[EnergySource]:
        return [energy_source_of(self.read, source) for source in self.read.energy_sources]

    @field(
        description=(
            "The sum of the energy sources, at the end of each month and now; oldest first, 36 at most."
        )
    )
    def energy_balance(self, info: Info, months: int = 1) -> list[EnergyBalance]:
        if not 1 <= months <= MONTHS_MAX:
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, f"`months` is 1 to {MONTHS_MAX}.")
        calendar = info.context.gateway.calendar
        moments = month_ends(calendar.local(self.as_of or calendar.now()), months)
        return [_balance(read) for read in energy.energy_balance(self.read.energy_history, moments)]

    @field()
    def passions(self) -> list[Passion]:
        return [passion_of(self.read, passion) for passion in self.read.passions]

    @field()
    def evidence(self) -> list[Evidence]:
        return [evidence_of(self.read, evidence) for evidence in self.read.evidence]

    @field()
    def reflections(self) -> list[Reflection]:
        return [reflection_of(self.read, reflection) for reflection in self.read.reflections]

    @field(description="Open ones first.")
    def goals(self) -> list[Goal]:
        return [goal_of(self.read, goal) for goal in self.read.goals]

    @field(description="Planned ones first.")
    def conversations(self) -> list[Conversation]:
        return [conversation_of(conversation) for conversation in self.read.conversations]

    @field(description="Everything that is open to someone now, soonest end first.")
    def sharings(self) -> list[Sharing]:
        return [sharing_of(sharing) for sharing in self.read.sharings]

    @field(description="Null when not given, which changes nothing else.")
    def insight_consent(self) -> InsightConsent | None:
        consent = self.read.insight_consent
        if consent is None:
            return None
        scopes = [scope for scope in InsightScope if scope in consent.scopes]
        return InsightConsent(scopes=scopes, since=consent.since, notice_version=consent.notice_version)

    @field(description="How it became what it is.")
    async def timeline(
        self,
        info: Info,
        *,
        from_: Annotated[datetime | None, strawberry.argument(name="from")] = UNSET,
        until: datetime | None = UNSET,
        oldest_first: bool = False,
        first: int = 50,
        after: str | None = UNSET,
    ) -> Connection[timeline.TimelineEntry]:
        return await timeline.page(
            info.context,
            self.read.person,
            since=from_ or None,
            until=_earliest(until or None, self.as_of),
            oldest_first=oldest_first,
            first=first,
            after=after or None,
        )


def portfolio_of(read: profile.Portfolio, as_of: datetime | None = None) -> Portfolio:
    return Portfolio(
        id=strawberry.ID(derived_id("portfolio", read.person)),  # ids are unique over all types
        version=read.version,
        state=PortfolioState(read.state),
        read=read,
        as_of=as_of,
    )


def _balance(read: energy.EnergyBalance) -> EnergyBalance:
    """Name the month by its first day, whenever in it the balance was drawn up."""
    return EnergyBalance(
        month=read.moment.date().replace(day=1),
        giver_hours_per_week=read.giver,
        drainer_hours_per_week=read.drainer,
    )


def _earliest(until: datetime | None, as_of: datetime | None) -> datetime | None:
    """Return the end of a history: a portfolio of the past knows nothing of what came after it."""
    if as_of is None:
        return until
    behind = as_of + datetime.resolution
    return min(until, behind) if until else behind
