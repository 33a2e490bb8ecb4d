"""The rater's code: 80 bits that people can read aloud and type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.feedback.rater_code import CODE_BYTES, code_of, hash_of, read_code, shown

CODE = "K7QF9T2MXW4P3R8Z"


@given(random=st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES))
def test_a_code_is_read_back_however_it_is_typed(random: bytes) -> None:
    code = code_of(random)
    printed = shown(code)
    assert read_code(printed) == code
    for typed in (
        printed.lower(),
        printed.replace("-", " "),
        f"  {code}\n",
        printed.replace("-", " \u2013 "),
    ):
        assert read_code(typed) == code
    assert read_code(code.replace("0", "O").replace("1", "l")) == code


def test_different_random_bytes_make_different_codes() -> None:
    one_bit = [1 << place for place in range(8 * CODE_BYTES)]
    codes = {code_of(bits.to_bytes(CODE_BYTES)) for bits in (0, *one_bit)}
    assert len(codes) == 1 + len(one_bit)
    assert len({hash_of(code) for code in codes}) == len(codes)


def test_a_code_is_printed_in_four_groups() -> None:
    assert shown(CODE) == "K7QF-9T2M-XW4P-3R8Z"


@pytest.mark.parametrize(
    "typed", ["", CODE[:-1], CODE + "Z", CODE[:-1] + "U", CODE[:-1] + ".", "a.b.c", "-" * 65, CODE * 9]
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert read_code(typed) is None
