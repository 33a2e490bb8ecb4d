"""What the payloads of all mutations of the own portfolio have in common."""

from typing import Final

import strawberry
from strawberry.types.lazy_type import LazyType

from gateway.api.sending import CommandPayload
from gateway.types.texts import LocalText
from projections.views import profile

# By name only: a portfolio is made of the things whose mutations have these payloads.
_PORTFOLIO: Final = LazyType[str, str]("Portfolio", "gateway.api.portfolio.portfolio")


def _portfolio(self: "OwnersPayload") -> object:
    return _PORTFOLIO.resolve_type().of(self.content) if self.content else None


@strawberry.type
class OwnersPayload(CommandPayload):
    """The payload of an owner's mutation; `content` is the portfolio after it, if that is shown."""

    note: LocalText | None = strawberry.field(
        default=None,
        description="What to show the person with this answer; null when there is nothing to add.",
    )
    content: strawberry.Private[profile.Portfolio | None] = None
    portfolio = strawberry.field(
        resolver=_portfolio,
        graphql_type=_PORTFOLIO | None,
        description=(
            "The portfolio after the change. With `id version` a cache has the next `expectedVersion` and "
            "need not ask again. Null when refused or unsettled, and when its view needed too long."
        ),
    )
