"""Commands on the organisation's rules, and on consent to them."""

from datetime import date
from typing import Any

import hypothesis
import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from events.catalog.policy import (
    DpiaRecorded,
    Floors,
    OrganisationFounded,
    PolicyAdopted,
    WorksCouncilConsentRecorded,
    WorksCouncilConsentWithdrawn,
)
from events.catalog.registry import Event
from rules.feedback.questions import RoundFloors
from services.contexts.policy.commands import (
    AdoptPolicy,
    FloorsInput,
    RecordDpia,
    RecordWorksCouncilConsent,
    WithdrawWorksCouncilConsent,
)
from services.contexts.policy.decider import Policy
from services.decisions.command import Command
from services.decisions.feedback import RoundRules
from services.decisions.refusals import RejectedError
from tests.spec import CONTEXT, NEW, TODAY, decide, folded, given

FOUNDED = OrganisationFounded(name="MEE")
POLICY = "9" * 32
DOCUMENT = "ab" * 32
ON = date(2026, 11, 1)
TERMS: dict[str, int] = {
    "release_every_days": 90,
    "months_between_rounds": 6,
    "invitations_per_quarter_max": 8,
    "sharing_days_max": 365,
    "portfolio_days_after_leaving": 90,
    "read_log_months": 24,
}
CONSENT = WorksCouncilConsentRecorded(policy=POLICY, promise_version=1, decided_on=ON, document=DOCUMENT)
WITHDRAWN = WorksCouncilConsentWithdrawn(policy=POLICY, decided_on=TODAY, document=DOCUMENT)
DPIA = DpiaRecorded(policy=POLICY, promise_version=1, decided_on=ON, document=DOCUMENT, note="Klaar.")


def adopt(floors: FloorsInput | None = None, **changed: int) -> AdoptPolicy:
    return AdoptPolicy(floors=floors or FloorsInput(), **{**TERMS, **changed})


def adopted(policy: str = POLICY, **floors: int) -> PolicyAdopted:
    least = msgspec.structs.asdict(FloorsInput())
    return PolicyAdopted(policy=policy, floors=Floors(**{**least, **floors}), **TERMS)


def record(kind: type[Any], **changed: Any) -> Any:
    fields = {"policy_id": POLICY, "promise_version": 1, "decided_on": ON, "document": DOCUMENT}
    return kind(**{**fields, **changed})


def test_a_policy_is_adopted_and_the_next_takes_its_place() -> None:
    given(FOUNDED).when(adopt()).then(adopted(NEW))
    given(FOUNDED, adopted(raters=4)).when(adopt()).then(adopted(NEW))


def test_the_same_policy_again_changes_nothing() -> None:
    given(FOUNDED, adopted()).when(adopt()).refused("ALREADY_SO")


def test_no_floor_is_below_the_products() -> None:
    low = FloorsInput(raters=2, clients=5, comments=0, organisation=4, energy=9, change=-1)
    fields = ["raters", "comments", "organisation", "energy", "change"]
    given(FOUNDED).when(adopt(low)).refused(
        *["FLOOR_TOO_LOW"] * 5, fields=[f"floors.{name}" for name in fields]
    )


def test_no_floor_falls_below_what_the_works_council_consented_to() -> None:
    given(FOUNDED, adopted(raters=5), CONSENT).when(adopt()).refused(
        "FLOOR_TOO_LOW", fields=["floors.raters"]
    )
    higher = FloorsInput(raters=6)
    given(FOUNDED, adopted(raters=5), CONSENT).when(adopt(higher)).then(adopted(NEW, raters=6))


def test_a_policy_adopted_since_does_not_make_lower_floors_possible() -> None:
    consented = (FOUNDED, adopted(raters=5), CONSENT)
    another_interval = PolicyAdopted(
        policy="8" * 32, floors=adopted(raters=5).floors, **{**TERMS, "release_every_days": 60}
    )
    given(*consented, another_interval).when(adopt()).refused("FLOOR_TOO_LOW", fields=["floors.raters"])
    given(*consented, another_interval, adopted("7" * 32, raters=6), DPIA).when(adopt()).refused(
        "FLOOR_TOO_LOW", fields=["floors.raters"]
    )


def withdraw(policy: str = POLICY, **changed: Any) -> WithdrawWorksCouncilConsent:
    fields: dict[str, Any] = {"decided_on": TODAY, "document": DOCUMENT, **changed}
    return WithdrawWorksCouncilConsent(policy_id=policy, **fields)


def rules(*events: Event) -> RoundRules | None:
    policy = folded(adopt(), events)
    assert isinstance(policy, Policy)
    return policy.round_rules()


def test_the_works_council_withdraws_its_consent_and_may_consent_again() -> None:
    consented = (FOUNDED, adopted(), CONSENT, DPIA)
    given(*consented).when(withdraw()).then(WITHDRAWN)
    given(*consented, WITHDRAWN).when(withdraw()).refused("ALREADY_SO")
    given(*consented, WITHDRAWN).when(record(RecordWorksCouncilConsent)).then(CONSENT)
    given(FOUNDED, adopted(), DPIA).when(withdraw()).refused("ALREADY_SO")
    given(*consented).when(withdraw("8" * 32)).refused("NOT_FOUND", fields=["policyId"])
    later = date.fromordinal(TODAY.toordinal() + 1)
    given(*consented).when(withdraw(decided_on=later)).refused("INVALID_INPUT", fields=["decidedOn"])


