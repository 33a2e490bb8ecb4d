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
from gateway.api.portfolio.insights import Insight, insight_of
from gateway.api.portfolio.sharing import Shareable, Sharing, sharing_of
from gateway.api.portfolio.talents import TalentClaim, talent_claim
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.execution.kept import KeptValues
from gateway.types.arguments import After, First
from gateway.types.enums import HoursBand, InsightScope, TalentQuadrant
from gateway.types.fields import field
from gateway.types.texts import LocalText, address_in_both
from kit.ids import derived_id
from projections.views import profile
from rules import energy
from rules.energy import MONTHS_MAX, month_ends
from rules.pages import NOTICE_VERSION, Page


@strawberry.type(description="Who the owner is as a professional, in the owner's words.")
class ProfileStatement(Shareable):
    text: str = strawberry.field(description="The words themselves.")
    written_at: datetime = strawberry.field(description="When they were last written.")


def statement_of(portfolio: profile.Portfolio) -> ProfileStatement | None:
    return profile_statement(portfolio, portfolio.statement) if portfolio.statement else None


def profile_statement(portfolio: profile.Portfolio, statement: profile.Statement) -> ProfileStatement:
    return ProfileStatement(
        id=strawberry.ID(statement.statement),
        portfolio=portfolio,
        text=statement.text,
        written_at=statement.written_at,
    )


_QUADRANT_ORDER = {quadrant: order for order, quadrant in enumerate(TalentQuadrant)}


@strawberry.enum(description="Whether a portfolio takes changes.")
class PortfolioState(Enum):
    OPEN = strawberry.enum_value("OPEN", description="It does.")
    PAUSED = strawberry.enum_value("PAUSED", description="Not until it is resumed.")
    CLOSED = strawberry.enum_value(
        "CLOSED", description="Never again: it was closed for good, and only its owner can still read it."
    )


@strawberry.type(description="That the owner may be counted, anonymously.")
class InsightConsent:
    scopes: list[InsightScope] = strawberry.field(description="What may be counted.")
    since: datetime = strawberry.field(description="When it was given.")
    notice_version: int = strawberry.field(description="The version of the explanation that the owner read.")


@strawberry.type(description="What an owner is to read before agreeing to be counted.")
class InsightNotice:
    version: int = strawberry.field(description="For `noticeVersion` of `giveInsightConsent`.")
    page: LocalText = strawberry.field(
        description="The address of the page, in each language: link it where you ask."
    )


@strawberry.type(description="The hours of a usual working week that gave and that cost energy.")
class EnergyBalance:
    month: date = strawberry.field(
        description="The first day of the month; the figures are those of its end, or of the present."
    )
    giver_hours_per_week: HoursBand | None = strawberry.field(
        description="Of what gives energy; null when none was noted."
    )
    drainer_hours_per_week: HoursBand | None = strawberry.field(
        description="Of what costs energy; null when none was noted."
    )


@strawberry.type(
    description=(
        "The owner's living picture. Only the owner ever gets this type, or any type below it; others "
        "get `SharedItem`."
    )
)
class Portfolio:
    id: strawberry.ID
    version: int = strawberry.field(description="The version to send as `expectedVersion` with a change.")
    state: PortfolioState = strawberry.field(description="Whether it takes changes.")
    content: strawberry.Private[profile.Portfolio]
    kept_values: strawberry.Private[KeptValues | None] = None

    @classmethod
    def of(cls, content: profile.Portfolio, kept: KeptValues | None = None) -> "Portfolio":
        """Return a portfolio as it is shown; `kept` has what was shown of this very content before."""
        id_ = strawberry.ID(derived_id("portfolio", content.person))
        state = PortfolioState(content.state)
        return cls(id=id_, version=content.version, state=state, content=content, kept_values=kept)

    @property
    def as_of(self) -> datetime | None:
        """The moment of the past that is shown; None for now."""
        return self.content.as_of

    def now(self, context: Context) -> datetime:
        """Return the moment that is shown, in the zone of the organisation."""
        calendar = context.gateway.calendar
        return calendar.local(self.as_of or calendar.now())

    @field(description="Who the owner is as a professional; null until written.")
    def statement(self) -> ProfileStatement | None:
        return statement_of(self.content)

    @field(description="By quadrant, then by name.")
    def talents(
        self,
        *,
        with_set_aside: Annotated[
            bool, strawberry.argument(description="Whether talents that were set aside are listed too.")
        ] = False,
    ) -> list[TalentClaim]:
        talents = [t for t in self.content.talents if with_set_aside or t.set_aside_at is None]
        talents.sort(key=lambda talent: _QUADRANT_ORDER[talent.quadrant])
        return [talent_claim(self.content, talent) for talent in talents]

    @field(description="Activities that give or cost energy.")
    def energy_sources(self) -> list[EnergySource]:
        return [energy_source_of(self.content, source) for source in self.content.energy_sources]

    @field(
        description="The sum of the energy sources, at the end of each month and now; oldest first.",
        kept_by=lambda self, context: energy.balance_key(self.content.energy_history, self.now(context)),
    )
    def energy_balance(
        self,
        info: Info,
        months: Annotated[
            int, strawberry.argument(description="How many months, this one included; 36 at most.")
        ] = 1,
    ) -> list[EnergyBalance]:
        if not 1 <= months <= MONTHS_MAX:
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, f"`months` must be 1 to {MONTHS_MAX}.")
        moments = month_ends(self.now(info.context), months)
        return [_balance(balance) for balance in energy.energy_balance(self.content.energy_history, moments)]

    @field(description="What the owner wants more of.")
    def passions(self) -> list[Passion]:
        return [passion_of(self.content, passion) for passion in self.content.passions]

    @field(description="What shows the talents.")
    def evidence(self) -> list[Evidence]:
        return [evidence_of(self.content, evidence) for evidence in self.content.evidence]

    @field(description="The owner's notes.")
    def reflections(self) -> list[Reflection]:
        return [reflection_of(self.content, reflection) for reflection in self.content.reflections]

    @field(description="Own conclusions from mirrors, the newest first.")
    def insights(self) -> list[Insight]:
        return [insight_of(self.content, insight) for insight in self.content.insights]

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

    @field(description="What is to be read before `giveInsightConsent`.")
    def insight_notice(self, info: Info) -> InsightNotice:
        page = address_in_both(Page.STAFF, public_url=info.context.gateway.public_url)
        return InsightNotice(version=NOTICE_VERSION, page=page)

    @field(description="How the portfolio became what it is, newest first.")
    async def timeline(
        self,
        info: Info,
        *,
        from_: Annotated[
            datetime | None,
            strawberry.argument(name="from", description="Only what happened at this moment or later."),
        ] = UNSET,
        until: Annotated[
            datetime | None, strawberry.argument(description="Only what happened before this moment.")
        ] = UNSET,
        oldest_first: Annotated[
            bool, strawberry.argument(description="Whether the oldest entry comes first.")
        ] = False,
        first: First = 50,
        after: After = UNSET,
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
