"""Positions are opaque, authenticated, and the same text for everyone."""

import base64
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ErrorCode, GatewayError
from gateway.position_cipher import PositionCipher
from rules.commands import LogPosition

CIPHER = PositionCipher(bytes(range(64)))
positions = st.builds(
    LogPosition,
    generation=st.text("0123456789abcdef", min_size=32, max_size=32),
    partition=st.integers(0, 2**32 - 1),
    ordinal=st.integers(0, 2**64 - 1),
)


@given(positions)
def test_a_position_comes_back_unchanged(position: LogPosition) -> None:
    assert CIPHER.decode(CIPHER.encode(position)) == position


@given(positions)
def test_the_same_position_is_the_same_text_from_every_gateway_of_an_installation(
    position: LogPosition,
) -> None:
    assert CIPHER.encode(position) == PositionCipher(bytes(range(64))).encode(position)


@given(positions, st.data())
def test_a_position_changed_in_any_bit_is_refused(position: LogPosition, data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(CIPHER.encode(position)))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(GatewayError) as refused:
        CIPHER.decode(base64.urlsafe_b64encode(bytes(raw)).decode())
    assert refused.value.code is ErrorCode.BAD_REQUEST


def test_a_position_of_another_installation_is_refused() -> None:
    foreign = PositionCipher(os.urandom(64)).encode(LogPosition(generation="0" * 32, partition=0, ordinal=1))
    with pytest.raises(GatewayError):
        CIPHER.decode(foreign)


@given(st.text(min_size=1), st.text(min_size=1))
def test_an_alias_is_the_same_each_time_and_another_for_another_purpose(entity: str, other: str) -> None:
    alias = CIPHER.alias(entity, purpose=b"one")
    assert alias == PositionCipher(bytes(range(64))).alias(entity, purpose=b"one")
    assert len(alias) == 32
    assert (alias == CIPHER.alias(other, purpose=b"one")) is (entity == other)
    assert alias != CIPHER.alias(entity, purpose=b"other")
    assert alias != PositionCipher(bytes(64)).alias(entity, purpose=b"one")


def test_a_position_shows_neither_partition_nor_ordinal() -> None:
    written = [CIPHER.encode(LogPosition(generation="a" * 32, partition=3, ordinal=n)) for n in range(20)]
    assert len({len(text) for text in written}) == 1
    assert len({text[:8] for text in written}) == 20