def test_floors_do_not_fall_when_the_consent_is_withdrawn() -> None:
    given(FOUNDED, adopted(raters=5), CONSENT, WITHDRAWN).when(adopt()).refused(
        "FLOOR_TOO_LOW", fields=["floors.raters"]
    )


def test_rule_23_consent_and_dpia_are_of_the_policy_in_force_and_of_the_current_promise() -> None:
    assert rules(FOUNDED) is None
    agreed = rules(FOUNDED, adopted(raters=4), CONSENT, DPIA)
    assert agreed == RoundRules(
        policy=POLICY,
        floors=RoundFloors(raters=4, clients=5, comments=3),
        months_between_rounds=6,
        invitations_per_quarter_max=8,
        promise_version=1,
        consented=True,
        assessed=True,
    )
    older = [msgspec.structs.replace(record, promise_version=0) for record in (CONSENT, DPIA)]
    for history, consented, assessed in (
        ((adopted(),), False, False),
        ((adopted(), CONSENT), True, False),
        ((adopted(), DPIA), False, True),
        ((adopted(), CONSENT, DPIA, WITHDRAWN), False, True),
        ((adopted(), CONSENT, DPIA, WITHDRAWN, CONSENT), True, True),
        ((adopted(), CONSENT, DPIA, adopted("8" * 32, raters=4)), False, False),
        ((adopted(), *older), False, False),
    ):
        found = rules(FOUNDED, *history)
        assert found is not None
        assert (found.consented, found.assessed) == (consented, assessed), history


FLOORS = st.builds(FloorsInput, raters=st.integers(3, 6), clients=st.integers(5, 7), change=st.integers(5, 6))
ASKED = st.lists(
    st.builds(adopt, FLOORS, release_every_days=st.sampled_from([60, 90]))
    | st.sampled_from([RecordWorksCouncilConsent, RecordDpia, WithdrawWorksCouncilConsent]),
    max_size=12,
)


@settings(deadline=None)
@hypothesis.given(asked=ASKED)
def test_no_order_of_adopting_and_consenting_gets_below_what_was_consented_to(asked: list[Any]) -> None:
    history: list[Event] = [FOUNDED]
    in_force, lowest = "", FloorsInput()
    for number, what in enumerate(asked):
        if isinstance(what, AdoptPolicy):
            command: Any = what
        elif what is WithdrawWorksCouncilConsent:
            command = withdraw(in_force)
        else:
            command = record(what, policy_id=in_force)
        context = msgspec.structs.replace(CONTEXT, new=f"{number:032}")
        try:
            history += decide(history, command, context)
        except RejectedError as rejected:
            codes = {refusal.code for refusal in rejected.refusals}
            below = isinstance(command, AdoptPolicy) and not at_least(command.floors, lowest)
            assert ("FLOOR_TOO_LOW" in codes) is below
            continue
        if isinstance(command, AdoptPolicy):
            assert at_least(command.floors, lowest)
            in_force, floors = context.new, command.floors
        elif isinstance(command, RecordWorksCouncilConsent):
            lowest = floors


def at_least(floors: FloorsInput, lowest: FloorsInput) -> bool:
    return all(people >= getattr(lowest, name) for name, people in msgspec.structs.asdict(floors).items())


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("release_every_days", 29),
        ("months_between_rounds", 5),
        ("invitations_per_quarter_max", 9),
        ("sharing_days_max", 0),
        ("portfolio_days_after_leaving", -1),
        ("read_log_months", 23),
    ],
)
def test_each_number_of_a_policy_has_its_range(name: str, number: int) -> None:
    (refusal,) = adopt(None, **{name: number}).refusals()
    assert refusal.code == "INVALID_INPUT"
    assert refusal.field[0].lower() == name.replace("_", "")


def test_consent_and_dpia_are_recorded_to_the_policy_in_force() -> None:
    given(FOUNDED, adopted()).when(record(RecordWorksCouncilConsent)).then(CONSENT)
    given(FOUNDED, adopted(), CONSENT).when(record(RecordDpia, note="Klaar.")).then(DPIA)
    given(FOUNDED, adopted(), DPIA).when(record(RecordDpia, note="Klaar.")).refused("ALREADY_SO")


def test_a_record_of_another_policy_or_a_day_to_come_is_refused() -> None:
    given(FOUNDED).when(record(RecordDpia)).refused("NOT_FOUND", fields=["policyId"])
    later = date.fromordinal(TODAY.toordinal() + 1)
    given(FOUNDED, adopted("8" * 32)).when(record(RecordDpia, decided_on=later)).refused(
        "INVALID_INPUT", "NOT_FOUND", fields=["decidedOn", "policyId"]
    )


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (record(RecordDpia, promise_version=2), ["promiseVersion"]),
        (record(RecordDpia, document="AB" * 32, note=" "), ["document", "note"]),
        (record(RecordWorksCouncilConsent, promise_version=0, document=""), ["promiseVersion", "document"]),
        (adopt(FloorsInput(raters=101)), ["floors.raters"]),
        (withdraw(document="AB" * 32, note=" "), ["document", "note"]),
    ],
)
def test_input_that_can_not_be_is_refused_field_by_field(command: Command, fields: list[str]) -> None:
    assert [".".join(refusal.field) for refusal in command.refusals()] == fields
