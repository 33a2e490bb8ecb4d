"""Decides on role grants and on the rules of the organisation."""

from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final, assert_never

import msgspec

from events.catalog.policy import (
    AuditGroundRecorded,
    DpiaRecorded,
    Floors,
    OrganisationFounded,
    PolicyAdopted,
    PolicyEvent,
    RoleGranted,
    RoleWithdrawn,
    WorksCouncilConsentRecorded,
    WorksCouncilConsentWithdrawn,
)
from rules.access.roles import Role, conflicting
from rules.commands import Refusal
from rules.feedback.questions import RoundFloors
from rules.promise import PROMISE_VERSION
from services.contexts.policy.commands import (
    AdoptPolicy,
    AnyPolicyCommand,
    FloorsInput,
    GrantRole,
    PolicyRecordCommand,
    RecordDpia,
    RecordWorksCouncilConsent,
    WithdrawRole,
    WithdrawWorksCouncilConsent,
)
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.feedback import RoundRules
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import invalid

_OFFICES: Final = {
    Role.ADMINISTRATOR: ("beheerder", "administrator"),
    Role.WORKS_COUNCIL: ("ondernemingsraad", "works council"),
    Role.PRIVACY_OFFICER: ("functionaris gegevensbescherming", "privacy officer"),
    Role.AUDITOR: ("auditor", "auditor"),
}
"""The Dutch and English names of the roles that may not be in one hand."""
PRODUCT_FLOORS: Final = FloorsInput()
PolicyRecord = WorksCouncilConsentRecorded | DpiaRecorded
"""What is on record about the policy in force; a consent that was withdrawn is not."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """
    The current grants by id, the ids of withdrawn ones, the policy in force and the records about it.

    `consented_floors` are the floors of the last policy that the works council consented to, even if another
    was adopted since. Otherwise lower floors would be possible after adopting the policy again.
    """

    grants: dict[str, RoleGranted] = {}
    withdrawn: frozenset[str] = frozenset()
    adopted: PolicyAdopted | None = None
    records: tuple[PolicyRecord, ...] = ()
    consented_floors: Floors | None = None

    def held(self, person: str, *, over: AbstractSet[str]) -> frozenset[Role]:
        """Return a person's granted roles, without the grants that are over and without unknown roles."""
        names = {
            grant.role for name, grant in self.grants.items() if grant.person == person and name not in over
        }
        return frozenset(Role[name] for name in names if name in Role.__members__)

    def round_rules(self) -> RoundRules | None:
        """Return what feedback rounds depend on; None before the first policy."""
        if self.adopted is None:
            return None
        floors = self.adopted.floors
        current = [record for record in self.records if record.promise_version == PROMISE_VERSION]
        return RoundRules(
            policy=self.adopted.policy,
            floors=RoundFloors(raters=floors.raters, clients=floors.clients, comments=floors.comments),
            months_between_rounds=self.adopted.months_between_rounds,
            invitations_per_quarter_max=self.adopted.invitations_per_quarter_max,
            promise_version=PROMISE_VERSION,
            consented=any(isinstance(record, WorksCouncilConsentRecorded) for record in current),
            assessed=any(isinstance(record, DpiaRecorded) for record in current),
        )


def decide(command: AnyPolicyCommand, state: Policy, context: DecisionContext) -> tuple[PolicyEvent, ...]:
    """
    Return the events of the command. Raises RejectedError.

    The rules on roles apply to new grants. Grants of an older log that break them are still valid, because
    the log is the truth; `roleGrants` lists them, and an administrator can withdraw them.
    """
    match command:
        case GrantRole():
            reject_if(_granting_refusals(command, state, context))
            return (RoleGranted(grant=context.new, person=_known(context), role=command.role.name),)
        case WithdrawRole():
            reject_if(_withdrawing_refusals(command, state, context))
            return (RoleWithdrawn(grant=command.role_grant_id),)
        case AdoptPolicy():
            reject_if(_floor_refusals(command.floors, state))
            return (_adopted(command, state, context),)
        case RecordWorksCouncilConsent() | RecordDpia():
            record = _record(command)
            reject_if(_record_refusals(record, state, context))
            return (record,)
        case WithdrawWorksCouncilConsent():
            reject_if(_consent_withdrawing_refusals(command, state, context))
            return (_consent_withdrawn(command),)
        case _:
            assert_never(command)


