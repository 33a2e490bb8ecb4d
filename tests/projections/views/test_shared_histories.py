"""Whatever happened in whatever order: what is shared equals a history read from its first event."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered
from events.catalog.portfolio.goals import GoalLetGo, GoalSet, GoalSharpened
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.codec import Forgotten
from projections.views import shared
from rules.kinds import ItemKind, Language
from rules.names import plain_name
from tests.projections.views.given import facts, folded, read

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]

HISTORIES = 30
EVENTS = 30
TODAY = date(2026, 11, 24)
PEOPLE = ("a" * 32, "b" * 32, "c" * 32)
TALENT, GOAL = ITEMS = ("1" * 32, "2" * 32)
NAMES = ("Ann", "Émile", "zus")
History = list[tuple[str, Event]]
Row = tuple[Any, ...]


def history_of(seed: int) -> History:
    """Three people who work here, have a talent and a goal, and then anything, most of it sharing."""
    random = Random(seed)  # noqa: S311 - to be the same each time
    happened: History = []
    for person in PEOPLE:
        happened.append((f"employment-{person}", _registered(random)))
        for event in (PortfolioOpened(language=Language.NL), _claimed(random), _set(random)):
            happened.append((f"portfolio-{person}", event))
    for number in range(EVENTS):
        person = random.choice(PEOPLE)
        if random.random() < 0.1:
            left = EmploymentEnded(on=TODAY)
            happened.append((f"employment-{person}", random.choice((left, _registered(random)))))
        else:
            happened.append((f"portfolio-{person}", _in_a_portfolio(random, number)))
    return happened


def _in_a_portfolio(random: Random, number: int) -> Event:
    revised = TalentRevised(talent=TALENT, story=random.choice((None, "Rust")), **_numbers(random))
    ended = ItemSharingEnded(sharing=f"{random.randrange(EVENTS):032x}", reason="owner")
    rare = (TalentSetAside(talent=TALENT), GoalLetGo(goal=GOAL), PortfolioClosed(), Forgotten())
    return random.choices(
        (
            _shared(random, number),
            ended,
            revised,
            GoalSharpened(goal=GOAL, text=random.choice(NAMES)),
            _claimed(random),
            _set(random),
            random.choice(rare),
        ),
        weights=(8, 4, 2, 2, 1, 1, 1),
    )[0]


def _shared(random: Random, number: int) -> ItemShared:
    return ItemShared(
        sharing=f"{number:032x}",
        item=random.choice(ITEMS),
        kind=ItemKind.TALENT,
        audience=random.choice(("people", "people", "people", "team")),
        until=TODAY + timedelta(days=random.choice((-1, 0, 0, 9))),
        people=tuple(random.sample(PEOPLE, random.choice((1, 2)))),
        with_energy=random.choice((True, False)),
    )


def _numbers(random: Random) -> dict[str, Any]:
    return {"strength": random.randint(1, 5), "energy": random.randint(-2, 2), "use": random.randint(0, 3)}


def _registered(random: Random) -> ProfessionalRegistered:
    return ProfessionalRegistered(name=random.choice(NAMES), email="p@mee.example")


def _claimed(random: Random) -> TalentClaimed:
    by_term: dict[str, Any] = {"term": "c" * 32, "name_en": "Calm"} if random.random() < 0.3 else {}
    name = random.choice(NAMES)
    return TalentClaimed(talent=TALENT, name=name, story="Zorg", **by_term, **_numbers(random))


def _set(random: Random) -> GoalSet:
    return GoalSet(goal=GOAL, text=random.choice(NAMES))


def remembered(person: str, history: History) -> list[Event]:
    """A person's events after the last that was forgotten."""
    own = [event for stream, event in history if stream.partition("-")[2] == person]
    forgotten = [index for index, event in enumerate(own) if isinstance(event, Forgotten)]
    return own[forgotten[-1] + 1 :] if forgotten else own


def name_of(own: Sequence[Event]) -> str | None:
    """The name of who works here."""
    found = [event for event in own if isinstance(event, ProfessionalRegistered | EmploymentEnded)]
    return found[-1].name if found and isinstance(found[-1], ProfessionalRegistered) else None


