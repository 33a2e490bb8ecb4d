"""What the tables and the file of a release need: what it shows, its tree, and today's names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import strawberry

from gateway.api.names import Unit, unit_of
from projections.views import organisation
from projections.views import releases as view
from rules.clusters import CLUSTERS
from rules.names import plain_name
from rules.releases.model import WHOLE, ReleasedCell, ReleasedTerm
from rules.releases.units.rows import Row, rows_of
from rules.releases.units.tree import Tree


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a release shows, by cluster, on the tree that its units were laid out on.

    `places` has the units and teams as they are called today, and under WHOLE the organisation.
    """

    tree: Tree
    cells: Mapping[str, tuple[ReleasedCell, ...]]
    terms: Mapping[str, tuple[ReleasedTerm, ...]]
    places: Mapping[str, Unit]

    def unit(self, unit: str) -> Unit:
        return self.places.get(unit) or Unit(id=strawberry.ID(unit), name="", parent_id=None)

    def table(self, unit: str, *, children: bool, clusters: Sequence[str]) -> list[tuple[str, Row]]:
        """Return the rows of a unit and their clusters: its own first, those below by name, then the rest."""
        rows = [
            (cluster, row)
            for cluster in clusters
            for row in rows_of(self.cells[cluster], parents=self.tree.parents, unit=unit, children=children)
        ]
        return sorted(
            rows, key=lambda found: (found[1].rest, found[1].unit != unit, self._by_name(found[1].unit))
        )

    def everything(self) -> Iterator[tuple[str, Row]]:
        """Yield every row of every unit, by the names of units from the top: its own, then the rest of it."""
        rows = {cluster: list(_all_rows(cells, self.tree)) for cluster, cells in self.cells.items()}
        of_units: dict[tuple[str, bool], list[tuple[str, Row]]] = {}
        for cluster, found in rows.items():
            for row in found:
                of_units.setdefault((row.unit, row.rest), []).append((cluster, row))
        for unit in sorted(self.tree.units, key=self._path):
            yield from of_units[unit, False]
            yield from of_units.get((unit, True), ())

    def _path(self, unit: str) -> list[tuple[str, str]]:
        return [self._by_name(each) for each in reversed(list(self.tree.above(unit)))]

    def _by_name(self, unit: str) -> tuple[str, str]:
        return plain_name(self.unit(unit).name), unit


def _all_rows(cells: Sequence[ReleasedCell], tree: Tree) -> Iterator[Row]:
    """Yield the rows of all units at once; a table of each by itself would look at the tree each time."""
    shown = {cell.unit: cell for cell in cells if not cell.rest}
    nearest = tree.nearest(shown.keys())
    for unit in tree.units:
        cell = shown.get(unit)
        yield Row(unit=unit, cell=cell, shown_above=None if cell else nearest.get(unit))
    for cell in cells:
        if cell.rest:
            yield Row(unit=cell.unit, rest=True, cell=cell)


async def read_picture(connection: Any, release: view.Release) -> Picture:
    """Read all that a release shows; of a held one, nothing."""
    shown = {of.cluster: of for of in await view.shown_of(connection, release.epoch)}
    tree = Tree(await view.tree_at(connection, release.layout_positions))
    places = await organisation.places_by_ids(connection, list(tree.parents))
    known = await organisation.organisation(connection)
    whole = Unit(id=strawberry.ID(release.organisation), name=known.name if known else "", parent_id=None)
    clusters = [*CLUSTERS, *sorted(shown.keys() - CLUSTERS.keys())]
    return Picture(
        tree=tree,
        cells={name: shown[name].cells if name in shown else () for name in clusters},
        terms={name: shown[name].terms if name in shown else () for name in clusters},
        places={WHOLE: whole, **{unit: unit_of(place) for unit, place in places.items()}},
    )
