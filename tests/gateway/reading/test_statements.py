"""How many statements a read costs: each is a round trip, and these cost most."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.sharing import ItemShared
from gateway.http.endpoint import GraphQLEndpoint
from rules.kinds import ItemKind, Language
from tests.gateway.api.team.members import CALM, TEAM, has, offered_work, said, shares, team_of_two
from tests.gateway.both_ways import asked_once
from tests.gateway.harness import SCHEMA, reading_from
from tests.gateway.world import COLLEAGUE, OWNER, TODAY, TOMORROW, World, claimed

pytestmark = pytest.mark.postgres


def statements(world: World, document: str, *, name: str = "owner") -> int:
    """Run a query, which must succeed, and return how many statements reached the database."""
    counted = 0

    class Counting(psycopg.AsyncCursor[Any]):
        async def execute(self, *args: Any, **kwargs: Any) -> Any:
            nonlocal counted
            counted += 1
            return await super().execute(*args, **kwargs)

    @asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        async with await psycopg.AsyncConnection.connect(
            world.url, autocommit=True, cursor_factory=Counting
        ) as connection:
            yield connection

    world.gateway = replace(world.gateway, **reading_from(connect))
    world.endpoint = GraphQLEndpoint(SCHEMA, world.gateway, with_page=True)
    with asked_once():
        answer = asyncio.run(world.ask(document, name=name))
    assert "errors" not in answer, answer
    return counted


def test_finding_the_caller_is_one_statement(world: World) -> None:
    world.opened()
    assert statements(world, "{ me { id displayName } }") == 1
    assert statements(world, "{ viewer { displayName roles } }") == 1


def test_a_portfolio_is_its_document_and_the_caller(world: World) -> None:
    world.happened(world.opened(), claimed())
    assert statements(world, "{ me { portfolio { talents { name { nl } } } } }") == 2


def team_of(world: World, people: int, talents: int) -> None:
    """A team of so many people, who each share so many talents with it."""
    team_of_two(world)
    for number in range(people - 2):
        person = f"{number + 16:032x}"
        registered = ProfessionalRegistered(name=f"Collega {number}", email="post@mee.example")
        world.happened(f"employment-{person}", registered, TeamJoined(team=TEAM, on=TODAY))
        said(world, person, PortfolioOpened(language=Language.NL))
        for talent in range(talents):
            name = f"{talent:x}"
            said(world, person, has(person, name, term=CALM, name=f"Talent {name}"), shares(person, name))


@pytest.mark.parametrize(("people", "talents"), [(3, 1), (30, 10)])
def test_a_talent_map_takes_as_many_statements_for_thirty_people_as_for_three(
    world: World, people: int, talents: int
) -> None:
    team_of(world, people, talents)
    rows = "name { nl } term { cluster { name { nl } } } cells { holderId strength energy story }"
    energies = "energyOpposites { term { label { nl } } givesTo { displayName } }"
    document = (
        f'{{ team(id: "Team:{TEAM}") {{ talentMap {{ holders {{ id }} rows {{ {rows} }} {energies} }} }} }}'
    )
    # the caller; how old the views are, and the team; what is shared, its words and the other words; the
    # lines in the read log
    assert statements(world, document) == 1 + 1 + 3 + 5 + 2
    ((lines,),) = world.run("SELECT count(*) FROM read_log.disclosures")
    assert lines == (people - 2) * talents


def test_the_energies_of_many_offers_are_read_and_recorded_once(world: World) -> None:
    team_of(world, people=3, talents=1)
    document = f'{{ team(id: "Team:{TEAM}") {{ workOffers {{ energies {{ term {{ id }} }} }} }} }}'
    counted = []
    for number in range(3):
        offered_work(world, f"{number + 16:032x}", CALM)
        counted.append(statements(world, document))
    assert len(set(counted)) == 1, counted


def test_a_page_of_what_others_opened_is_read_in_one_statement_and_recorded_in_two(world: World) -> None:
    opened = ItemShared(
        sharing="2" * 32,
        item="1" * 32,
        kind=ItemKind.TALENT,
        audience="people",
        people=(COLLEAGUE,),
        with_energy=False,
        until=TOMORROW,
    )
    world.happened(world.opened(), claimed(), opened)
    document = "{ me { sharedWithMe { edges { node { owner { id } } } } } }"
    assert statements(world, document, name="colleague") == 4
    ((owner,),) = world.run("SELECT owner FROM read_log.disclosures")
    assert owner == OWNER
