"""The rules of the organisation, and on whose word they stand."""

from datetime import date, datetime

import strawberry

from gateway.scalars import Digest


@strawberry.type(
    description=("Smallest numbers of people. An organisation may ask more than the defaults, never less.")
)
class Floors:
    raters: int = strawberry.field(description="Answers from a perspective, 3.")
    clients: int = strawberry.field(description="The same of CLIENT and PARTNER, 5.")
    comments: int = strawberry.field(description="Writers behind comments, 3.")
    organisation: int = strawberry.field(
        description="Members, contributors, holders and non-holders in an organisation cell, 5."
    )
    energy: int = strawberry.field(description="People behind a word about energy, 10.")
    change: int = strawberry.field(description="People who must come or go before a region changes, 5.")


@strawberry.type(description="A decision outside the system, on record.")
class PolicyRecord:
    recorded_at: datetime
    decided_on: date
    promise_version: int
    document: Digest
    note: str | None


@strawberry.type(description="The rules in force, and on whose word.")
class Policy:
    id: strawberry.ID
    adopted_at: datetime
    floors: Floors
    release_every_days: int
    months_between_rounds: int
    invitations_per_quarter_max: int = strawberry.field(description="Per rater, answered or not.")
    sharing_days_max: int
    portfolio_days_after_leaving: int
    read_log_months: int
    works_council_consent: PolicyRecord | None
    dpia: PolicyRecord | None
