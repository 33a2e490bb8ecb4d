"""`Me.portfolioDifference`: what differs in the own portfolio between two moments."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Generic, TypeVar

import msgspec
import strawberry

from gateway.api.portfolio.conversations import Conversation, conversation_of
from gateway.api.portfolio.energy import EnergySource, Passion, energy_source_of, passion_of
from gateway.api.portfolio.evidence import Evidence, Reflection, evidence_of, reflection_of
from gateway.api.portfolio.goals import Goal, goal_of
from gateway.api.portfolio.insights import Insight, insight_of
from gateway.api.portfolio.portfolio import Portfolio, ProfileStatement, profile_statement
from gateway.api.portfolio.reads import read_portfolio
from gateway.api.portfolio.sharing import Sharing, sharing_of
from gateway.api.portfolio.talents import TalentClaim, talent_claim
from gateway.context import Context
from gateway.errors import ErrorCode, GatewayError
from gateway.types.fields import LENGTH, field
from projections.views import profile

DIFFERENT_ASSUMED: Final = 50
"""With how many items of each list the cost is measured; those that there are count while it is made."""

Item = TypeVar("Item")
Row = TypeVar("Row", bound=msgspec.Struct)


@strawberry.type(description="One item at both moments, with an id of each.")
class Changed(Generic[Item]):
    before: Item = strawberry.field(description="As it was at `from`.")
    after: Item = strawberry.field(description="As it was at `until`.")


@strawberry.type(description="What differs of one kind of item. Equal moments have empty lists.")
class Difference(Generic[Item]):
    added: list[Item] = strawberry.field(
        description="There at `until` and not at `from`, as at `until`.", metadata={LENGTH: DIFFERENT_ASSUMED}
    )
    changed: list[Changed[Item]] = strawberry.field(
        description="There at both, and the owner said something else of it.",
        metadata={LENGTH: DIFFERENT_ASSUMED},
    )
    removed: list[Item] = strawberry.field(
        description="There at `from` and not at `until`, as at `from`.", metadata={LENGTH: DIFFERENT_ASSUMED}
    )


@strawberry.type(
    description=(
        "What differs in a portfolio between two moments, by kind of item. What came and went in between is "
        "not in it, nor what was changed and changed back: that is in `timeline`."
    )
)
class PortfolioDifference:
    earlier: strawberry.Private[profile.Portfolio | None]
    later: strawberry.Private[profile.Portfolio]
    found: strawberry.Private[profile.PortfolioDifference]

    @field(description="The whole portfolio at `from`; null if it was not opened by then.")
    def before(self) -> Portfolio | None:
        return Portfolio.of(self.earlier) if self.earlier else None

    @field(description="The whole portfolio at `until`.")
    def after(self) -> Portfolio:
        return Portfolio.of(self.later)

    @field(description="Who the owner is as a professional: one at most in one of the lists.")
    def statement(self) -> Difference[ProfileStatement]:
        return self._shown(self.found.statement, profile_statement)

    @field(
        description="Talents; one that was set aside is removed. A shared word that reads otherwise is none."
    )
    def talents(self) -> Difference[TalentClaim]:
        return self._shown(self.found.talents, talent_claim)

    @field(description="Activities that give or cost energy.")
    def energy_sources(self) -> Difference[EnergySource]:
        return self._shown(self.found.energy_sources, energy_source_of)

    @field(description="What the owner wants more of.")
    def passions(self) -> Difference[Passion]:
        return self._shown(self.found.passions, passion_of)

    @field(description="What shows the talents.")
    def evidence(self) -> Difference[Evidence]:
        return self._shown(self.found.evidence, evidence_of)

    @field(description="The owner's notes.")
    def reflections(self) -> Difference[Reflection]:
        return self._shown(self.found.reflections, reflection_of)

    @field(description="Own conclusions from mirrors.")
    def insights(self) -> Difference[Insight]:
        return self._shown(self.found.insights, insight_of)

    @field(description="Goals; one that was reached or let go is changed, since it is kept.")
    def goals(self) -> Difference[Goal]:
        return self._shown(self.found.goals, goal_of)

    @field(description="Conversations; one that was held, or whose agreement was confirmed, is changed.")
    def conversations(self) -> Difference[Conversation]:
        return self._shown(self.found.conversations, conversation_of)

    @field(description="What was opened to somebody, and what was closed.")
    def sharings(self) -> Difference[Sharing]:
        return self._shown(self.found.sharings, sharing_of)

    def _shown(
        self, found: profile.Difference[Row], show: Callable[[profile.Portfolio, Row], Item]
    ) -> Difference[Item]:
        """Return a difference as it is shown: each item of the picture that it is from, with its moment."""
        earlier = self.earlier or self.later  # without an earlier one, everything was added
        return Difference(
            added=[show(self.later, item) for item in found.added],
            changed=[
                Changed(before=show(earlier, pair.before), after=show(self.later, pair.after))
                for pair in found.changed
            ],
            removed=[show(earlier, item) for item in found.removed],
        )


async def portfolio_difference(
    context: Context, person: str, *, since: datetime, until: datetime | None
) -> PortfolioDifference | None:
    """
    Return what differs in a portfolio between two moments, of which the later one may be now.

    None if it was not opened by `until`. Raises BAD_REQUEST if `since` is later than `until`, and PARKED.
    """
    calendar = context.gateway.calendar
    if since > (until or calendar.now()):
        raise GatewayError(ErrorCode.BAD_REQUEST, "`from` must not be later than `until`, or than now.")
    later = await read_portfolio(context, person, calendar.past(until))
    if later is None:
        return None
    earlier = await read_portfolio(context, person, calendar.past(since))
    return PortfolioDifference(earlier=earlier, later=later, found=profile.difference(earlier, later))
