"""Reads the basis of a release: the people as they were at its cut-off, as far as they are not forgotten."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import msgspec
import psycopg

from projections.parking import read_parked
from projections.positions import read_positions
from projections.views.contributions.fold import VIEW
from projections.views.contributions.statements import COUNTED_TERMS, FINDABLE, HOLDERS, PEOPLE, PLACED
from projections.views.contributions.tables import FORGOTTEN
from rules.releases.model import Basis
from rules.releases.units.places import Place, seat_in, tree_of

WORK_MEM: Final = "64MB"
"""For sorting the facts of a hundred thousand people in memory, while a basis is read."""
# The planner takes "the newest of each" for a few rows, and would go through all of them for each person.
_SETTINGS: Final = f"SET LOCAL work_mem = '{WORK_MEM}'; SET LOCAL enable_nestloop = off; SET LOCAL jit = off"


class CutOff(msgspec.Struct, frozen=True, kw_only=True):
    """
    The log up to here: `positions` has the ordinal of the last event that counts, for each partition.

    `on` is the day of the release: what was open to the whole organisation until a day before does not count.
    """

    epoch: int
    on: date
    positions: tuple[int, ...]


class Bases(msgspec.Struct, frozen=True, kw_only=True):
    """Bases by epoch, all read at one moment; `any_forgotten`: somebody's facts are in none any more."""

    by_epoch: dict[int, Basis]
    any_forgotten: bool


class BasisNotReadyError(Exception):
    """The view does not hold all facts up to the cut-off. It says why, for the operator."""


def read_bases(connection: psycopg.Connection, wanted: Iterable[tuple[CutOff, CutOff]]) -> Bases:
    """
    Return the basis at each cut-off, on the tree of units that the second cut-off of the pair had.

    `connection` is in autocommit and nobody else uses it. Raises BasisNotReadyError.
    """
    wanted = tuple(wanted)
    # One snapshot: who is forgotten meanwhile is in all of them, or in none.
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        connection.execute(_SETTINGS)
        for cut_off, _ in wanted:
            _see_ready(connection, cut_off)
        known: dict[str, str] = {}
        forgotten = connection.execute(f"SELECT EXISTS (SELECT FROM {FORGOTTEN.served})").fetchone()
        return Bases(
            by_epoch={
                cut_off.epoch: _basis_at(connection, cut_off, layout, known) for cut_off, layout in wanted
            },
            any_forgotten=bool(forgotten and forgotten[0]),
        )


def basis_at(connection: psycopg.Connection, cut_off: CutOff, *, layout: CutOff) -> Basis:
    """Return the basis at one cut-off, on the tree of units at `layout`. Raises BasisNotReadyError."""
    return read_bases(connection, [(cut_off, layout)]).by_epoch[cut_off.epoch]


def _see_ready(connection: psycopg.Connection, cut_off: CutOff) -> None:
    """Raise BasisNotReadyError unless the view has every fact up to the cut-off, of everybody."""
    reached = {position.partition: position.ordinal for position in read_positions(connection, VIEW)}
    behind = sum(reached.get(partition, 0) < end for partition, end in enumerate(cut_off.positions))
    if behind:
        partitions = len(cut_off.positions)
        raise BasisNotReadyError(
            f"the view {VIEW.name} has not passed the cut-off in {behind} of {partitions} partitions yet"
        )
    # What somebody's facts after the cut-off do to the view changes no basis.
    parked = [one for one in read_parked(connection, VIEW) if one.ordinal <= cut_off.positions[one.partition]]
    if parked:
        raise BasisNotReadyError(
            f"{len(parked)} subjects are parked in the view {VIEW.name}, so people would be missing; mend and"
            f" `projections unpark {VIEW.name}`"
        )


def _basis_at(
    connection: psycopg.Connection, cut_off: CutOff, layout: CutOff, known: dict[str, str]
) -> Basis:
    """Read one basis. `known` has each person's id once, which several bases share."""
    at = {"positions": list(cut_off.positions), "on": cut_off.on}
    places = _places(connection, cut_off)
    tree = tree_of(places if layout == cut_off else _places(connection, layout))
    people = [
        (known.setdefault(person, person), team, counted)
        for person, team, counted in connection.execute(PEOPLE.encode(), at)
    ]
    seats_of_teams = {team: seat_in(tree, places, team) for _, team, _ in people}
    clusters = dict(_rows(connection, COUNTED_TERMS, at))
    holders: dict[str, dict[str, int | None]] = {}
    term_holders = {}
    for term, holding, energies in connection.execute(HOLDERS.encode(), at):
        persons = [known[person] for person in holding]
        term_holders[term] = frozenset(persons)
        _add(holders.setdefault(clusters[term], {}), persons, energies)
    return Basis(
        epoch=cut_off.epoch,
        parents=tree,
        seats={person: seats_of_teams[team] for person, team, _ in people},
        contributors=frozenset(person for person, _, counted in people if counted),
        holders=holders,
        term_holders=term_holders,
        clusters_of_terms=clusters,
        findable={
            cluster: frozenset(known[person] for person in found)
            for cluster, found in connection.execute(FINDABLE.encode(), at)
        },
    )


def _add(holders: dict[str, int | None], persons: list[str], energies: list[int | None]) -> None:
    """Add a term's holders to those of its cluster; the energy of several talents of a person adds up."""
    for person, energy in zip(persons, energies, strict=True):
        before = holders.get(person)
        holders[person] = energy if before is None or energy is None else before + energy


def _places(connection: psycopg.Connection, cut_off: CutOff) -> Mapping[str, Place]:
    at = {"positions": list(cut_off.positions)}
    return {unit: Place(parent, is_closed) for unit, parent, is_closed in _rows(connection, PLACED, at)}


def _rows(connection: psycopg.Connection, statement: str, at: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return connection.execute(statement.encode(), at).fetchall()
