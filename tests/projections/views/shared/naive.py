"""What members of a team, and everybody, may see of each other: read from the whole journal, the slow way."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved
from events.catalog.portfolio.goals import (
    GoalLetGo,
    GoalOfferedToTeam,
    GoalOfferTakenBack,
    GoalReached,
    GoalSet,
)
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.codec import Forgotten
from projections.view import Fact
from projections.views import shared
from rules.kinds import ItemKind
from rules.names import plain_name

Moment = tuple[datetime, Event]
Opened = tuple[datetime, ItemShared]
_EMPTY = dict.fromkeys(
    ("title", "title_en", "term", "text", "link", "strength", "energy", "use", "source_kind")
)


class Person(msgspec.Struct, frozen=True):
    """What is remembered of somebody: all that happened since they were last forgotten, if they ever were."""

    person: str
    happened: Sequence[Moment]

    @property
    def name(self) -> str | None:
        """The name of who works here."""
        name = None
        for _, event in self.happened:
            match event:
                case ProfessionalRegistered():
                    name = event.name
                case EmploymentEnded():
                    name = None
                case _:
                    pass
        return name

    def is_in(self, team: str) -> bool:
        of_team = [it for _, it in self.happened if isinstance(it, TeamJoined | TeamLeft) and it.team == team]
        return self.name is not None and bool(of_team) and isinstance(of_team[-1], TeamJoined)

    @property
    def shares(self) -> bool:
        life = [it for _, it in self.happened if isinstance(it, PortfolioOpened | PortfolioClosed)]
        return self.name is not None and bool(life) and isinstance(life[-1], PortfolioOpened)

    def left_since(self, moment: datetime, team: str | None) -> bool:
        """Whether they left the organisation, or the team, at or after a moment."""
        return any(
            at >= moment
            and (isinstance(it, EmploymentEnded) or (isinstance(it, TeamLeft) and it.team == team))
            for at, it in self.happened
        )

    def opened(self, item: str, team: str | None, today: date) -> list[Opened]:
        """The open sharings of an item with a team or, in either case, with all."""
        sharings: dict[str, Opened] = {}
        for at, event in self.happened:
            match event:
                case ItemShared():
                    sharings[event.sharing] = at, event
                case ItemSharingEnded():
                    sharings.pop(event.sharing, None)
                case _:
                    pass
        return [
            (at, it)
            for at, it in sharings.values()
            if it.item == item and it.until >= today and not self.left_since(at, it.team)
            if it.audience == "organisation" or (it.audience == "team" and it.team == team)
        ]

    def readings(self, talent: str) -> list[tuple[datetime, TalentClaimed | TalentRevised]]:
        return [
            (at, it)
            for at, it in self.happened
            if isinstance(it, TalentClaimed | TalentRevised) and it.talent == talent
        ]

    def items(self) -> dict[str, dict[str, Any]]:
        """The current content of each item, by id."""
        found: dict[str, dict[str, Any]] = {}
        for _, event in self.happened:
            match event:
                case TalentClaimed():
                    titles = {"title": event.name, "title_en": event.name_en, "term": event.term}
                    found[event.talent] = {"kind": ItemKind.TALENT, **_EMPTY, **titles, **_said(event)}
                case TalentRevised() if event.talent in found:
                    found[event.talent] |= _said(event)
                case EnergySourceNoted():
                    content = {"text": event.activity, "source_kind": event.kind}
                    found[event.source] = {"kind": ItemKind.ENERGY_SOURCE, **_EMPTY, **content}
                case GoalSet():
                    found[event.goal] = {"kind": ItemKind.GOAL, **_EMPTY, "text": event.text}
                case TalentSetAside(talent=gone) | EnergySourceRemoved(source=gone) | GoalLetGo(goal=gone):
                    found.pop(gone, None)
                case _:
                    pass
        return found

    def offer(self) -> tuple[datetime, GoalOfferedToTeam] | None:
        """The last offer of the goal, unless it ended."""
        found = None
        for at, event in self.happened:
            match event:
                case GoalOfferedToTeam():
                    found = at, event
                case GoalOfferTakenBack() | GoalReached() | GoalLetGo():
                    found = None
                case _:
                    pass
        return found


def people_of(history: Sequence[Fact]) -> dict[str, Person]:
    found: dict[str, list[Moment]] = {}
    for fact in history:
        own = found.setdefault(fact.subject, [])
        if isinstance(fact.recorded.event, Forgotten):
            own.clear()
        else:
            own.append((fact.recorded.at, fact.recorded.event))
    return {person: Person(person, happened) for person, happened in found.items()}


def _said(event: TalentClaimed | TalentRevised) -> dict[str, Any]:
    numbers = {"strength": event.strength, "energy": event.energy, "use": event.use}
    return {"text": event.story, **numbers}


def items_in(people: dict[str, Person], team: str | None, today: date) -> list[shared.SharedItem]:
    """What members opened to a team or wider; without a team, what anybody opened to all."""
    found = [
        _item(owner, item, content, opened)
        for owner in people.values()
        if owner.shares and (team is None or owner.is_in(team))
        for item, content in owner.items().items()
        if (opened := owner.opened(item, team, today))
    ]
    return sorted(found, key=lambda it: (plain_name(it.owner_name), it.sharing))


def _item(owner: Person, item: str, content: dict[str, Any], opened: list[Opened]) -> shared.SharedItem:
    with_energy = any(it.with_energy for _, it in opened)
    return shared.SharedItem(
        sharing=min(it.sharing for _, it in opened),
        item=item,
        owner=owner.person,
        owner_name=owner.name or "",
        until=max(it.until for _, it in opened),
        **(content if with_energy else content | {"energy": None, "use": None}),
    )


def talents_in(people: dict[str, Person], team: str, today: date) -> list[shared.TeamTalent]:
    found = []
    for item in items_in(people, team, today):
        if item.kind is ItemKind.TALENT:
            owner = people[item.owner]
            opened = [at for at, _ in owner.opened(item.item, team, today)]
            seen = _changes_seen(owner.readings(item.item), with_energy=item.energy is not None)
            said_at = max(*opened, *seen)
            made = {name: getattr(item, name) for name in item.__struct_fields__}
            found.append(shared.TeamTalent(since=min(opened), said_at=said_at, **made))
    return sorted(found, key=lambda it: (plain_name(it.owner_name), it.owner, it.sharing))


def _changes_seen(
    readings: Sequence[tuple[datetime, TalentClaimed | TalentRevised]], *, with_energy: bool
) -> Iterator[datetime]:
    """The moments at which something changed that a viewer sees."""
    before: tuple[Any, ...] | None = None
    energy_before: tuple[Any, ...] | None = None
    for at, it in readings:
        now, energy = (it.strength, it.story), (it.energy, it.use)
        if now != before or (with_energy and energy != energy_before):
            yield at
        before, energy_before = now, energy


def offers_in(people: dict[str, Person], team: str) -> list[shared.OfferedGoal]:
    found = []
    for owner in people.values():
        at, offer = owner.offer() or (None, None)
        if at is None or offer is None or offer.team != team or owner.left_since(at, team):
            continue
        if owner.shares and owner.is_in(team):
            found.append(
                shared.OfferedGoal(
                    goal=offer.goal,
                    owner=owner.person,
                    owner_name=owner.name or "",
                    wording=offer.wording,
                    offered_at=at,
                )
            )
    return sorted(found, key=lambda it: it.offered_at, reverse=True)


def found_people(
    people: dict[str, Person], today: date, terms: Sequence[str] | None = None
) -> list[tuple[str, str, list[str]]]:
    """Who opened something to all: name, id, and the items; of some terms, or all."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in items_in(people, None, today):
        if terms is None or item.term in terms:
            found.setdefault((item.owner_name, item.owner), []).append(item.item)
    return [
        (name, person, sorted(items))
        for (name, person), items in sorted(found.items(), key=lambda it: (plain_name(it[0][0]), it[0][1]))
    ]
