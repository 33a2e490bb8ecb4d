"""Under which rules the organisation works, and who agreed to them."""

from datetime import date
from typing import Any

import msgspec
import pytest

from events.catalog.policy import (
    DpiaRecorded,
    Floors,
    OrganisationFounded,
    PolicyAdopted,
    WorksCouncilConsentRecorded,
)
from services.contexts.policy.commands import (
    AdoptPolicy,
    FloorsInput,
    RecordDpia,
    RecordWorksCouncilConsent,
)
from services.decisions.command import Command
from tests.spec import NEW, TODAY, given

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
    ],
)
def test_input_that_can_not_be_is_refused_field_by_field(command: Command, fields: list[str]) -> None:
    assert [".".join(refusal.field) for refusal in command.refusals()] == fields
