"""Events of roles and of the organisation's rules: stream `policy-<organisation>`."""

from datetime import date, datetime
from typing import Final

import msgspec

from events.catalog.registry import Event, event
from rules.kinds import ItemKind

SEALED: Final = False


@event("policy.organisation-founded.v1")
class OrganisationFounded(Event, frozen=True, kw_only=True):
    """The organisation exists. This happens once, by a command on the server."""

    name: str


@event("policy.role-granted.v1")
class RoleGranted(Event, frozen=True, kw_only=True):
    """`role` is the name of a `Role`; `grant` is the id that withdraws it later."""

    grant: str
    person: str
    role: str


@event("policy.role-withdrawn.v1")
class RoleWithdrawn(Event, frozen=True, kw_only=True):
    grant: str


class Floors(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest numbers of people that a figure may be about (DOMAIN.md, privacy rules)."""

    raters: int
    clients: int
    comments: int
    organisation: int
    energy: int
    change: int


@event("policy.policy-adopted.v1")
class PolicyAdopted(Event, frozen=True, kw_only=True):
    """The organisation's rules from now on. They replace all earlier ones."""

    policy: str
    floors: Floors
    release_every_days: int
    months_between_rounds: int
    invitations_per_quarter_max: int
    sharing_days_max: int
    portfolio_days_after_leaving: int
    read_log_months: int


@event("policy.works-council-consent-recorded.v1")
class WorksCouncilConsentRecorded(Event, frozen=True, kw_only=True):
    """The consent to a policy and a version of the promise to raters; `document` is its SHA-256 in hex."""

    policy: str
    promise_version: int
    decided_on: date
    document: str
    note: str | None = None


@event("policy.works-council-consent-withdrawn.v1")
class WorksCouncilConsentWithdrawn(Event, frozen=True, kw_only=True):
    """
    The works council withdrew its consent to a policy: no round opens any more until it consents again.

    Fields as in WorksCouncilConsentRecorded. Rounds that are open end under the policy they opened under.
    """

    policy: str
    decided_on: date
    document: str
    note: str | None = None


@event("policy.dpia-recorded.v1")
class DpiaRecorded(Event, frozen=True, kw_only=True):
    """The data protection impact assessment of a policy; fields as in WorksCouncilConsentRecorded."""

    policy: str
    promise_version: int
    decided_on: date
    document: str
    note: str | None = None


@event("policy.audit-ground-recorded.v1")
class AuditGroundRecorded(Event, frozen=True, kw_only=True):
    """
    A privacy officer opened contents to one replay until a moment, without the owner's grant (rule 22).

    `kinds` are the kinds of items; none of a stream without items, which is opened whole. `policy_version`
    is that of this stream on which it was decided.
    """

    opening: str
    replay: str
    ground: str
    kinds: tuple[ItemKind, ...] = ()
    until: datetime
    policy_version: int


PolicyEvent = (
    OrganisationFounded
    | RoleGranted
    | RoleWithdrawn
    | PolicyAdopted
    | WorksCouncilConsentRecorded
    | WorksCouncilConsentWithdrawn
    | DpiaRecorded
    | AuditGroundRecorded
)