def is_open(own: Sequence[Event]) -> bool:
    found = [event for event in own if isinstance(event, PortfolioOpened | PortfolioClosed)]
    return bool(found) and isinstance(found[-1], PortfolioOpened)


def items_of(own: Sequence[Event]) -> dict[str, list[Any]]:
    """Titles with the term, text, strength, energy and use of what a portfolio holds."""
    items: dict[str, list[Any]] = {}
    for event in own:
        match event:
            case TalentClaimed():
                titles = (event.name, event.name_en, event.term)
                items[TALENT] = [titles, event.story, event.strength, event.energy, event.use]
            case GoalSet():
                items[GOAL] = [(None, None, None), event.text, None, None, None]
            case TalentRevised() if TALENT in items:
                items[TALENT][1:] = [event.story, event.strength, event.energy, event.use]
            case GoalSharpened() if GOAL in items:
                items[GOAL][1] = event.text
            case TalentSetAside(talent=gone) | GoalLetGo(goal=gone):
                items.pop(gone, None)
            case _:
                pass
    return items


def opened_to(viewer: str, own: Sequence[Event], item: str) -> list[ItemShared]:
    ended: dict[str, int] = {}
    for index, event in enumerate(own):
        if isinstance(event, ItemSharingEnded):
            ended[event.sharing] = index
    return [
        event
        for index, event in enumerate(own)
        if isinstance(event, ItemShared)
        and (event.item, event.audience) == (item, "people")
        and viewer in event.people
        and event.until >= TODAY
        and ended.get(event.sharing, -1) < index
    ]


def left_since(event: Event, history: History, *people: str) -> bool:
    """Whether one of these people left after an event, in what is remembered of them."""
    opened = next(index for index, (_, other) in enumerate(history) if other is event)
    kept = [own for person in people for own in remembered(person, history)]
    return any(
        isinstance(later, EmploymentEnded) and any(later is own for own in kept)
        for _, later in history[opened + 1 :]
    )


def expected(viewer: str, history: History) -> list[Row]:
    """What a viewer may see, computed the slow way."""
    rows: list[Row] = []
    for owner in PEOPLE:
        own = remembered(owner, history)
        name = name_of(own)
        if name is None or not is_open(own) or name_of(remembered(viewer, history)) is None:
            continue
        for item, (titles, text, strength, energy, use) in items_of(own).items():
            opened = opened_to(viewer, own, item)
            if open_now := [event for event in opened if not left_since(event, history, owner, viewer)]:
                numbers = (energy, use) if any(event.with_energy for event in open_now) else (None, None)
                place = (plain_name(name), min(event.sharing for event in open_now))
                until = max(event.until for event in open_now)
                rows.append((*place, owner, item, name, *titles, text, strength, *numbers, until))
    return sorted(rows, key=lambda row: row[:2])


def shown(database: str, viewer: str) -> list[Row]:
    async def by_pages(connection: psycopg.AsyncConnection) -> list[shared.SharedItem]:
        found: list[shared.SharedItem] = []
        while True:
            after = (found[-1].owner_name, found[-1].sharing) if found else None
            page = (await shared.shared_with(connection, viewer, today=TODAY, after=after, limit=1)).rows
            found += page
            if not page:
                return found

    return [
        (
            *(plain_name(it.owner_name), it.sharing, it.owner, it.item, it.owner_name),
            *(it.title, it.title_en, it.term, it.text, it.strength, it.energy, it.use, it.until),
        )
        for it in read(database, by_pages)
    ]


def test_what_is_shared_equals_a_naive_reading_of_any_history(database: str) -> None:
    items = 0
    for seed in range(HISTORIES):
        history = history_of(seed)
        folded(database, shared.VIEW, facts(*history))
        for viewer in PEOPLE:
            seen = shown(database, viewer)
            assert seen == expected(viewer, history), f"seed {seed}"
            items += len(seen)
    assert items > HISTORIES, "histories in which nobody sees anything would prove nothing"
