"""The policies of the organisation, and the records of consent to them."""

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


def policy_of(policy: organisation.Policy) -> Policy:
    floors = policy.floors
    return Policy(
        id=strawberry.ID(policy.policy),
        adopted_at=policy.adopted_at,
        floors=Floors(
            raters=floors.raters,
            clients=floors.clients,
            comments=floors.comments,
            organisation=floors.organisation,
            energy=floors.energy,
            change=floors.change,
        ),
        release_every_days=policy.release_every_days,
        months_between_rounds=policy.months_between_rounds,
        invitations_per_quarter_max=policy.invitations_per_quarter_max,
        sharing_days_max=policy.sharing_days_max,
        portfolio_days_after_leaving=policy.portfolio_days_after_leaving,
        read_log_months=policy.read_log_months,
        works_council_consent=_record(policy.works_council_consent),
        dpia=_record(policy.dpia),
    )


def _record(record: organisation.PolicyRecord | None) -> PolicyRecord | None:
    if record is None:
        return None
    return PolicyRecord(
        recorded_at=record.recorded_at,
        decided_on=record.decided_on,
        promise_version=record.promise_version,
        document=Digest(record.document),
        note=record.note,
    )
