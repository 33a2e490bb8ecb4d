"""The people whom a cluster's figures count, at one cut-off, and those whose changes don't count."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

import msgspec

from rules.releases.model import Basis
from rules.releases.units.layout import Seats


class People(msgspec.Struct, frozen=True, kw_only=True):
    """
    The contributors of a cluster at one cut-off, its holders with the sum of their energy, and those by term.

    People whom the finder names for this cluster are neither (privacy rule 14): else four names and a figure
    of five would give away the fifth.
    """

    seats: Mapping[str, str]
    contributors: frozenset[str]
    holders: Mapping[str, int | None]
    terms: Mapping[str, AbstractSet[str]]

    def counted(self) -> Seats:
        """Return how many sit in each unit."""
        contributors: dict[str, int] = {}
        holders: dict[str, int] = {}
        for person in self.contributors:
            seat = self.seats[person]
            contributors[seat] = contributors.get(seat, 0) + 1
            if person in self.holders:
                holders[seat] = holders.get(seat, 0) + 1
        return Seats(contributors=contributors, holders=holders)

    def by_region(self, nearest: Mapping[str, str], people: Iterable[str]) -> dict[str, set[str]]:
        """Return some of these people by the shown unit in whose region they sit; others are left out."""
        found: dict[str, set[str]] = {}
        for person in people:
            if (unit := nearest.get(self.seats[person])) is not None:
                found.setdefault(unit, set()).add(person)
        return found


def people_of(basis: Basis, cluster: str) -> People:
    """Return the people of a cluster at the cut-off of a basis."""
    named = basis.findable.get(cluster, frozenset())
    contributors = frozenset(basis.contributors) & basis.seats.keys() - named
    energies = basis.holders.get(cluster, {})
    holders = {person: energy for person, energy in energies.items() if person in contributors}
    terms = {
        term: found
        for term, home in basis.clusters_of_terms.items()
        if home == cluster and (found := holders.keys() & basis.term_holders.get(term, frozenset()))
    }
    return People(seats=basis.seats, contributors=contributors, holders=holders, terms=terms)


def moved(bases: Iterable[Basis]) -> frozenset[str]:
    """Return who sat in more than one unit."""
    first: dict[str, str] = {}
    return frozenset(
        person
        for basis in bases
        for person, seat in basis.seats.items()
        if first.setdefault(person, seat) != seat
    )


def findable(bases: Iterable[Basis], cluster: str) -> AbstractSet[str]:
    """Return whom the finder named for a cluster at any of the cut-offs."""
    return {person for basis in bases for person in basis.findable.get(cluster, ())}
