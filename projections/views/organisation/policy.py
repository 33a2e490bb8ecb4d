"""The policies of the organisation, and the decisions recorded about them."""

from datetime import date, datetime
from typing import Final

import msgspec
import psycopg
from psycopg.rows import dict_row

from events.catalog.policy import (
    DpiaRecorded,
    Floors,
    PolicyAdopted,
    WorksCouncilConsentRecorded,
    WorksCouncilConsentWithdrawn,
)
from events.catalog.registry import Event
from projections.changes import Changes, as_json
from projections.table import Column, Table
from projections.view import Fact
from projections.views.organisation.tree import VERSION

# These two are only read whole, so the event is kept as JSON.
POLICIES: Final = Table(
    name=f"organisation_v{VERSION}_policies",
    columns=(
        Column(name="policy", type="text"),
        Column(name="version", type="bigint"),
        Column(name="adopted_at", type="timestamptz"),
        Column(name="rules", type="jsonb"),
    ),
    key=("policy",),
    indexes=(("version",),),
)
POLICY_RECORDS: Final = Table(
    name=f"organisation_v{VERSION}_policy_records",
    columns=(
        Column(name="policy", type="text"),
        Column(name="kind", type="text"),
        Column(name="recorded_at", type="timestamptz"),
        Column(name="record", type="jsonb"),
    ),
    key=("policy", "kind"),
)


class PolicyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A decision about a policy that was made outside of this system; `document` is its SHA-256."""

    recorded_at: datetime
    decided_on: date
    promise_version: int
    document: str
    note: str | None = None


class PolicyWithdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """The withdrawal of the works council's consent to a policy; fields as in PolicyRecord."""

    recorded_at: datetime
    decided_on: date
    document: str
    note: str | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A policy adopted at this `version` of the policy stream, with the latest record of each kind."""

    policy: str
    version: int
    adopted_at: datetime
    floors: Floors
    release_every_days: int
    months_between_rounds: int
    invitations_per_quarter_max: int
    sharing_days_max: int
    portfolio_days_after_leaving: int
    read_log_months: int
    works_council_consent: PolicyRecord | None
    works_council_withdrawal: PolicyWithdrawal | None
    dpia: PolicyRecord | None


def fold_policy(fact: Fact, changes: Changes) -> None:
    """Keep one row per policy, and its latest record of each kind; a consent or its withdrawal, not both."""
    recorded = fact.recorded
    event, at = recorded.event, recorded.at
    match event:
        case PolicyAdopted(policy=policy):
            version = recorded.version
            changes.put(POLICIES, policy=policy, version=version, adopted_at=at, rules=as_json(event))
        case WorksCouncilConsentRecorded(policy=policy) | DpiaRecorded(policy=policy):
            _put(changes, policy, event, at)
            if isinstance(event, WorksCouncilConsentRecorded):
                changes.drop(POLICY_RECORDS, policy=policy, kind=WorksCouncilConsentWithdrawn.__name__)
        case WorksCouncilConsentWithdrawn(policy=policy):
            _put(changes, policy, event, at)
            changes.drop(POLICY_RECORDS, policy=policy, kind=WorksCouncilConsentRecorded.__name__)
        case _:  # other events of these streams, which other views show
            pass


def _put(changes: Changes, policy: str, event: Event, at: datetime) -> None:
    kind = type(event).__name__
    changes.put(POLICY_RECORDS, policy=policy, kind=kind, recorded_at=at, record=as_json(event))


_RECORD: Final = (
    f"(SELECT r.record || jsonb_build_object('recorded_at', r.recorded_at) FROM {POLICY_RECORDS.served} r"
    " WHERE r.policy = p.policy AND r.kind = '{}')"
)
_POLICIES: Final = f"""
    SELECT p.version, p.adopted_at, p.rules,
           {_RECORD.format(WorksCouncilConsentRecorded.__name__)} AS works_council_consent,
           {_RECORD.format(WorksCouncilConsentWithdrawn.__name__)} AS works_council_withdrawal,
           {_RECORD.format(DpiaRecorded.__name__)} AS dpia
    FROM {POLICIES.served} p ORDER BY p.version DESC LIMIT %s
"""


async def policies(connection: psycopg.AsyncConnection, *, last: int) -> list[Policy]:
    """Return the last policies with their records, the one in force first."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_POLICIES.encode(), (last,))
        return [msgspec.convert(row.pop("rules") | row, Policy) for row in await cursor.fetchall()]


async def policy_in_force(connection: psycopg.AsyncConnection) -> Policy | None:
    """Return the policy in force, or None before the first."""
    found = await policies(connection, last=1)
    return found[0] if found else None