def evolve(state: Policy, event: PolicyEvent) -> Policy:  # noqa: PLR0911 - one for each event
    match event:
        case OrganisationFounded() | AuditGroundRecorded():  # which opens a replay and changes no rule
            return state
        case RoleGranted(grant=grant):
            return msgspec.structs.replace(state, grants={**state.grants, grant: event})
        case RoleWithdrawn(grant=grant):
            left = {other: granted for other, granted in state.grants.items() if other != grant}
            return msgspec.structs.replace(state, grants=left, withdrawn=state.withdrawn | {grant})
        case PolicyAdopted():
            return msgspec.structs.replace(state, adopted=event, records=())
        case WorksCouncilConsentRecorded() | DpiaRecorded():
            recorded = msgspec.structs.replace(state, records=(*state.records, event))
            if isinstance(event, DpiaRecorded) or state.adopted is None:
                return recorded
            return msgspec.structs.replace(recorded, consented_floors=state.adopted.floors)
        case WorksCouncilConsentWithdrawn(policy=policy):
            # The floors that were consented to stay: a withdrawal is no consent to lower ones.
            kept = tuple(
                record
                for record in state.records
                if isinstance(record, DpiaRecorded) or record.policy != policy
            )
            return msgspec.structs.replace(state, records=kept)
        case _:
            assert_never(event)


DECIDER: Final = Decider[AnyPolicyCommand, Policy, PolicyEvent](
    commands=(
        GrantRole,
        WithdrawRole,
        AdoptPolicy,
        RecordWorksCouncilConsent,
        WithdrawWorksCouncilConsent,
        RecordDpia,
    ),
    reads=event_types_of(PolicyEvent),
    initial=Policy(),
    decide=decide,
    evolve=evolve,
    cached=True,
)


def _known(context: DecisionContext) -> str:
    """Return the person the command is about. Raises RejectedError when nobody is known by the claim."""
    if context.person is None:
        nl, en = "Deze persoon is hier niet bekend.", "This person is not known here."
        raise RejectedError(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("subject",)))
    return context.person


def _granting_refusals(command: GrantRole, state: Policy, context: DecisionContext) -> list[Refusal]:
    person = _known(context)
    refusals = []
    if person == context.sender:
        nl, en = "Je kunt jezelf geen rol toekennen.", "You can't grant a role to yourself."
        refusals.append(Refusal(code="ROLES_CONFLICT", nl=nl, en=en, field=("subject",)))
    if context.person_left:
        nl, en = "Deze persoon is uit dienst.", "This person has left."
        refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en, field=("subject",)))
    held = state.held(person, over=context.grants_over)
    if command.role in held:
        nl, en = "Deze persoon heeft deze rol al.", "This person holds this role already."
        refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en))
    for other in sorted(conflicting(command.role, held=held), key=lambda role: role.name):
        (nl_role, en_role), (nl_held, en_held) = _OFFICES[command.role], _OFFICES[other]
        nl = f"Deze persoon heeft al de rol {nl_held}; die mag niet in één hand liggen met {nl_role}."
        en = f"This person has the role {en_held} already; it may not be in one hand with {en_role}."
        refusals.append(Refusal(code="ROLES_CONFLICT", nl=nl, en=en, field=("role",)))
    return refusals


def _withdrawing_refusals(command: WithdrawRole, state: Policy, context: DecisionContext) -> list[Refusal]:
    if command.role_grant_id in state.withdrawn:
        nl, en = "Deze rol is al ingetrokken.", "This role is withdrawn already."
        return [Refusal(code="ALREADY_SO", nl=nl, en=en)]
    grant = state.grants.get(command.role_grant_id)
    if grant is None:
        nl, en = "Deze rol is niet toegekend.", "This role was not granted."
        return [Refusal(code="NOT_FOUND", nl=nl, en=en, field=("roleGrantId",))]
    administrators = {
        name
        for name, other in state.grants.items()
        if other.role == Role.ADMINISTRATOR.name and name not in context.grants_over
    }
    if administrators == {command.role_grant_id}:
        nl = "Dit is de enige beheerder. Geef eerst iemand anders deze rol."
        en = "This is the only administrator. Grant the role to someone else first."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en)]
    return []


