"""Which rule holds against an attacker with linear programming: writes the table of docs/releases.md."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.insteval.ratings import MissingDataError
from benchmarks.releases.audit import audit
from benchmarks.releases.rivals import RIVALS, Rival
from benchmarks.releases.tables import Table, insteval, invented

SEEDS: Final = range(12)
PAGE: Final = Path(__file__).parents[2] / "docs/releases.md"
BEGIN: Final = "<!-- begin of the table, written by python -m benchmarks.releases -->\n"
END: Final = "<!-- end of the table -->\n"
HEAD: Final = """\
| Rule | Cells shown, % | Pinned: too few holders | Pinned: too few holders or others |
|---|---|---|---|
"""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one rule on all tables of a kind."""

    cells: int
    shown: int
    low_pinned: int
    unsafe_pinned: int

    @property
    def share(self) -> float:
        """Return the share of cells that are shown, in percent."""
        return 100 * self.shown / self.cells


def result_of(rival: Rival, tables: Iterable[Table]) -> Result:
    """Attack a rule on some tables."""
    found = [audit(table, rival.shown(table), floor=rival.floor) for table in tables]
    return Result(
        cells=sum(one.cells for one in found),
        shown=sum(one.shown for one in found),
        low_pinned=sum(len(one.low_pinned) for one in found),
        unsafe_pinned=sum(len(one.unsafe_pinned) for one in found),
    )


def row_of(name: str, invented_: Result, real: Result) -> str:
    """Return the row of a rule: invented organisations, and InstEval."""
    pairs = [
        (f"{invented_.share:.1f}", f"{real.share:.1f}"),
        (invented_.low_pinned, real.low_pinned),
        (invented_.unsafe_pinned, real.unsafe_pinned),
    ]
    cells = " | ".join(f"{one} / {other}" for one, other in pairs)
    return f"| {name}: {RIVALS[name].says} | {cells} |\n"


def main() -> int:
    """Write the table into the page, and print it."""
    argparse.ArgumentParser(prog="python -m benchmarks.releases", description=__doc__).parse_args()
    try:
        real = list(insteval())
    except MissingDataError as error:
        print(error, file=sys.stderr)
        return 2
    rows = [
        row_of(name, result_of(rival, invented(SEEDS)), result_of(rival, real))
        for name, rival in RIVALS.items()
    ]
    table = HEAD + "".join(rows)
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(before + BEGIN + table + END + rest.split(END)[1])
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
