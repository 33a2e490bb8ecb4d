"""Histories in which people join, share with teams and with all, leave and are forgotten."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

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
from rules.kinds import EnergySourceKind, HoursBand, ItemKind, Language
from tests.projections.views.given import facts

TODAY = date(2026, 11, 24)
PEOPLE = tuple(letter * 32 for letter in "abcd")
TEAMS = ("7" * 32, "8" * 32)
TALENTS = TALENT, OTHER = ("1" * 32, "2" * 32)
SOURCE, GOAL = "3" * 32, "4" * 32
ITEMS = (*TALENTS, SOURCE, GOAL)
KINDS = dict(zip(ITEMS, ("talent", "talent", "energy_source", "goal"), strict=True))
TERMS = ("e" * 32, "f" * 32)
NAMES = ("Ann", "Émile", "zus", "Bo")
EVENTS = 40


def history_of(seed: int) -> list[Fact]:
    """Four people, all in the first team, each with two talents, a source and a goal; and then anything."""
    random = Random(seed)  # noqa: S311 - to be the same each time
    happened: list[tuple[str, Event]] = []
    for person in PEOPLE:
        started = (_registered(random), TeamJoined(team=TEAMS[0], on=TODAY))
        happened += [(f"employment-{person}", event) for event in started]
        opened = (PortfolioOpened(language=Language.NL), *_items(random))
        happened += [(f"portfolio-{person}", event) for event in opened]
    for number in range(EVENTS):
        person = random.choice(PEOPLE)
        if random.random() < 0.25:
            happened += [(f"employment-{person}", event) for event in _employment(random)]
        else:
            happened.append((f"portfolio-{person}", _portfolio(random, number)))
    return facts(*happened)


def interleaved(history: Sequence[Fact], random: Random) -> list[Fact]:
    """The same facts with each person on a partition of their own, in an order that each partition keeps."""
    queues = {person: [fact for fact in history if fact.subject == person] for person in PEOPLE}
    order: list[Fact] = []
    while any(queues.values()):
        order.append(queues[random.choice([person for person, queue in queues.items() if queue])].pop(0))
    return order


def _items(random: Random) -> tuple[Event, ...]:
    return _claimed(random, TALENT), _claimed(random, OTHER), _noted(), GoalSet(goal=GOAL, text="Rust")


def _employment(random: Random) -> tuple[Event, ...]:
    team = random.choice(TEAMS)
    joined, left = TeamJoined(team=team, on=TODAY), TeamLeft(team=team, on=TODAY)
    ended, back = EmploymentEnded(on=TODAY), _registered(random)
    choices: tuple[tuple[Event, ...], ...] = (
        (joined,),
        (left,),
        (left, joined),
        (back,),
        (ended,),
        (ended, back),
    )
    return random.choices(choices, weights=(6, 1, 2, 1, 1, 2))[0]


def _portfolio(random: Random, number: int) -> Event:
    talent = random.choice(TALENTS)
    rare = (
        TalentSetAside(talent=talent),
        EnergySourceRemoved(source=SOURCE),
        random.choice((GoalReached(goal=GOAL), GoalLetGo(goal=GOAL))),
        PortfolioClosed(),
        Forgotten(),
        *_items(random),
        PortfolioOpened(language=Language.NL),
    )
    revised = TalentRevised(talent=talent, story=random.choice((None, "Zorg")), **_numbers(random))
    ended = ItemSharingEnded(sharing=f"{random.randrange(EVENTS):032x}", reason="owner")
    offered = GoalOfferedToTeam(goal=GOAL, team=random.choice(TEAMS), wording=random.choice(NAMES))
    back = GoalOfferTakenBack(goal=GOAL, reason="owner")
    choices = (_shared(random, number), ended, revised, offered, back, random.choice(rare))
    return random.choices(choices, weights=(12, 2, 5, 3, 1, 2))[0]


def _shared(random: Random, number: int) -> ItemShared:
    item = random.choice(ITEMS)
    audience = random.choice(("people", "team", "team", "team", "organisation", "organisation"))
    return ItemShared(
        sharing=f"{number:032x}",
        item=item,
        kind=ItemKind(KINDS[item]),
        audience=audience,  # type: ignore[arg-type]
        until=TODAY + timedelta(days=random.choice((-1, 0, 9))),
        people=(random.choice(PEOPLE),) if audience == "people" else (),
        team=random.choice((*TEAMS, TEAMS[0])) if audience == "team" else None,
        with_energy=random.choice((True, False)),
    )


def _numbers(random: Random) -> dict[str, Any]:
    return {"strength": random.randint(2, 4), "energy": random.randint(-1, 1), "use": random.randint(1, 2)}


def _registered(random: Random) -> ProfessionalRegistered:
    return ProfessionalRegistered(name=random.choice(NAMES), email="p@mee.example")


def _claimed(random: Random, talent: str) -> TalentClaimed:
    by_term: dict[str, Any] = (
        {"term": random.choice(TERMS), "name_en": "Calm"} if random.random() < 0.5 else {}
    )
    return TalentClaimed(
        talent=talent, name=random.choice(NAMES), story="Zorg", **by_term, **_numbers(random)
    )


def _noted() -> EnergySourceNoted:
    return EnergySourceNoted(
        source=SOURCE, kind=EnergySourceKind.DRAINER, activity="Bellen", hours_per_week=HoursBand.UP_TO_2
    )
