"""Answers open with the round's private key and the `info` they were sealed for, and only then."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.privacy.answers import (
    PRIVATE_KEY_BYTES,
    PUBLIC_KEY_BYTES,
    SEALED_BYTES,
    AnswersSealError,
    info_of,
    new_private_key,
    open_answers,
    public_key_of,
    seal_answers,
)
from rules.feedback.answers import ANSWERS_BYTES
from rules.feedback.questions import Perspective

ROUND: Final = "0123456789abcdef0123456789abcdef"
PEER: Final = info_of(ROUND, Perspective.PEER)
KEY: Final = new_private_key()
BY_HPKE_CORE: Final = Path(__file__).with_name("sealed_by_hpke_core.json")
"""Sealed by @hpke/core in Node. RFC 9180 has no vectors of this suite, nor any without additional data."""


def golden() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(BY_HPKE_CORE.read_text())
    return read


def test_what_the_library_of_the_page_sealed_opens_here() -> None:
    of = golden()
    private, sealed = bytes.fromhex(of["private_key"]), bytes.fromhex(of["sealed"])
    assert public_key_of(private).hex() == of["public_key"]
    assert of["info"].encode() == PEER
    assert open_answers(private, PEER, sealed) == of["plaintext"].encode().ljust(ANSWERS_BYTES, b" ")


@given(answers=st.binary(max_size=ANSWERS_BYTES))
def test_every_answer_has_one_length_and_opens(answers: bytes) -> None:
    sealed = seal_answers(public_key_of(KEY), PEER, answers)
    assert len(sealed) == SEALED_BYTES == 8_273
    assert open_answers(KEY, PEER, sealed) == answers.ljust(ANSWERS_BYTES, b" ")


@pytest.mark.parametrize(
    "info", [info_of(ROUND, Perspective.CLIENT), info_of(ROUND[::-1], Perspective.PEER), b""]
)
def test_answers_open_for_their_own_round_and_perspective_only(info: bytes) -> None:
    sealed = seal_answers(public_key_of(KEY), PEER, b"{}")
    with pytest.raises(AnswersSealError):
        open_answers(KEY, info, sealed)


def test_another_rounds_key_opens_nothing() -> None:
    sealed = seal_answers(public_key_of(KEY), PEER, b"{}")
    with pytest.raises(AnswersSealError):
        open_answers(new_private_key(), PEER, sealed)


@given(at=st.integers(0, SEALED_BYTES - 1), bit=st.integers(0, 7))
def test_no_bit_can_be_changed(at: int, bit: int) -> None:
    sealed = bytearray.fromhex(golden()["sealed"])
    sealed[at] ^= 1 << bit
    with pytest.raises(AnswersSealError):
        open_answers(bytes.fromhex(golden()["private_key"]), PEER, bytes(sealed))


@pytest.mark.parametrize("length", [0, 65, SEALED_BYTES - 1, SEALED_BYTES + 1])
def test_another_length_is_refused_before_it_is_opened(length: int) -> None:
    with pytest.raises(AnswersSealError, match="bytes"):
        open_answers(KEY, PEER, bytes(length))


def test_answers_that_are_too_long_are_refused() -> None:
    with pytest.raises(AnswersSealError, match=str(ANSWERS_BYTES)):
        seal_answers(public_key_of(KEY), PEER, bytes(ANSWERS_BYTES + 1))


@pytest.mark.parametrize("public_key", [b"", bytes(PUBLIC_KEY_BYTES), b"\4" + bytes(PUBLIC_KEY_BYTES - 1)])
def test_what_is_no_point_is_no_public_key(public_key: bytes) -> None:
    with pytest.raises(AnswersSealError, match="point"):
        seal_answers(public_key, PEER, b"{}")


@pytest.mark.parametrize("private_key", [bytes(PRIVATE_KEY_BYTES), b"\xff" * PRIVATE_KEY_BYTES])
def test_what_is_no_number_of_the_curve_is_no_private_key(private_key: bytes) -> None:
    with pytest.raises(AnswersSealError, match="number"):
        public_key_of(private_key)


def test_private_keys_are_new_each_time_and_of_one_length() -> None:
    made = {new_private_key() for _ in range(50)}
    assert len(made) == 50
    assert {len(key) for key in made} == {PRIVATE_KEY_BYTES}
