"""Pages of what is shared: together they are the whole list, and each reads no more of it than it shows."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from random import Random
from typing import Any

import msgspec
import psycopg
import pytest

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentSetAside
from events.catalog.registry import Event
from projections.changes import Changes
from projections.parking import park
from projections.positions import prepare_view
from projections.view import Fact
from projections.views import shared
from projections.views.shared.tables import OPEN
from rules.kinds import Audience, ItemKind, Language
from rules.names import plain_name
from tests.projections.views.given import facts, read
from tests.projections.views.shared import plain

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]

TODAY = date(2026, 11, 24)
PEOPLE = tuple(f"{number:032x}" for number in range(40))
TEAMS = ("7" * 32, "8" * 32)
TERMS = ("e" * 32, "f" * 32)
NAMES = ("Ann", "Émile", "zus", "Bo", "Bo de Wit")
EVENTS = 1_200
PAGE = 7
OPENINGS = 400
ROWS_READ_MAX = 80
"""Rows of `OPEN` that a page may read of 800: where names may be equal, PostgreSQL sorts 32 rows at least."""


def history(random: Random) -> Iterator[tuple[str, Event]]:
    """People who each have three talents, and then anything: most of it sharing, some of it leaving."""
    for person in PEOPLE:
        yield f"employment-{person}", registered(random)
        yield f"employment-{person}", TeamJoined(team=random.choice(TEAMS), on=TODAY)
        yield f"portfolio-{person}", PortfolioOpened(language=Language.NL)
        for place in range(3):
            yield f"portfolio-{person}", claimed(random, person, place)
    for number in range(EVENTS):
        person = random.choice(PEOPLE)
        if random.random() < 0.03:
            left, joined = (kind(team=random.choice(TEAMS), on=TODAY) for kind in (TeamLeft, TeamJoined))
            choices = (registered(random), EmploymentEnded(on=TODAY), left, joined)
            yield f"employment-{person}", random.choice(choices)
        else:
            yield f"portfolio-{person}", in_a_portfolio(random, person, number)


def in_a_portfolio(random: Random, person: str, number: int) -> Event:
    ended = ItemSharingEnded(sharing=sharing_of(person, random.randrange(EVENTS)), reason="owner")
    talent = claimed(random, person, random.randrange(3))
    rare = (TalentSetAside(talent=talent.talent), PortfolioClosed(), PortfolioOpened(language=Language.NL))
    audiences: tuple[Audience, ...] = ("people", "people", "team", "organisation")
    audience = random.choice(audiences)
    shared = ItemShared(
        sharing=sharing_of(person, number),
        item=talent.talent,
        kind=ItemKind.TALENT,
        audience=audience,
        until=TODAY + timedelta(days=random.choice((-1, 0, 9, 9))),
        people=tuple(random.sample(PEOPLE[:4], 2)) if audience == "people" else (),
        team=random.choice(TEAMS) if audience == "team" else None,
        with_energy=random.choice((True, False)),
    )
    return random.choices((shared, ended, talent, random.choice(rare)), weights=(20, 3, 1, 1))[0]


def sharing_of(person: str, number: int) -> str:
    """Return an id that has no order of people or of time, as real ones have none."""
    return f"{Random(f'{person} {number}').getrandbits(128):032x}"  # noqa: S311 - to be the same each time


def registered(random: Random) -> ProfessionalRegistered:
    return ProfessionalRegistered(name=random.choice(NAMES), email="p@mee.example")


def claimed(random: Random, person: str, place: int) -> TalentClaimed:
    words: dict[str, Any] = {"name": random.choice(NAMES), "name_en": "Calm", "term": random.choice(TERMS)}
    numbers: dict[str, Any] = {
        "strength": random.randint(1, 5),
        "energy": random.randint(-2, 2),
        "use": random.randint(0, 3),
    }
    return TalentClaimed(talent=f"{place}{person[1:]}", **words, **numbers)


def folded(database: str, happened: Sequence[Fact]) -> psycopg.Connection:
    connection = psycopg.connect(database, autocommit=True)
    prepare_view(connection, shared.VIEW, partitions=1, generation="g")
    changes = Changes(shared.VIEW.tables, 0)
    for number, fact in enumerate(happened, start=1):
        changes.about(fact.subject)
        shared.VIEW.fold(fact, changes)
        if number % 100 == 0 or number == len(happened):
            changes.write(connection, "views")
            changes = Changes(shared.VIEW.tables, 0)
    return connection


def test_all_pages_together_are_the_plain_answer(database: str) -> None:
    random = Random(14)  # noqa: S311 - to be the same each time
    happened = facts(*history(random))
    seen = 0
    with folded(database, happened) as connection:
        park(connection, shared.VIEW, 0, {PEOPLE[9]: (1, "could not be digested")})
        plain.remember_viewers(connection, happened)
        for viewer in PEOPLE[:4]:
            expected = plain.shared_with(connection, viewer, TODAY)
            assert as_rows(read(database, shared_pages, viewer)) == by_name(expected)
            seen += len(expected)
        for team in TEAMS:
            for viewer in PEOPLE[:3]:
                expected = plain.items_in(connection, team, viewer, TODAY)
                assert as_rows(read(database, team_pages, team, viewer)) == by_name(expected)
                seen += len(expected)
        for term in (None, *TERMS):
            expected = plain.open_to_all(connection, term, TODAY)
            assert read(database, found_pages, term) == by_person(expected)
            seen += len(expected)
    assert seen > 20 * PAGE, "lists in which nobody sees anything would prove nothing"


def as_rows(items: Sequence[shared.SharedItem]) -> list[dict[str, Any]]:
    return [msgspec.structs.asdict(item) for item in items]


def by_name(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "kind": ItemKind(row["kind"])} for row in rows]


def by_person(rows: Sequence[dict[str, Any]]) -> list[tuple[str, str, list[str]]]:
    ordered = sorted(rows, key=lambda row: (plain_name(row["owner_name"]), row["owner"]))
    groups = groupby(ordered, key=lambda row: (row["owner_name"], row["owner"]))
    return [(*person, sorted(row["item"] for row in of)) for person, of in groups]


async def shared_pages(connection: psycopg.AsyncConnection, viewer: str) -> list[shared.SharedItem]:
    async def page(after: tuple[str, str] | None) -> list[shared.SharedItem]:
        return (await shared.shared_with(connection, viewer, today=TODAY, after=after, limit=PAGE)).rows

    return await all_of(page)


async def team_pages(connection: psycopg.AsyncConnection, team: str, viewer: str) -> list[shared.SharedItem]:
    async def page(after: tuple[str, str] | None) -> list[shared.SharedItem]:
        return await shared.items_in(connection, team, viewer, today=TODAY, after=after, limit=PAGE)

    return await all_of(page)


async def all_of(
    page: Callable[[tuple[str, str] | None], Awaitable[list[shared.SharedItem]]],
) -> list[shared.SharedItem]:
    found: list[shared.SharedItem] = []
    while items := await page((found[-1].owner_name, found[-1].sharing) if found else None):
        found += items
    return found


async def found_pages(
    connection: psycopg.AsyncConnection, term: str | None
) -> list[tuple[str, str, list[str]]]:
    found: list[shared.FoundPerson] = []
    of: dict[str, Any] = {"today": TODAY, "terms": [term] if term else None, "limit": PAGE}
    while True:
        after = (found[-1].name, found[-1].person) if found else None
        people = await shared.people_open_to_all(connection, after=after, **of)
        if not people:
            return [(it.name, it.person, sorted(one.item for one in it.items)) for it in found]
        found += people


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
def test_a_page_reads_a_bounded_part_of_the_list(database: str, plans: str) -> None:
    viewer = PEOPLE[0]
    with folded(database, facts(*many_openings(viewer))) as connection:
        connection.execute("VACUUM ANALYZE")

    async def rows_read(connection: psycopg.AsyncConnection) -> list[int]:
        await connection.execute(f"SET plan_cache_mode = {plans}")
        counted = [await rows_of_open(connection)]
        for after in (None, ("P5", "")):
            of: dict[str, Any] = {"today": TODAY, "after": after, "limit": PAGE}
            assert len((await shared.shared_with(connection, viewer, **of)).rows) == PAGE
            counted.append(await rows_of_open(connection))
            for terms in (None, TERMS[:1]):
                assert len(await shared.people_open_to_all(connection, terms=terms, **of)) == PAGE
                counted.append(await rows_of_open(connection))
        return [later - before for before, later in pairwise(counted)]

    assert max(read(database, rows_read)) <= ROWS_READ_MAX


def many_openings(viewer: str) -> Iterator[tuple[str, Event]]:
    """Many people who each opened a talent to the viewer, and to all."""
    random = Random(1)  # noqa: S311 - to be the same each time
    yield f"employment-{viewer}", ProfessionalRegistered(name="Zus", email="p@mee.example")
    for number in range(1, OPENINGS):
        owner = f"{number:032x}"
        talent = claimed(random, owner, 0)
        opened: dict[str, Any] = {"item": talent.talent, "kind": ItemKind.TALENT, "until": TODAY}
        by_name = ItemShared(sharing=sharing_of(owner, 1), audience="people", people=(viewer,), **opened)
        to_all = ItemShared(sharing=sharing_of(owner, 2), audience="organisation", **opened)
        yield f"employment-{owner}", ProfessionalRegistered(name=f"P{number}", email="p@mee.example")
        for event in (PortfolioOpened(language=Language.NL), talent, by_name, to_all):
            yield f"portfolio-{owner}", event


async def rows_of_open(connection: psycopg.AsyncConnection) -> int:
    """Return how many rows of `OPEN` this connection has read so far, by any way."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    cursor = await connection.execute(
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables"
        " WHERE schemaname = 'views' AND relname = %s",
        (OPEN.name,),
    )
    ((rows,),) = await cursor.fetchall()
    return int(rows)
