"""Rules that decide which cells of a table are shown: of others, and ours; each returns the shown units."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from benchmarks.releases.tables import Table
from rules.releases.layout import lay_out

FLOOR: Final = 5
ENNOVA_REPORT: Final = 4
ENNOVA_BETWEEN: Final = 3


class Rival(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, and the floor that it promises: no number of people below it can be known."""

    shown: Callable[[Table], set[str]]
    floor: int
    says: str


def everything(table: Table) -> set[str]:
    return set(table.below)


def primary(table: Table, floor: int = FLOOR) -> set[str]:
    return {unit for unit in table.below if table.holders(unit) >= floor}


def both_sides(table: Table) -> set[str]:
    return {unit for unit in primary(table) if table.others(unit) >= FLOOR}


def smallest_sibling(table: Table) -> set[str]:
    """Hide one unit more below each shown one of which a single one is hidden, until there is none."""
    shown = primary(table)
    while more := {
        min(siblings & shown, key=lambda unit: (table.holders(unit), unit))
        for parent in shown
        if len((siblings := _children(table, parent)) - shown) == 1 and siblings & shown
    }:
        shown -= more
    return shown


def remainder(table: Table) -> set[str]:
    """Hide the smallest unit below a shown one while what is not shown there is 1 to 4."""
    shown = primary(table)
    for parent in table.tree.units:
        while parent in shown and (siblings := _children(table, parent) & shown):
            rest = table.holders(parent) - sum(table.holders(one) for one in siblings)
            if rest == 0 or rest >= FLOOR:
                break
            shown.remove(min(siblings, key=lambda unit: (table.holders(unit), unit)))
    return shown


def between_reports(table: Table) -> set[str]:
    """Of two reports, one within the other, hide the smaller if they differ by too few."""
    shown = primary(table, ENNOVA_REPORT)
    for unit in table.tree.units[1:]:
        above = [one for one in table.tree.above(unit) if one in shown and one != unit]
        if unit in shown and any(
            0 < table.holders(one) - table.holders(unit) < ENNOVA_BETWEEN for one in above
        ):
            shown.remove(unit)
    return shown


def regions(table: Table) -> set[str]:
    return set(lay_out(table.tree, table.seats, floor=FLOOR, allowed=set(table.tree.units)))


RIVALS: Final[Mapping[str, Rival]] = {
    "none": Rival(shown=everything, floor=FLOOR, says="every cell is shown"),
    "primary": Rival(shown=primary, floor=FLOOR, says="5 holders or more"),
    "primary, both sides": Rival(shown=both_sides, floor=FLOOR, says="5 holders and 5 others or more"),
    "smallest sibling": Rival(
        shown=smallest_sibling, floor=FLOOR, says="and where one unit is hidden, the smallest beside it too"
    ),
    "remainder (Tivian)": Rival(
        shown=remainder, floor=FLOOR, says="and what is not shown of a unit is 0 or 5 or more"
    ),
    "between reports (Ennova)": Rival(
        shown=between_reports,
        floor=ENNOVA_BETWEEN,
        says="4 or more, and 3 or more between a report and one within it",
    ),
    "regions (ours)": Rival(
        shown=regions, floor=FLOOR, says="every region has 5 holders and 5 others or more"
    ),
}
"""Ennova: ennova.com/confidentiality-rules. Tivian: support.tivian.com, article 49086."""


def _children(table: Table, unit: str) -> set[str]:
    return {child for child in table.tree.children[unit] if child in table.below}
