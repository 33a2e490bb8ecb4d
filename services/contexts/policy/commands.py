"""Commands on roles and on the rules of the organisation."""

import re
from datetime import date
from typing import Any, ClassVar, Final

import msgspec
from typing_extensions import override

from events.streams import Stream
from rules.access.roles import GRANTABLE, Role
from rules.commands import Refusal
from rules.promise import PROMISE_VERSION
from services.decisions.command import Command, DecisionContext
from services.decisions.validation import invalid, key_refusals, number_refusals, text_refusals

CLAIM_VALUE_CHARS_MAX: Final = 64


NOTE_CHARS_MAX: Final = 1_000


FLOOR_MAX: Final = 100


POLICY_RANGES: Final = {
    "release_every_days": (30, 366),
    "months_between_rounds": (6, 60),
    "invitations_per_quarter_max": (1, 8),
    "sharing_days_max": (1, 1_096),
    "portfolio_days_after_leaving": (0, 730),
    "read_log_months": (24, 60),
}
"""
The lowest and highest values in a policy. Rounds and invitations: DOMAIN.md, privacy rule 10.

The read log is promised for 24 months, so a policy may keep it longer but not shorter.
"""


_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class PolicyCommand(Command, frozen=True, kw_only=True):
    """A command on the organisation's own stream."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("policy", context.organisation).name,)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.new


class GrantRole(PolicyCommand, frozen=True, kw_only=True):
    """An administrator grants a role to the person with the claim value `subject`, known here or not."""

    creates_person: ClassVar[bool] = True
    weighs_grants: ClassVar[bool] = True

    role: Role
    subject: str

    @override
    def person_claim(self) -> str | None:
        return self.subject

    @override
    def refusals(self) -> list[Refusal]:
        refusals = key_refusals(self.subject, "subject", chars_max=CLAIM_VALUE_CHARS_MAX)
        if self.role not in GRANTABLE:
            nl, en = "Deze rol wordt niet toegekend.", "This is not a role to be granted."
            refusals.append(invalid(("role",), nl=nl, en=en))
        return refusals


class WithdrawRole(PolicyCommand, frozen=True, kw_only=True):
    weighs_grants: ClassVar[bool] = True

    role_grant_id: str

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.role_grant_id


class FloorsInput(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The smallest numbers of people that figures may be about. The defaults are also the lowest values."""

    raters: int = 3
    clients: int = 5
    comments: int = 3
    organisation: int = 5
    energy: int = 10
    change: int = 5


class AdoptPolicy(PolicyCommand, frozen=True, kw_only=True):
    """Adopt new rules, in place of all earlier ones."""

    floors: FloorsInput
    release_every_days: int
    months_between_rounds: int = 6
    invitations_per_quarter_max: int = 8
    sharing_days_max: int
    portfolio_days_after_leaving: int
    read_log_months: int = 24

    @override
    def refusals(self) -> list[Refusal]:
        given: dict[str, Any] = msgspec.structs.asdict(self)
        camel = dict(zip(self.__struct_fields__, self.__struct_encode_fields__, strict=True))
        refusals = []
        for name, (lowest, highest) in POLICY_RANGES.items():
            refusals += number_refusals(given[name], camel[name], lowest=lowest, highest=highest)
        for floor, people in msgspec.structs.asdict(self.floors).items():
            if people > FLOOR_MAX:
                refusals += number_refusals(people, "floors", floor, lowest=0, highest=FLOOR_MAX)
        return refusals


class PolicyRecordCommand(PolicyCommand, frozen=True, kw_only=True):
    """Record a decision made outside the system; `document` is the SHA-256 of its document."""

    policy_id: str
    promise_version: int
    decided_on: date
    document: str
    note: str | None = None

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.policy_id

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *number_refusals(self.promise_version, "promiseVersion", lowest=1, highest=PROMISE_VERSION),
            *_document_refusals(self.document, self.note),
        ]


class RecordWorksCouncilConsent(PolicyRecordCommand, frozen=True, kw_only=True):
    """The works council records its consent."""


class WithdrawWorksCouncilConsent(PolicyCommand, frozen=True, kw_only=True):
    """The works council withdraws its consent, so that no round opens; fields as in PolicyRecordCommand."""

    policy_id: str
    decided_on: date
    document: str
    note: str | None = None

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.policy_id

    @override
    def refusals(self) -> list[Refusal]:
        return _document_refusals(self.document, self.note)


class RecordDpia(PolicyRecordCommand, frozen=True, kw_only=True):
    """The privacy officer records the data protection impact assessment."""


AnyPolicyCommand = (
    GrantRole
    | WithdrawRole
    | AdoptPolicy
    | RecordWorksCouncilConsent
    | WithdrawWorksCouncilConsent
    | RecordDpia
)


def _document_refusals(document: str, note: str | None) -> list[Refusal]:
    refusals = []
    if not _DIGEST.fullmatch(document):
        nl = "Dit is geen SHA-256: 64 cijfers en letters van a tot en met f."
        en = "This is no SHA-256: 64 digits and letters a to f."
        refusals.append(invalid(("document",), nl=nl, en=en))
    if note is not None:
        refusals += text_refusals(note, "note", chars_max=NOTE_CHARS_MAX, lines=True)
    return refusals
