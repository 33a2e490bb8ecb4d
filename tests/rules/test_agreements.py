"""The id of an agreement can't be made up, nor changed into the id of another one."""

import pytest

from kit.ids import derived_id, is_id
from rules.agreements import is_signed, owner_of, signed_agreement_id

KEY = b"k" * 32
# Not random: the processes of pytest-xdist have to collect the same cases.
OWNER, OTHER = derived_id("person", "owner"), derived_id("person", "other")
NAME = derived_id("agreement", "a command", "0")
AGREEMENT = signed_agreement_id(OWNER, NAME, key=KEY)


def test_an_id_that_was_signed_names_its_portfolio_and_holds_under_its_key_only() -> None:
    assert owner_of(AGREEMENT) == OWNER
    assert is_id(AGREEMENT[32:])
    assert is_signed(AGREEMENT, key=KEY)
    assert not is_signed(AGREEMENT, key=b"x" * 32)
    assert signed_agreement_id(OWNER, NAME, key=KEY) == AGREEMENT, "a retry makes the same"


@pytest.mark.parametrize(
    "made_up",
    [
        OTHER + AGREEMENT[32:],
        OWNER + OTHER,
        OWNER + OTHER[:16] + AGREEMENT[48:],
        AGREEMENT[:-1] + ("0" if AGREEMENT[-1] != "0" else "1"),
        AGREEMENT[:-1],
        AGREEMENT + "0",
        AGREEMENT.upper(),
        OWNER,
        "",
        "nonsense",
        "\u00e9" * 64,
    ],
)
def test_what_was_made_up_or_changed_is_not_signed(made_up: str) -> None:
    assert not is_signed(made_up, key=KEY) or made_up == AGREEMENT
