"""The rules of the organisation, and on whose word they stand."""

from datetime import date, datetime

import strawberry

from gateway.types.scalars import Digest
from projections.views import organisation


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


def policy_of(read: organisation.Policy) -> Policy:
    floors = read.floors
    return Policy(
        id=strawberry.ID(read.policy),
        adopted_at=read.adopted_at,
        floors=Floors(
            raters=floors.raters,
            clients=floors.clients,
            comments=floors.comments,
            organisation=floors.organisation,
            energy=floors.energy,
            change=floors.change,
        ),
        release_every_days=read.release_every_days,
        months_between_rounds=read.months_between_rounds,
        invitations_per_quarter_max=read.invitations_per_quarter_max,
        sharing_days_max=read.sharing_days_max,
        portfolio_days_after_leaving=read.portfolio_days_after_leaving,
        read_log_months=read.read_log_months,
        works_council_consent=_record(read.works_council_consent),
        dpia=_record(read.dpia),
    )


def _record(read: organisation.PolicyRecord | None) -> PolicyRecord | None:
    if read is None:
        return None
    return PolicyRecord(
        recorded_at=read.recorded_at,
        decided_on=read.decided_on,
        promise_version=read.promise_version,
        document=Digest(read.document),
        note=read.note,
    )
