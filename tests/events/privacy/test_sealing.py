"""What is sealed opens under its key and subject only, and its size reveals little."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.privacy.sealing import STEP_BYTES, PersonKey, SealError, open_sealed, seal

KEY = os.urandom(32)


@given(plaintext=st.binary(max_size=2_000))
def test_what_was_sealed_opens(plaintext: bytes) -> None:
    sealed = seal(KEY, "ann", plaintext)
    assert open_sealed(KEY, "ann", sealed) == plaintext
    assert len(sealed) % STEP_BYTES == 0
    assert len(sealed) < len(plaintext) + 33 + STEP_BYTES


def test_contents_of_the_same_step_have_the_same_size() -> None:
    assert {len(seal(KEY, "ann", bytes(size))) for size in range(224)} == {256}
    assert len(seal(KEY, "ann", bytes(224))) == 512


def test_the_same_content_never_looks_the_same() -> None:
    assert len({seal(KEY, "ann", b"calm") for _ in range(100)}) == 100


def test_another_key_or_subject_does_not_open_it() -> None:
    sealed = seal(KEY, "ann", b"calm")
    with pytest.raises(SealError):
        open_sealed(os.urandom(32), "ann", sealed)
    with pytest.raises(SealError):
        open_sealed(KEY, "bob", sealed)


def test_a_key_that_keeps_its_cipher_seals_and_opens_as_the_same_bytes_do() -> None:
    kept = PersonKey(KEY)
    assert open_sealed(kept, "ann", seal(KEY, "ann", b"calm")) == b"calm"
    assert open_sealed(KEY, "ann", seal(kept, "ann", b"calm")) == b"calm"
    assert kept.cipher is kept.cipher
    with pytest.raises(SealError):
        open_sealed(PersonKey(os.urandom(32)), "ann", seal(kept, "ann", b"calm"))


def test_no_byte_can_be_changed_and_none_be_lost() -> None:
    sealed = seal(KEY, "ann", b"calm")
    for at in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[at] ^= 1
        with pytest.raises(SealError):
            open_sealed(KEY, "ann", bytes(damaged))
        with pytest.raises(SealError):
            open_sealed(KEY, "ann", sealed[:at])
