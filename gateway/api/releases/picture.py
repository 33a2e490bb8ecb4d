"""A release with all that its tables and its file are made of: what it shows, its tree, and today's names."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import strawberry

from gateway.api.names import Unit, unit_of
from gateway.api.releases.rows import Row, Rows, Tree
from projections.views import organisation
from projections.views import releases as view
from rules.clusters import CLUSTERS
from rules.names import plain_name
from rules.releases.model import WHOLE, ReleasedTerm


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a release shows, by cluster, on the tree that its units were laid out on.

    `places` has the units and teams as they are called today, and under WHOLE the organisation.
    """

    tree: Tree
    rows: Mapping[str, Rows]
    terms: Mapping[str, tuple[ReleasedTerm, ...]]
    places: Mapping[str, Unit]

    def unit(self, unit: str) -> Unit:
        return self.places.get(unit) or Unit(id=strawberry.ID(unit), name="", parent_id=None)

    def table(self, unit: str, *, children: bool, clusters: list[str]) -> Iterator[tuple[str, Row]]:
        """Yield the rows of a unit, each with its cluster: the unit's own first, then those below by name."""
        for cluster in clusters:
            yield cluster, self.rows[cluster].of(unit)
        if children:
            below = [(cluster, row) for cluster in clusters for row in self.rows[cluster].below(unit)]
            yield from sorted(below, key=self._place_in_table)

    def everything(self) -> Iterator[tuple[str, Row]]:
        """Yield every row of every unit, from the top down: each unit's own, then the rest of it."""
        for unit in self._from_the_top(WHOLE):
            for cluster, rows in self.rows.items():
                yield cluster, rows.of(unit)
            for cluster, rows in self.rows.items():
                if rest := rows.rest_of(unit):
                    yield cluster, rest

    def _from_the_top(self, unit: str) -> Iterator[str]:
        yield unit
        for child in sorted(self.tree.below(unit), key=self._by_name):
            yield from self._from_the_top(child)

    def _by_name(self, unit: str) -> tuple[str, str]:
        return plain_name(self.unit(unit).name), unit

    def _place_in_table(self, row: tuple[str, Row]) -> tuple[bool, str, str]:
        """Return what sorts the rest to the end, and leaves the rows of one unit in the order of clusters."""
        return row[1].rest, *self._by_name(row[1].unit)


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
        rows={name: Rows(shown[name].cells if name in shown else (), tree) for name in clusters},
        terms={name: shown[name].terms if name in shown else () for name in clusters},
        places={WHOLE: whole, **{unit: unit_of(place) for unit, place in places.items()}},
    )
