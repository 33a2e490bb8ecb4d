"""Tables to lay out and to attack: of invented organisations, and of InstEval read as an organisation."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, Final

from benchmarks.insteval.ratings import load_ratings
from benchmarks.releases.organisations import organisation
from rules.releases.layout import Seats
from rules.releases.people import people_of
from rules.releases.tree import Tree

HOLDS_FROM: Final = 3.6
"""A lecturer holds a quality when the students of one kind rate them so on average, of 1 to 5."""
CONSENTING: Final = (1.0, 0.7)
"""The shares of lecturers who take part: each is a reading by itself."""


class Table:
    """The contributors and holders of one cluster on a tree of units."""

    def __init__(self, tree: Tree, seats: Seats) -> None:
        self.tree = tree
        self.seats = seats

    @cached_property
    def below(self) -> dict[str, list[str]]:
        """The seats with people at and below each unit; units without people are left out."""
        found: dict[str, list[str]] = {}
        for seat in sorted(unit for unit, people in self.seats.contributors.items() if people):
            for unit in self.tree.above(seat):
                found.setdefault(unit, []).append(seat)
        return found

    def people(self, unit: str) -> int:
        return sum(self.seats.contributors[seat] for seat in self.below[unit])

    def holders(self, unit: str) -> int:
        return sum(self.seats.holders.get(seat, 0) for seat in self.below[unit])

    def others(self, unit: str) -> int:
        return self.people(unit) - self.holders(unit)


def invented(seeds: Iterable[int]) -> Iterator[Table]:
    """Yield the tables of invented organisations, eight clusters each."""
    for seed in seeds:
        made = organisation(seed)
        basis = made.basis(1)
        for cluster in made.rates:
            yield Table(Tree(basis.parents), people_of(basis, cluster).counted())


def insteval() -> Iterator[Table]:
    """
    Yield the tables of InstEval: 14 departments are divisions, and in them 83 teams of lecturers.

    A team are the lecturers of a department who gave most of their lectures equally long ago (`lectage`). A
    lecturer holds each of six qualities or not: what the students of each of four ages, and those of the own
    and of other departments, think of them. Raises MissingDataError.
    """
    ratings = load_ratings()
    parents, seats = _units(ratings)
    for share in CONSENTING:
        rng = random.Random(1)  # noqa: S311 - no secret
        counted = [one for one in sorted(seats) if rng.random() < share]
        contributors = Counter(seats[one] for one in counted)
        for holders in _qualities(ratings):
            held = Counter(seats[one] for one in counted if one in holders)
            yield Table(Tree(parents), Seats(contributors=contributors, holders=held))


def _units(ratings: Any) -> tuple[dict[str, str], dict[int, str]]:
    lecturers = ratings.groupby("subject")
    department = lecturers.unit.first()
    team = lecturers.lectage.agg(lambda ages: ages.mode().iloc[-1])
    seats = {int(one): f"d{department[one]}t{team[one]}" for one in department.index}
    parents = {seat: seat.split("t")[0] for seat in seats.values()}
    return parents | dict.fromkeys(sorted(set(parents.values())), ""), seats


def _qualities(ratings: Any) -> Iterator[set[int]]:
    for kind in ("studage", "service"):
        for _, group in ratings.groupby(kind):
            mean = group.groupby("subject").rating.mean()
            yield {int(one) for one in mean[mean >= HOLDS_FROM].index}
