"""Whatever happened, in whatever order the partitions are folded: members see what a naive reading says."""

from collections.abc import Sequence
from random import Random
from typing import Any

import psycopg
import pytest

from projections.changes import Changes
from projections.parking import park
from projections.positions import drop_view, prepare_view
from projections.view import Fact
from projections.views import shared
from tests.projections.views.given import read
from tests.projections.views.shared import naive
from tests.projections.views.shared.histories import PEOPLE, TEAMS, TERMS, TODAY, history_of, interleaved
from tests.projections.views.shared.naive import Person

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
HISTORIES = 60


def folded(database: str, order: Sequence[Fact], parked: Sequence[str], random: Random) -> None:
    """Fold in batches of any size, each person on the partition that their place in PEOPLE names."""
    with psycopg.connect(database, autocommit=True) as connection:
        prepare_view(connection, shared.VIEW, partitions=len(PEOPLE), generation="g")
        drop_view(connection, shared.VIEW)
        prepare_view(connection, shared.VIEW, partitions=len(PEOPLE), generation="g")
        connection.execute("DELETE FROM views.parked")
        facts = list(order)
        while facts:
            batch = [facts.pop(0) for _ in range(min(len(facts), random.randint(1, 9)))]
            for number, person in enumerate(PEOPLE):
                changes = Changes(shared.VIEW.tables, number)
                for fact in batch:
                    if fact.subject == person:
                        changes.about(person)
                        shared.VIEW.fold(fact, changes)
                changes.write(connection, "views")
        for person in parked:
            park(connection, shared.VIEW, PEOPLE.index(person), {person: (1, "could not be digested")})


def test_rules_11_and_12_members_see_what_a_naive_reading_of_the_journal_says(database: str) -> None:
    seen = [0, 0, 0]
    for seed in range(HISTORIES):
        random = Random(seed)  # noqa: S311 - to be the same each time
        history = history_of(seed)
        parked = [person for person in PEOPLE if random.random() < 0.1]
        folded(database, interleaved(history, random), parked, random)
        people = naive.people_of(history)
        shown = read(database, shown_to_all)
        assert shown == expected(people, parked), f"seed {seed}"
        seen = [before + sum(map(len, lists)) for before, lists in zip(seen, shown[:3], strict=True)]
    assert min(seen) > HISTORIES, "histories in which nobody sees anything would prove nothing"


def expected(people: dict[str, Person], parked: Sequence[str]) -> tuple[list[list[Any]], ...]:
    sharing = {person: who for person, who in people.items() if person not in parked}
    inside = [(team, people[viewer].is_in(team)) for team in TEAMS for viewer in PEOPLE]
    return (
        [naive.talents_in(sharing, team, TODAY) if member else [] for team, member in inside],
        [naive.items_in(sharing, team, TODAY) if member else [] for team, member in inside],
        [naive.offers_in(sharing, team) if member else [] for team, member in inside],
        [naive.found_people(sharing, TODAY, terms) for terms in (None, TERMS[:1])],
    )


async def shown_to_all(connection: psycopg.AsyncConnection) -> tuple[list[list[Any]], ...]:
    pairs = [(team, viewer) for team in TEAMS for viewer in PEOPLE]
    return (
        [await shared.talents_in(connection, team, viewer, today=TODAY) for team, viewer in pairs],
        [await by_pages(connection, team, viewer) for team, viewer in pairs],
        [await shared.offers_in(connection, team, viewer) for team, viewer in pairs],
        [await found_by_pages(connection, terms) for terms in (None, TERMS[:1])],
    )


async def by_pages(connection: psycopg.AsyncConnection, team: str, viewer: str) -> list[shared.SharedItem]:
    found: list[shared.SharedItem] = []
    while True:
        after = (found[-1].owner_name, found[-1].sharing) if found else None
        page = await shared.items_in(connection, team, viewer, today=TODAY, after=after, limit=2)
        found += page
        if not page:
            return found


async def found_by_pages(
    connection: psycopg.AsyncConnection, terms: Sequence[str] | None
) -> list[tuple[str, str, list[str]]]:
    found: list[shared.FoundPerson] = []
    while True:
        after = (found[-1].name, found[-1].person) if found else None
        page = await shared.people_open_to_all(connection, today=TODAY, terms=terms, after=after, limit=1)
        found += page
        if not page:
            return [(it.name, it.person, sorted(one.item for one in it.items)) for it in found]
