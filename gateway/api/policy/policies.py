"""The policies of the organisation, and the records of consent to them."""

from datetime import date, datetime

import strawberry

from gateway.types.scalars import Digest
from gateway.types.texts import LocalText
from projections.views import organisation
from rules import promise as rules
from rules.feedback.questions import RoundFloors
from rules.promise import PROMISE_VERSION, KeeperSetting, promise_of_policy


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


@strawberry.type(description="The withdrawal of a consent, which was decided outside the system.")
class PolicyWithdrawal:
    recorded_at: datetime = strawberry.field(description="When it was recorded here.")
    decided_on: date = strawberry.field(description="The day of the decision.")
    document: Digest = strawberry.field(description="Of the document with the decision.")
    note: str | None = strawberry.field(description="What else there is to know about it.")


@strawberry.type(
    description=(
        "Shown to every rater before the first question, for the way the keeper is set up now; "
        "on record with consent and DPIA."
    )
)
class Promise:
    version: int = strawberry.field(description="From 1; another text has another version.")
    text: LocalText = strawberry.field(description="Paragraphs, each on a line of its own.")


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
    promise: Promise = strawberry.field(
        description="What raters read. No round opens before consent and DPIA name this version."
    )
    works_council_consent: PolicyRecord | None = strawberry.field(
        description="Null before there is one, and after it was withdrawn."
    )
    works_council_withdrawal: PolicyWithdrawal | None = strawberry.field(
        description="Why there is no consent any more; null when the works council consented again."
    )
    dpia: PolicyRecord | None


def policy_of(policy: organisation.Policy, *, keeper: KeeperSetting) -> Policy:
    """Return a policy as it is shown, with the current promise as its floors make it."""
    floors = policy.floors
    round_floors = RoundFloors(raters=floors.raters, clients=floors.clients, comments=floors.comments)
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
        promise=promise_shown(promise_of_policy(PROMISE_VERSION, keeper=keeper, floors=round_floors)),
        works_council_consent=_record(policy.works_council_consent),
        works_council_withdrawal=_withdrawal(policy.works_council_withdrawal),
        dpia=_record(policy.dpia),
    )


def promise_shown(promise: rules.Promise) -> Promise:
    return Promise(version=promise.version, text=LocalText(nl=promise.text.nl, en=promise.text.en))


def _withdrawal(withdrawal: organisation.PolicyWithdrawal | None) -> PolicyWithdrawal | None:
    if withdrawal is None:
        return None
    return PolicyWithdrawal(
        recorded_at=withdrawal.recorded_at,
        decided_on=withdrawal.decided_on,
        document=Digest(withdrawal.document),
        note=withdrawal.note,
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
