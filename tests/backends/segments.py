"""Changes records in a segment file of a stopped Kafka broker, with the checksum of their batch put right."""

import struct
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import crc32c

HEADER: Final = struct.Struct(">qiibI")
"""Base offset, length of what follows, leader epoch, magic, CRC-32C of what follows."""
LENGTH_AT: Final = 12
"""Where what the length counts begins: behind base offset and length."""
COVERED_AT: Final = 21
RECORDS_AT: Final = 61

Edit = Callable[[bytes], bytes]


class Batch(NamedTuple):
    """One batch of one record: where it begins and ends in the file, and where the record's value is."""

    offset: int
    begin: int
    end: int
    value: slice


def batches(segment: bytes) -> Iterator[Batch]:
    """Yield the batches of a segment; ours have one record each, without key, and are not compressed."""
    begin = 0
    while begin < len(segment):
        offset, length, _epoch, magic, _crc = HEADER.unpack_from(segment, begin)
        assert magic == 2, "only the format of today"
        end = begin + LENGTH_AT + length
        yield Batch(offset, begin, end, _value(segment, begin + RECORDS_AT))
        begin = end


def value_at(segment: bytes, offset: int) -> bytes:
    """Return the value of the record at an offset."""
    return segment[_batch(segment, offset).value]


def with_value(segment: bytes, offset: int, value: bytes, *, crc_right: bool = True) -> bytes:
    """Return the segment with another value, of equal length, at an offset."""
    found = _batch(segment, offset)
    assert found.value.stop - found.value.start == len(value), "only a value of the same length fits"
    changed = bytearray(segment)
    changed[found.value] = value
    if crc_right:
        crc = crc32c.crc32c(bytes(changed[found.begin + COVERED_AT : found.end]))
        struct.pack_into(">I", changed, found.begin + COVERED_AT - 4, crc)
    return bytes(changed)


def until(segment: bytes, offset: int) -> bytes:
    """Return the segment without the record at an offset and all after it: the tail is cut."""
    return segment[: _batch(segment, offset).begin]


def _batch(segment: bytes, offset: int) -> Batch:
    return next(batch for batch in batches(segment) if batch.offset == offset)


def _value(segment: bytes, at: int) -> slice:
    _length, at = _varint(segment, at)
    at += 1  # attributes
    for _ in ("timestamp", "offset"):
        _, at = _varint(segment, at)
    key, at = _varint(segment, at)
    assert key == -1, "our records have no key"
    length, at = _varint(segment, at)
    return slice(at, at + length)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    shift = raw = 0
    while True:
        byte = data[at]
        at += 1
        raw |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return (raw >> 1) ^ -(raw & 1), at
        shift += 7
