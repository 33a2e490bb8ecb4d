"""A request has one fingerprint, in every release; null and left out are two requests."""

import hashlib
import hmac
import itertools
from typing import Any, Final

import pytest

from services.handling.fingerprints import fingerprints_of
from services.handling.registry import read_command

REVISED: Final[dict[str, Any]] = {"talentId": "t", "strength": 4, "energy": 1, "use": 1}
OF_THEN: Final = b'reviseTalent\0{"talentId":"t","strength":4,"energy":1,"use":1}'
LEFT_OUT: Final = REVISED
EMPTIED: Final = {**REVISED, "story": None}
GIVEN: Final = {**REVISED, "story": "Ja."}


class Keys:
    def fingerprint_key(self, subject: str) -> bytes:
        return hashlib.sha256(subject.encode()).digest()


def signed(request: bytes) -> bytes:
    return hmac.digest(Keys().fingerprint_key("fenna"), request, "sha256")


def fingerprints(given: dict[str, Any]) -> tuple[bytes, ...]:
    return fingerprints_of(read_command("reviseTalent", given), "fenna", Keys())


@pytest.mark.parametrize("given", [LEFT_OUT, EMPTIED])
def test_a_retry_of_a_request_from_before_null_had_a_meaning_of_its_own_is_recognised(
    given: dict[str, Any],
) -> None:
    assert signed(OF_THEN) in fingerprints(given)


def test_a_request_with_every_field_has_the_fingerprint_it_always_had() -> None:
    assert set(fingerprints(GIVEN)) == {signed(OF_THEN[:-1] + b',"story":"Ja."}')}


@pytest.mark.parametrize(
    ("first", "second"), [*itertools.permutations([LEFT_OUT, EMPTIED, GIVEN, {**REVISED, "use": 2}], 2)]
)
def test_two_requests_are_never_taken_for_one(first: dict[str, Any], second: dict[str, Any]) -> None:
    stored = fingerprints(first)[0]
    assert stored in fingerprints(first)
    assert stored not in fingerprints(second)


def test_the_fingerprints_stored_today_stay() -> None:
    assert fingerprints(LEFT_OUT)[0] == signed(OF_THEN + b"\0[]")
    assert fingerprints(EMPTIED)[0] == signed(OF_THEN + b'\0["story"]')
