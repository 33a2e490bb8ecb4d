"""
What holders say a cluster does to their energy: one word of three (privacy rules 14 and 24).

A word is shown of a unit, never of a rest, and only when enough people said something and enough of them are
on each side: else it would say that everybody's energy is alike. It is only ever what people say themselves.
A word stays as it was, with its own date, until as many people as the change floor are on another side than
at every earlier word of that unit, came to a side or left one. Words don't add up, so nothing can be
subtracted from the word of a unit above; what remains is two words of one unit, and between those enough
people changed.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec.structs import replace

from rules.releases.making import Making
from rules.releases.model import EnergyWord, ReleasedCell, ReleaseFloors
from rules.releases.people import People
from rules.releases.tree import Tree

MOSTLY: Final = 2
"""A side is most when it has at least so many times the people of the other."""

Energies = Mapping[str, int | None]
"""The energy of holders, by person; None for who doesn't want energy counted."""


def energy_word(energies: Iterable[int | None], floors: ReleaseFloors) -> EnergyWord | None:
    """
    Return the word for the energy of a unit's holders.

    Return None with fewer people than `floors.energy`, or fewer than `floors.organisation` on a side.
    """
    said = [one for one in energies if one is not None]
    gives, costs = sum(one > 0 for one in said), sum(one < 0 for one in said)
    if len(said) < floors.energy or min(gives, costs) < floors.organisation:
        return None
    if gives >= MOSTLY * costs:
        return EnergyWord.MOSTLY_GIVES
    return EnergyWord.MOSTLY_COSTS if costs >= MOSTLY * gives else EnergyWord.MIXED


def with_words(making: Making, cells: Iterable[ReleasedCell]) -> tuple[ReleasedCell, ...]:
    """Return the cells with their words: made anew where they may be, else as they were."""
    found = list(cells)
    units = {cell.unit for cell in found if not cell.rest}
    now = _energies(making.tree, making.people, units)
    earlier: dict[str, list[Energies]] = {}
    latest: dict[str, ReleasedCell] = {}
    for epoch, release in making.past.releases:
        latest = {cell.unit: cell for cell in release.cells if cell.energy}
        made = {unit for unit in units & latest.keys() if latest[unit].energy_epoch == epoch}
        for unit, energies in _energies(making.tree, making.past.people[epoch], made).items():
            earlier.setdefault(unit, []).append(energies)
    return tuple(
        cell if cell.rest else _with_word(making, cell, now[cell.unit], earlier, latest.get(cell.unit))
        for cell in found
    )


def _with_word(
    making: Making,
    cell: ReleasedCell,
    now: Energies,
    earlier: Mapping[str, list[Energies]],
    latest: ReleasedCell | None,
) -> ReleasedCell:
    word = energy_word(now.values(), making.floors)
    if word and _enough_changed(making, now, earlier.get(cell.unit, [])):
        return replace(cell, energy=word, energy_epoch=making.epoch)
    if latest is None or latest.energy_epoch is None or making.too_old(latest.energy_epoch):
        return cell
    return replace(cell, energy=latest.energy, energy_epoch=latest.energy_epoch)


def _enough_changed(making: Making, now: Energies, earlier: Iterable[Energies]) -> bool:
    """Return whether enough holders are on another side than at each earlier word of their unit."""
    uncounted, least = making.past.uncounted, making.floors.change
    return all(
        len({person for person, _ in _sides(now, uncounted) ^ _sides(one, uncounted)}) >= least
        for one in earlier
    )


def _sides(energies: Energies, uncounted: AbstractSet[str]) -> set[tuple[str, bool]]:
    return {(person, energy > 0) for person, energy in energies.items() if energy and person not in uncounted}


def _energies(tree: Tree, people: People, units: AbstractSet[str]) -> dict[str, dict[str, int | None]]:
    """Return the energies of the holders at and below some units."""
    found: dict[str, dict[str, int | None]] = {unit: {} for unit in units}
    if units:
        above = {seat: units & set(tree.above(seat)) for seat in tree.units}
        for person, energy in people.holders.items():
            for unit in above[people.seats[person]]:
                found[unit][person] = energy
    return found
