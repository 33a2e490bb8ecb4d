"""
An attacker with linear programming: what the exact counts of shown cells give away of all others.

He knows how many contributors sit where, and the exact count of every shown unit and of every rest, though
people see bands. Of each unit, and of the people who sit in an inner unit, he computes the fewest and the
most holders that are possible.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import msgspec
import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, identity, kron

from benchmarks.releases.tables import Table

ROUNDING = 1e-6


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What an attack found in one table: names of units that are below the floor and known too well."""

    cells: int
    shown: int
    low: int
    low_pinned: tuple[str, ...]
    unsafe_pinned: tuple[str, ...]


def audit(table: Table, shown: AbstractSet[str], *, floor: int) -> Finding:
    """
    Attack a table.

    A cell is low with fewer holders than the floor, unsafe with fewer holders or fewer others. It is pinned
    when its interval is narrower than the floor, or than its contributors if they are fewer: exactly known
    cells and shown ones as well. Rests are cells too, in what is pinned.
    """
    sums = _sums(table, shown)
    widths = dict(zip(sums, _widths(table, shown, list(sums.values())), strict=True))
    low, unsafe = [], []
    for name, seats in sums.items():
        people = sum(table.seats.contributors[seat] for seat in seats)
        holders = sum(table.seats.holders.get(seat, 0) for seat in seats)
        if widths[name] < min(floor, people) - ROUNDING:
            low += [name] if holders < floor else []
            unsafe += [name] if min(holders, people - holders) < floor else []
    return Finding(
        cells=len(table.below),
        shown=len(shown & table.below.keys()),
        low=sum(table.holders(unit) < floor for unit in table.below),
        low_pinned=tuple(low),
        unsafe_pinned=tuple(unsafe),
    )


def _sums(table: Table, shown: AbstractSet[str]) -> dict[str, list[str]]:
    """Return what the attacker wants to know, as seats: units, people of inner units, rests of shown ones."""
    found = dict(table.below)
    for unit, seats in table.below.items():
        if seats != [unit] and unit in seats:
            found[f"{unit} itself"] = [unit]
    nearest = table.tree.nearest(shown)
    for unit in shown & table.below.keys():
        rest = [seat for seat in table.below[unit] if nearest[seat] == unit]
        if rest and rest != table.below[unit]:
            found[f"{unit} rest"] = rest
    return found


def _widths(table: Table, shown: AbstractSet[str], sums: Sequence[Sequence[str]]) -> list[float]:
    """Return how wide the interval of each sum is: one program for all the lowest, one for the highest."""
    seats = {seat: place for place, seat in enumerate(table.below[""])}
    known = [unit for unit in table.below if unit in shown]
    rows = _matrix([table.below[unit] for unit in known], seats)
    counts = np.array([table.holders(unit) for unit in known], dtype=float)
    wanted = _matrix(sums, seats)
    bounds = [(0, table.seats.contributors[seat]) for seat in seats]
    lowest, highest = (_solved(wanted, rows, counts, bounds, sign) for sign in (1, -1))
    return list(highest - lowest)


def _solved(wanted: Any, rows: Any, counts: Any, bounds: Sequence[tuple[int, int]], sign: int) -> Any:
    """Return the lowest (sign 1) or highest (-1) value of each wanted sum; each has variables of its own."""
    copies = wanted.shape[0]
    found = linprog(
        sign * wanted.toarray().ravel(),
        A_eq=kron(identity(copies), rows, format="csr") if rows.shape[0] else None,
        b_eq=np.tile(counts, copies) if rows.shape[0] else None,
        bounds=list(bounds) * copies,
        method="highs",
    )
    if not found.success:
        raise ArithmeticError(found.message)
    return (wanted.toarray() * found.x.reshape(copies, -1)).sum(axis=1)


def _matrix(sums: Sequence[Sequence[str]], seats: Mapping[str, int]) -> Any:
    rows = [number for number, one in enumerate(sums) for _ in one]
    columns = [seats[seat] for one in sums for seat in one]
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(sums), len(seats)))
