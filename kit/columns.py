"""
Columns of values as PostgreSQL's binary arrays, encoded whole.

psycopg dumps a list element by element through a chain of calls; for a worker that writes thousands of rows
at a time that is the larger part of its own work. Format: `array_recv` in PostgreSQL's arrayfuncs.c.
"""

from collections.abc import Sequence
from struct import Struct, pack
from typing import Any, Final

import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_BYTEA, _INT8, _TEXT = 17, 20, 25
_ARRAY_OF: Final = {_BYTEA: 1001, _INT8: 1016, _TEXT: 1009}
_HEAD: Final = Struct(">iiiii").pack
_LENGTH: Final = Struct(">i").pack


class Column:
    """Values of one column, none of them null; pass it as a parameter where an array is expected."""

    __slots__ = ("values",)

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values


class Bytes(Column):
    """A bytea[]."""


class Ints(Column):
    """A bigint[]."""


class Texts(Column):
    """A text[]."""


def _head(kind: int, count: int) -> bytes:
    return _HEAD(1, 0, kind, count, 1) if count else _HEAD(0, 0, kind, 0, 0)[:12]


def _joined(kind: int, values: Sequence[bytes]) -> bytes:
    parts = [_head(kind, len(values))]
    for value in values:
        parts += (_LENGTH(len(value)), value)
    return b"".join(parts)


class _BytesDumper(Dumper):
    format = Format.BINARY
    oid = _ARRAY_OF[_BYTEA]

    def dump(self, obj: Bytes) -> Buffer:
        return _joined(_BYTEA, obj.values)


class _TextsDumper(Dumper):
    format = Format.BINARY
    oid = _ARRAY_OF[_TEXT]

    def dump(self, obj: Texts) -> Buffer:
        return _joined(_TEXT, [value.encode() for value in obj.values])


class _IntsDumper(Dumper):
    format = Format.BINARY
    oid = _ARRAY_OF[_INT8]

    def dump(self, obj: Ints) -> Buffer:
        flat: list[int] = []
        for value in obj.values:
            flat += (8, value)
        return _head(_INT8, len(obj.values)) + pack(">" + "iq" * len(obj.values), *flat)


for _column, _dumper in ((Bytes, _BytesDumper), (Texts, _TextsDumper), (Ints, _IntsDumper)):
    psycopg.adapters.register_dumper(_column, _dumper)
