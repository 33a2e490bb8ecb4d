"""Invented organisations: a tree, people who take part, and what changes in a quarter."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.releases.model import Basis, ReleaseFloors

FLOORS = ReleaseFloors(organisation=5, energy=10, change=5)


@dataclass
class Person:
    seat: str
    consents: bool
    terms: dict[str, int]
    """The energy of each term that is held."""
    named: set[str] = field(default_factory=set)
    """The clusters of which the finder names this person."""


@dataclass
class Organisation:
    """
    People by id, who sit in units; `rates` is how often a cluster is held, which differs a little by unit.

    `forgotten` are gone from everything.
    """

    rng: random.Random
    parents: dict[str, str]
    rates: Mapping[str, float]
    terms: Mapping[str, str]
    people: dict[str, Person] = field(default_factory=dict)
    consenting: float = 0.7
    named: float = 0.0
    forgotten: set[str] = field(default_factory=set)

    @property
    def teams(self) -> list[str]:
        return sorted(set(self.parents) - set(self.parents.values()))

    def hire(self, seat: str) -> str:
        """Add a person, who holds one or two terms of the clusters they have."""
        person = f"p{len(self.people) + len(self.forgotten):05}"
        held = {
            term: self.rng.choice([-2, -1, 0, 1, 2])
            for cluster, rate in self.rates.items()
            if self.rng.random() < rate
            for term in self.rng.sample(self.terms_of(cluster), self.rng.choice([1, 1, 2]))
        }
        named = {cluster for cluster in self.rates if self.rng.random() < self.named}
        consents = self.rng.random() < self.consenting
        self.people[person] = Person(seat, consents, held, named)
        return person

    def terms_of(self, cluster: str) -> list[str]:
        return sorted(term for term, home in self.terms.items() if home == cluster)

    def basis(self, epoch: int) -> Basis:
        """Return the people as they are now."""
        counted = {name: one for name, one in self.people.items() if one.consents and one.seat != "left"}
        seated = {name: one.seat for name, one in self.people.items() if one.seat != "left"}
        return Basis(
            epoch=epoch,
            parents=dict(self.parents),
            seats=seated,
            contributors=frozenset(counted),
            holders={
                cluster: {
                    name: sum(energy for term, energy in one.terms.items() if self.terms[term] == cluster)
                    for name, one in counted.items()
                    if any(self.terms[term] == cluster for term in one.terms)
                }
                for cluster in self.rates
            },
            term_holders={
                term: frozenset(name for name, one in counted.items() if term in one.terms)
                for term in self.terms
            },
            clusters_of_terms=dict(self.terms),
            findable={
                cluster: frozenset(name for name, one in self.people.items() if cluster in one.named)
                for cluster in self.rates
            },
        )

    def quarter(self, *, churn: float, moves: float = 0.0, erased: float = 0.0) -> None:
        """Let people come, leave, begin and end taking part, move, be found, learn, and be forgotten."""
        rng = self.rng
        for name, one in sorted(self.people.items()):
            if rng.random() < churn:
                rng.choice([self._leave, self._consent, self._learn, self._unlearn, self._be_found])(one)
            if rng.random() < moves and one.seat != "left":
                one.seat = rng.choice(self.teams)
            if rng.random() < erased:
                self.forgotten.add(name)
                del self.people[name]
        for _ in range(round(churn * len(self.people) / 3)):
            self.hire(rng.choice(self.teams))

    def _leave(self, one: Person) -> None:
        one.seat = "left"

    def _consent(self, one: Person) -> None:
        one.consents = not one.consents

    def _learn(self, one: Person) -> None:
        one.terms[self.rng.choice(sorted(self.terms))] = self.rng.choice([-2, -1, 1, 2])

    def _unlearn(self, one: Person) -> None:
        if one.terms:
            del one.terms[self.rng.choice(sorted(one.terms))]

    def _be_found(self, one: Person) -> None:
        if self.named:
            one.named ^= {self.rng.choice(sorted(self.rates))}


def organisation(
    seed: int,
    *,
    divisions: tuple[int, int] = (3, 6),
    teams: tuple[int, int] = (2, 8),
    people: tuple[int, int] = (3, 25),
    clusters: int = 8,
    named: float = 0.0,
) -> Organisation:
    """Return an organisation of the sizes that the privacy review measured."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    parents = {}
    for division in range(rng.randint(*divisions)):
        parents[f"d{division}"] = ""
        for team in range(rng.randint(*teams)):
            parents[f"d{division}t{team}"] = f"d{division}"
    names = [f"c{number}" for number in range(clusters)]
    made = Organisation(
        rng=rng,
        parents=parents,
        rates={name: rng.uniform(0.1, 0.6) for name in names},
        terms={f"{name}-{number}": name for name in names for number in range(4)},
        consenting=rng.uniform(0.5, 0.9),
        named=named,
    )
    for unit in made.teams:
        for _ in range(rng.randint(*people)):
            made.hire(unit)
    return made


def without(basis: Basis, people: set[str]) -> Basis:
    """Return a basis as it is read again after some people were forgotten."""
    return Basis(
        epoch=basis.epoch,
        parents=basis.parents,
        seats={name: seat for name, seat in basis.seats.items() if name not in people},
        contributors=basis.contributors - people,
        holders={
            cluster: {name: energy for name, energy in found.items() if name not in people}
            for cluster, found in basis.holders.items()
        },
        term_holders={term: found - people for term, found in basis.term_holders.items()},
        clusters_of_terms=basis.clusters_of_terms,
        findable={cluster: found - people for cluster, found in basis.findable.items()},
    )
