"""The policies of the organisation, and the records of consent to them."""

from datetime import date, datetime
from typing import Final

import strawberry

from gateway.types.scalars import Digest
from gateway.types.texts import LocalText
from projections.views import organisation
from rules import promise as rules
from rules.feedback.questions import RoundFloors
from rules.promise import KeeperSetting, promise_of_policy

FLOORS: Final = "The smallest numbers of people that something shown may rest on."
RATERS_FLOOR: Final = "People who answered, of one perspective; 3 or more."
CLIENTS_FLOOR: Final = "The same, of the perspectives CLIENT and PARTNER; 5 or more."
COMMENTS_FLOOR: Final = "Writers behind comments; 3 or more."
ORGANISATION_FLOOR: Final = (
    "People behind a figure of the organisation: those it is about, those who let themselves be counted, "
    "those who have what is counted and those who don't; 5 or more each."
)
ENERGY_FLOOR: Final = "People behind a word about energy; 10 or more."
CHANGE_FLOOR: Final = "People who must have come or gone before a figure changes; 5 or more."
RELEASE_EVERY_DAYS: Final = "Days from one picture of the organisation to the next, 30 to 366."
MONTHS_BETWEEN_ROUNDS: Final = "Months between two feedback rounds of one person, 6 to 60."
INVITATIONS_PER_QUARTER_MAX: Final = (
    "Invitations to give feedback that one person may get in a quarter, answered or not, 1 to 8."
)
SHARING_DAYS_MAX: Final = "Days that an item may be open to others, 1 to 1096."
PORTFOLIO_DAYS_AFTER_LEAVING: Final = (
    "Days after leaving that the owner can still use the portfolio, 0 to 730."
)
READ_LOG_MONTHS: Final = "Months that it is kept who was shown what, 24 to 60."
PROMISE_VERSION: Final = "The version of what is promised to people who give feedback."
DECIDED_ON: Final = "The day of the decision."
DOCUMENT: Final = "Which document holds the decision."


@strawberry.type(
    description=(
        "The smallest numbers of people that something shown may rest on. An organisation may ask for "
        "more than the defaults, never for less."
    )
)
class Floors:
    raters: int = strawberry.field(description=RATERS_FLOOR)
    clients: int = strawberry.field(description=CLIENTS_FLOOR)
    comments: int = strawberry.field(description=COMMENTS_FLOOR)
    organisation: int = strawberry.field(description=ORGANISATION_FLOOR)
    energy: int = strawberry.field(description=ENERGY_FLOOR)
    change: int = strawberry.field(description=CHANGE_FLOOR)


@strawberry.type(description="A decision that was made outside the system, as it was recorded.")
class PolicyRecord:
    recorded_at: datetime = strawberry.field(description="When it was recorded.")
    decided_on: date = strawberry.field(description=DECIDED_ON)
    promise_version: int = strawberry.field(description=PROMISE_VERSION)
    document: Digest = strawberry.field(description=DOCUMENT)
    note: str | None = strawberry.field(description="A remark; null without one.")


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


@strawberry.type(description="The rules of the organisation, and the decisions on them.")
class Policy:
    id: strawberry.ID
    adopted_at: datetime = strawberry.field(description="Since when it is or was in force.")
    floors: Floors = strawberry.field(description=FLOORS)
    release_every_days: int = strawberry.field(description=RELEASE_EVERY_DAYS)
    months_between_rounds: int = strawberry.field(description=MONTHS_BETWEEN_ROUNDS)
    invitations_per_quarter_max: int = strawberry.field(description=INVITATIONS_PER_QUARTER_MAX)
    sharing_days_max: int = strawberry.field(description=SHARING_DAYS_MAX)
    portfolio_days_after_leaving: int = strawberry.field(description=PORTFOLIO_DAYS_AFTER_LEAVING)
    read_log_months: int = strawberry.field(description=READ_LOG_MONTHS)
    promise: Promise = strawberry.field(
        description="What raters read. No round opens before consent and DPIA name this version."
    )
    works_council_consent: PolicyRecord | None = strawberry.field(
        description="That the works council agreed; null until it was recorded, and after it was withdrawn."
    )
    works_council_withdrawal: PolicyWithdrawal | None = strawberry.field(
        description="Why there is no consent any more; null when the works council consented again."
    )
    dpia: PolicyRecord | None = strawberry.field(
        description="The data protection impact assessment; null until it was recorded."
    )


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
        promise=promise_shown(promise_of_policy(rules.PROMISE_VERSION, keeper=keeper, floors=round_floors)),
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
