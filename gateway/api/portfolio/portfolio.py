"""A portfolio, as its owner sees it, now or at a moment of the past."""

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
    statement = portfolio.statement
    if statement is None:
        return None
    return ProfileStatement(
        id=strawberry.ID(statement.statement),
        portfolio=portfolio,
        text=statement.text,
        written_at=statement.written_at,
    )


_QUADRANT_ORDER = {quadrant: order for order, quadrant in enumerate(TalentQuadrant)}


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
    content: strawberry.Private[profile.Portfolio]

    @property
    def as_of(self) -> datetime | None:
        """The moment of the past that is shown; None for now."""
        return self.content.as_of

    @field()
    def statement(self) -> ProfileStatement | None:
        return statement_of(self.content)

    @field(description="By quadrant, then by name. Set-aside talents are left out unless asked for.")
    def talents(self, *, with_set_aside: bool = False) -> list[TalentClaim]:
        talents = [t for t in self.content.talents if with_set_aside or t.set_aside_at is None]
        talents.sort(key=lambda talent: _QUADRANT_ORDER[talent.quadrant])
        return [talent_claim(self.content, talent) for talent in talents]

    @field()
    def energy_sources(self) -> list[EnergySource]:
        return [energy_source_of(self.content, source) for source in self.content.energy_sources]

    @field(
        description=(
            "The sum of the energy sources, at the end of each month and now; oldest first, 36 at most."
        )
    )
    def energy_balance(self, info: Info, months: int = 1) -> list[EnergyBalance]:
        if not 1 <= months <= MONTHS_MAX:
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, f"`months` must be 1 to {MONTHS_MAX}.")
        calendar = info.context.gateway.calendar
        moments = month_ends(calendar.local(self.as_of or calendar.now()), months)
        return [_balance(balance) for balance in energy.energy_balance(self.content.energy_history, moments)]

    @field()
    def passions(self) -> list[Passion]:
        return [passion_of(self.content, passion) for passion in self.content.passions]

    @field()
    def evidence(self) -> list[Evidence]:
        return [evidence_of(self.content, evidence) for evidence in self.content.evidence]

    @field()
    def reflections(self) -> list[Reflection]:
        return [reflection_of(self.content, reflection) for reflection in self.content.reflections]

    @field(description="Open ones first.")
    def goals(self) -> list[Goal]:
        return [goal_of(self.content, goal) for goal in self.content.goals]

    @field(description="Planned ones first.")
    def conversations(self) -> list[Conversation]:
        return [conversation_of(self.content, conversation) for conversation in self.content.conversations]

    @field(description="Everything that is open to someone now, soonest end first.")
    def sharings(self) -> list[Sharing]:
        return [sharing_of(self.content, sharing) for sharing in self.content.sharings]

    @field(description="Null when not given, which changes nothing else.")
    def insight_consent(self) -> InsightConsent | None:
        consent = self.content.insight_consent
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
            self.content.person,
            since=from_ or None,
            until=_earliest(until or None, self.as_of),
            oldest_first=oldest_first,
            first=first,
            after=after or None,
        )


def portfolio_of(content: profile.Portfolio) -> Portfolio:
    return Portfolio(
        id=strawberry.ID(derived_id("portfolio", content.person)),  # not the person's: an id names one thing
        version=content.version,
        state=PortfolioState(content.state),
        content=content,
    )


def _balance(balance: energy.EnergyBalance) -> EnergyBalance:
    """Return a balance under the first day of its month."""
    return EnergyBalance(
        month=balance.moment.date().replace(day=1),
        giver_hours_per_week=balance.giver,
        drainer_hours_per_week=balance.drainer,
    )


def _earliest(until: datetime | None, as_of: datetime | None) -> datetime | None:
    """Return the earlier end of a history: a portfolio of the past has no later entries."""
    if as_of is None:
        return until
    moment_after = as_of + datetime.resolution
    return min(until, moment_after) if until else moment_after
