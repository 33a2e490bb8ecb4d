"""Columns reach PostgreSQL as the values they hold."""

import os

import psycopg
import pytest

from kit.postgres.columns import Bytes, Ints, Texts

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("values", [[], [0], [1, -1, 2**63 - 1, -(2**63)], list(range(5_000))])
def test_numbers(database: str, values: list[int]) -> None:
    with psycopg.connect(database) as conn:
        assert conn.execute("SELECT %b::bigint[]", (Ints(values),)).fetchone() == (values,)


@pytest.mark.parametrize("values", [[], [b""], [b"\x00", os.urandom(2_000)], [b"ab", b"cd", b"ef"]])
def test_bytes(database: str, values: list[bytes]) -> None:
    with psycopg.connect(database) as conn:
        row = conn.execute(
            "SELECT array_length(a, 1), a FROM (SELECT %b::bytea[] a)", (Bytes(values),)
        ).fetchone()
        assert row == (len(values) or None, values)


@pytest.mark.parametrize("values", [[], ["", "één", 'a,b{}"\\'], ["één", "twéé"], ["één", "twe"]])
def test_texts(database: str, values: list[str]) -> None:
    with psycopg.connect(database) as conn:
        rows = conn.execute("SELECT unnest(%b::text[])", (Texts(values),)).fetchall()
        assert [row[0] for row in rows] == values
