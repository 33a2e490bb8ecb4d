"""
Columns of values as PostgreSQL's binary arrays, encoded whole.

psycopg dumps a list element by element through a chain of calls. For a worker that writes thousands of rows
at once, that is the larger part of its own work. Format: `array_recv` in PostgreSQL's arrayfuncs.c.
"""

from collections.abc import Sequence
from itertools import chain, repeat
from struct import Struct
from typing import Any, Final

import psycopg
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_BYTEA, _INT8, _TEXT = 17, 20, 25
_ARRAY_OF: Final = {_BYTEA: 1001, _INT8: 1016, _TEXT: 1009}
_HEAD: Final = Struct(">iiiii").pack
_LENGTH: Final = Struct(">i").pack
_INT: Final = Struct(">iq").pack


class Column:
    """Values of one column, none of them null; pass it as a parameter where an array is expected."""

    __slots__ = ("encoded",)

    def __init__(self, values: Sequence[Any]) -> None:
        """Encode the values at once, so that sending them later is one copy."""
        self.encoded: bytes = self._encode(values)

    @staticmethod
    def _encode(values: Sequence[Any]) -> bytes:
        raise NotImplementedError


class Bytes(Column):
    """A bytea[]."""

    @staticmethod
    def _encode(values: Sequence[bytes]) -> bytes:
        return _joined(_BYTEA, values)


class Ints(Column):
    """A bigint[]."""

    @staticmethod
    def _encode(values: Sequence[int]) -> bytes:
        return _head(_INT8, len(values)) + b"".join(map(_INT, repeat(8), values))


class Texts(Column):
    """A text[]."""

    @staticmethod
    def _encode(values: Sequence[str]) -> bytes:
        return _joined(_TEXT, list(map(str.encode, values)))


def _head(kind: int, count: int) -> bytes:
    return _HEAD(1, 0, kind, count, 1) if count else _HEAD(0, 0, kind, 0, 0)[:12]


def _joined(kind: int, values: Sequence[bytes]) -> bytes:
    if not values:
        return _head(kind, 0)
    lengths = list(map(len, values))
    if lengths.count(lengths[0]) == len(lengths):  # as for digests, ids and most names
        each = _LENGTH(lengths[0])
        return b"".join((_head(kind, len(values)), each, each.join(values)))
    pairs = chain.from_iterable(zip(map(_LENGTH, lengths), values, strict=True))
    return _head(kind, len(values)) + b"".join(pairs)


class _ColumnDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Column) -> Buffer:
        return obj.encoded


class _BytesDumper(_ColumnDumper):
    oid = _ARRAY_OF[_BYTEA]


class _IntsDumper(_ColumnDumper):
    oid = _ARRAY_OF[_INT8]


class _TextsDumper(_ColumnDumper):
    oid = _ARRAY_OF[_TEXT]


for _column, _dumper in ((Bytes, _BytesDumper), (Texts, _TextsDumper), (Ints, _IntsDumper)):
    psycopg.adapters.register_dumper(_column, _dumper)
