"""A basis computed the slow way, from the first event on, for tests and benchmarks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from events.catalog.catalogue import TermAdopted, TermProposed, TermRetired, TermsMerged
from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened
from events.catalog.portfolio.sharing import (
    InsightConsentGiven,
    InsightConsentWithdrawn,
    ItemShared,
    ItemSharingEnded,
)
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.catalog.team import TeamClosed, TeamFormed, TeamMoved, TeamReopened
from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitReopened
from events.codec import Forgotten
from projections.view import Fact
from projections.views.contributions import CutOff
from rules.kinds import InsightScope
from rules.releases.model import WHOLE, Basis


class Person:
    """One person as far as they count."""

    def __init__(self) -> None:
        self.here = self.open = False
        self.teams: dict[str, date] = {}
        self.scopes: tuple[InsightScope, ...] = ()
        self.talents: dict[str, list[Any]] = {}
        self.shared: dict[str, tuple[str, date]] = {}


class World:
    """Everything that counts, after the events until a cut-off."""

    def __init__(self) -> None:
        self.people: defaultdict[str, Person] = defaultdict(Person)
        self.clusters: dict[str, str] = {}
        self.states: dict[str, tuple[str, str | None]] = {}
        self.parents: dict[str, str | None] = {}
        self.closed: set[str] = set()

    def happens(self, fact: Fact) -> None:
        self._to_a_person(self.people[fact.subject], fact.recorded.event)
        self._to_all(fact.subject, fact.recorded.event)

    def _to_a_person(self, person: Person, event: Event) -> None:  # noqa: C901, PLR0912 - one for each event
        match event:
            case ProfessionalRegistered():
                person.here = True
            case EmploymentEnded():
                person.here = False
            case TeamJoined():
                person.teams[event.team] = event.on
            case TeamLeft():
                person.teams.pop(event.team, None)
            case PortfolioOpened():
                person.open = True
            case PortfolioClosed():
                person.open = False
            case InsightConsentGiven():
                person.scopes = event.scopes
            case InsightConsentWithdrawn():
                person.scopes = ()
            case TalentClaimed():
                person.talents[event.talent] = [event.term, event.strength, event.energy]
            case TalentRevised():
                person.talents[event.talent][1:] = [event.strength, event.energy]
            case TalentSetAside():
                person.talents.pop(event.talent, None)
            case ItemShared(audience="organisation"):
                person.shared[event.sharing] = (event.item, event.until)
            case ItemSharingEnded():
                person.shared.pop(event.sharing, None)
            case _:
                pass

    def _to_all(self, subject: str, event: Event) -> None:  # noqa: C901 - likewise
        match event:
            case TermProposed():
                self.clusters[event.term] = event.cluster
            case TermAdopted():
                self.states[event.term] = ("ADOPTED", None)
            case TermRetired():
                self.states[event.term] = ("RETIRED", None)
            case TermsMerged():
                for term in event.terms:
                    self.states[term] = ("MERGED", event.into)
            case UnitFormed() | UnitMoved():
                self.parents[event.unit] = event.parent
            case TeamFormed() | TeamMoved():
                self.parents[subject] = event.unit
            case UnitClosed():
                self.closed.add(event.unit)
            case UnitReopened():
                self.closed.discard(event.unit)
            case TeamClosed():
                self.closed.add(subject)
            case TeamReopened():
                self.closed.discard(subject)
            case _:
                pass

    def read_as(self, term: str | None) -> str | None:
        """The term that a term counts as, in use or not."""
        return self.states[term][1] or term if term in self.states else term

    def in_use(self, term: str | None) -> str | None:
        kept = self.read_as(term)
        return kept if kept in self.states and self.states[kept][0] == "ADOPTED" else None

    def nearest(self, unit: str | None, among: Iterable[str]) -> str:
        while unit is not None and unit not in among:
            unit = self.parents.get(unit)
        return unit or WHOLE

    def tree(self) -> dict[str, str]:
        is_open = self.parents.keys() - self.closed
        return {unit: self.nearest(self.parents[unit], is_open) for unit in is_open}

    def contributors(self) -> frozenset[str]:
        return frozenset(
            name
            for name, person in self.people.items()
            if person.here and person.open and InsightScope.TALENTS in person.scopes
        )


def expected_basis(facts: Iterable[Fact], cut_off: CutOff, *, layout: CutOff) -> Basis:
    """Return the basis at a cut-off, on the tree at `layout`, from all facts in any order of partitions."""
    facts = remembered(facts)
    return basis_of(world_at(facts, cut_off), world_at(facts, layout), cut_off)


def basis_of(now: World, then: World, cut_off: CutOff) -> Basis:
    """Return the basis of the world at a cut-off, on the tree of another one."""
    tree, contributors = then.tree(), now.contributors()
    holders: defaultdict[str, dict[str, int | None]] = defaultdict(dict)
    term_holders: defaultdict[str, set[str]] = defaultdict(set)
    for name in sorted(contributors):
        with_energy = InsightScope.ENERGY in now.people[name].scopes
        for term, strength, energy in now.people[name].talents.values():
            if strength >= 3 and (kept := now.in_use(term)) is not None:
                term_holders[kept].add(name)
                of_cluster = holders[now.clusters[kept]]
                of_cluster[name] = (of_cluster.get(name) or 0) + energy if with_energy else None
    return Basis(
        epoch=cut_off.epoch,
        parents=tree,
        seats={
            name: now.nearest(first_team(person.teams), tree)
            for name, person in now.people.items()
            if person.here
        },
        contributors=contributors,
        holders=holders,
        term_holders={term: frozenset(persons) for term, persons in term_holders.items()},
        clusters_of_terms={
            term: cluster for term, cluster in now.clusters.items() if now.in_use(term) == term
        },
        findable=findable(now, cut_off.on),
    )


def remembered(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Leave out what happened to people before they were forgotten, whatever the cut-off."""
    facts = tuple(facts)
    ends = {
        fact.subject: index for index, fact in enumerate(facts) if isinstance(fact.recorded.event, Forgotten)
    }
    return tuple(fact for index, fact in enumerate(facts) if index > ends.get(fact.subject, -1))


def world_at(facts: Iterable[Fact], cut_off: CutOff) -> World:
    world = World()
    for fact in facts:
        if fact.ordinal <= cut_off.positions[fact.partition]:
            world.happens(fact)
    return world


def first_team(teams: Mapping[str, date]) -> str | None:
    return min(teams, key=lambda team: (teams[team], team), default=None)


def findable(world: World, on: date) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, person in world.people.items():
        if not (person.here and person.open):
            continue
        for item, until in person.shared.values():
            term = world.read_as(person.talents[item][0]) if item in person.talents else None
            if term is not None and until >= on:
                found[world.clusters[term]].add(name)
    return {cluster: frozenset(names) for cluster, names in found.items()}
