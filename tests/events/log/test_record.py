"""The bytes on the log never change: golden frames and digests, and what is done with damaged ones."""

from typing import Final

import crc32c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.log.record import (
    RECORD_BYTES_MAX,
    ZERO_PARENT,
    Commit,
    DamagedRecordError,
    Genesis,
    UnknownFormatError,
    Void,
    Write,
    digest_of,
    encode_entry,
    frame,
    framed_size,
    unframe,
)

SUBJECT: Final = "0123456789abcdef0123456789abcdef"
STREAM: Final = f"portfolio-{SUBJECT}"
COMMIT: Final = Commit(
    subject=SUBJECT,
    command=bytes(range(32)),
    commit=bytes(range(16)),
    writes=(Write(STREAM, 1, ZERO_PARENT, "sealed", b"\x00\x01"),),
    fingerprint=b"f",
    answer=b"{}",
    decided_on=3,
    last=True,
    tracking=("upstream", 7),
)
VOID: Final = Void(SUBJECT, bytes(32))
GENESIS: Final = Genesis(4, 12)
GOLDEN_FRAME: Final = (
    "4950504c6553f242010193c410000102030405060708090a0b0c0d0e0fa461316232939400040cc29a01d92030313233"
    "34353637383961626364656630313233343536373839616263646566c420000102030405060708090a0b0c0d0e0f1011"
    "12131415161718191a1b1c1d1e1fc410000102030405060708090a0b0c0d0e0f9195d92a706f7274666f6c696f2d3031"
    "32333435363738396162636465663031323334353637383961626364656601c420000000000000000000000000000000"
    "0000000000000000000000000000000000a67365616c6564c4020001c40166c4027b7d03c392a8757073747265616d07"
    "9302d9203031323334353637383961626364656630313233343536373839616263646566c42000000000000000000000"
    "00000000000000000000000000000000000000000000"
)
GOLDEN_DIGEST: Final = "5acc3ba700764a6ba23946dc5f201ff055c7e799a447e0ef9ccf205bf132da15"


def whole() -> bytes:
    return frame(bytes(range(16)), "a1b2", [encode_entry(e) for e in (GENESIS, COMMIT, VOID)])


def test_the_frame_is_these_bytes() -> None:
    assert whole().hex() == GOLDEN_FRAME


def test_old_bytes_still_decode() -> None:
    decoded = unframe(bytes.fromhex(GOLDEN_FRAME))
    assert decoded.entries == (GENESIS, COMMIT, VOID)
    assert (decoded.generation, decoded.writer) == (bytes(range(16)), "a1b2")


def test_the_digest_is_these_bytes() -> None:
    assert digest_of(ZERO_PARENT, STREAM, 1, "sealed", b"\x00\x01").hex() == GOLDEN_DIGEST


def test_the_digest_shows_where_one_part_ends_and_the_next_begins() -> None:
    assert digest_of(ZERO_PARENT, "ab", 1, "c", b"") != digest_of(ZERO_PARENT, "a", 1, "bc", b"")


def test_the_computed_size_is_an_upper_bound() -> None:
    entries = [encode_entry(COMMIT)] * 100
    assert len(frame(bytes(16), "a1b2", entries)) <= framed_size(entries, writer="a1b2") < RECORD_BYTES_MAX


@given(st.integers(0, 399), st.integers(1, 255))
def test_any_flipped_byte_is_noticed(place: int, flip: int) -> None:
    record = bytearray(whole())
    record[place % len(record)] ^= flip
    with pytest.raises(DamagedRecordError):
        unframe(bytes(record))


@given(st.binary(max_size=200))
def test_what_is_no_record_is_damaged(noise: bytes) -> None:
    with pytest.raises(DamagedRecordError):
        unframe(noise)


@pytest.mark.parametrize("body", [b"\x93\xc4\x10" + bytes(16) + b"\xa1\xff\x90", b"\x91" * 5_000 + b"\x90"])
def test_what_is_sound_outside_and_not_inside_is_damaged(body: bytes) -> None:
    covered = b"\x01\x01" + body
    with pytest.raises(DamagedRecordError):
        unframe(b"IPPL" + crc32c.crc32c(covered).to_bytes(4) + covered)


def test_a_newer_format_stops_the_reader_instead_of_being_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.log.record.FORMAT", 2)
    newer = whole()
    monkeypatch.undo()
    with pytest.raises(UnknownFormatError, match="format 2"):
        unframe(newer)