def _floor_refusals(asked: FloorsInput, state: Policy) -> list[Refusal]:
    """Refuse what is below the product's floors, or below those the works council consented to."""
    refusals = []
    consented = state.consented_floors
    for name, people in msgspec.structs.asdict(asked).items():
        lowest = getattr(PRODUCT_FLOORS, name)
        if people < lowest:
            nl, en = f"Dit mag niet lager zijn dan {lowest}.", f"This may not be below {lowest}."
            refusals.append(Refusal(code="FLOOR_TOO_LOW", nl=nl, en=en, field=("floors", name)))
        elif consented is not None and people < getattr(consented, name):
            nl = f"De ondernemingsraad stemde in met {getattr(consented, name)}; lager kan niet."
            en = f"The works council consented to {getattr(consented, name)}; it can't be lower."
            refusals.append(Refusal(code="FLOOR_TOO_LOW", nl=nl, en=en, field=("floors", name)))
    return refusals


def _adopted(command: AdoptPolicy, state: Policy, context: DecisionContext) -> PolicyAdopted:
    adopted = PolicyAdopted(
        policy=context.new,
        floors=Floors(**msgspec.structs.asdict(command.floors)),
        release_every_days=command.release_every_days,
        months_between_rounds=command.months_between_rounds,
        invitations_per_quarter_max=command.invitations_per_quarter_max,
        sharing_days_max=command.sharing_days_max,
        portfolio_days_after_leaving=command.portfolio_days_after_leaving,
        read_log_months=command.read_log_months,
    )
    if state.adopted is not None and msgspec.structs.replace(adopted, policy=state.adopted.policy) == (
        state.adopted
    ):
        nl, en = "Dit beleid geldt al.", "This policy is in force already."
        raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
    return adopted


def _record(command: RecordWorksCouncilConsent | RecordDpia) -> PolicyRecord:
    kind = WorksCouncilConsentRecorded if isinstance(command, RecordWorksCouncilConsent) else DpiaRecorded
    fields = {name: getattr(command, name) for name in PolicyRecordCommand.__struct_fields__}
    fields["policy"] = fields.pop("policy_id")
    return kind(**fields)


def _record_refusals(record: PolicyRecord, state: Policy, context: DecisionContext) -> list[Refusal]:
    refusals = _decision_refusals(record.policy, record.decided_on, state, context)
    if record in state.records:
        nl, en = "Dit is al zo vastgelegd.", "This is on record already."
        refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en))
    return refusals


def _consent_withdrawing_refusals(
    command: WithdrawWorksCouncilConsent, state: Policy, context: DecisionContext
) -> list[Refusal]:
    refusals = _decision_refusals(command.policy_id, command.decided_on, state, context)
    if not refusals and not any(isinstance(record, WorksCouncilConsentRecorded) for record in state.records):
        nl, en = "Met dit beleid is niet ingestemd.", "There is no consent to this policy."
        refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en))
    return refusals


def _consent_withdrawn(command: WithdrawWorksCouncilConsent) -> WorksCouncilConsentWithdrawn:
    return WorksCouncilConsentWithdrawn(
        policy=command.policy_id,
        decided_on=command.decided_on,
        document=command.document,
        note=command.note,
    )


def _decision_refusals(
    policy: str, decided_on: date, state: Policy, context: DecisionContext
) -> list[Refusal]:
    refusals = []
    if decided_on > context.today:
        nl, en = "Deze dag ligt in de toekomst.", "This day lies in the future."
        refusals.append(invalid(("decidedOn",), nl=nl, en=en))
    if state.adopted is None or policy != state.adopted.policy:
        nl, en = "Dit is niet het beleid dat nu geldt.", "This is not the policy in force."
        refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("policyId",)))
    return refusals
