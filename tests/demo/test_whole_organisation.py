"""Every view of the whole demo organisation equals a naive fold of its journal, and comes back equal."""

from typing import Any

import psycopg
import pytest

from projections.view import View
from projections.views import directory, organisation, profile, shared, timeline
from rules.names import name_words
from tests.demo import dictionaries, expected
from tests.demo.organisation import VIEWS, Organisation
from tests.projections.views.expected_portfolio import expected_portfolio
from tests.projections.views.given import read
from tests.projections.witness import ask

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]

ALL = 10_000
PARTS = 4
UNMADE = {"quality", "checkpoints"}
"""No closer runs here, so no answer was counted; and nothing signs."""


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: str(view.name))
def test_a_view_has_the_rows_that_its_facts_make_one_by_one(whole: Organisation, view: View) -> None:
    expected = dictionaries.folded(view, whole.facts)
    found = dictionaries.served(whole.url, view)
    assert any(expected.values()) or view.name in UNMADE
    for table in view.tables:
        rows = dictionaries.in_order(table, found[table.name])
        assert rows == dictionaries.in_order(table, expected[table.name]), table.name
    assert ask(whole.url, "SELECT * FROM views.parked") == []


def test_every_portfolio_is_what_its_facts_mean_at_any_moment(whole: Organisation) -> None:
    lives = whole.facts_of("portfolio")

    async def found(connection: psycopg.AsyncConnection) -> None:
        for place, (person, facts) in enumerate(lives.items()):
            # Of each life another part of its moments: of all lives together, every part.
            moments = sorted({fact.recorded.at for fact in facts})[place % PARTS :: PARTS]
            for moment in (None, *moments):
                then = await profile.portfolio_of(connection, person, moment)
                assert then == expected_portfolio(person, facts, moment)

    read(whole.url, found)


def test_everyone_sees_what_was_opened_to_them_and_nothing_else(whole: Organisation) -> None:
    portfolios = {
        person: portfolio
        for person, facts in whole.facts_of("portfolio").items()
        if (portfolio := expected_portfolio(person, facts, None)) is not None
    }
    employed = expected.names(whole.facts_of("employment"))

    async def opened(connection: psycopg.AsyncConnection) -> dict[str, list[shared.SharedItem]]:
        return {
            viewer: (await shared.shared_with(connection, viewer, today=whole.today, limit=ALL)).rows
            for viewer in employed
        }

    found = read(whole.url, opened)
    assert found == {
        viewer: expected.shared_with(viewer, portfolios, employed, whole.today) for viewer in employed
    }
    assert sum(map(len, found.values())) > len(employed)


def test_every_fact_of_a_portfolio_is_one_line_of_its_timeline(whole: Organisation) -> None:
    lives = whole.facts_of("portfolio")

    async def lines(connection: psycopg.AsyncConnection) -> dict[str, list[timeline.Entry]]:
        return {
            person: await timeline.entries(connection, person, oldest_first=True, limit=ALL)
            for person in lives
        }

    for person, entries in read(whole.url, lines).items():
        facts = [(fact.ordinal, fact.recorded) for fact in lives[person]]
        assert [(entry.ordinal, entry.version, entry.at, entry.fact) for entry in entries] == [
            (ordinal, it.version, it.at, type(it.event).__name__) for ordinal, it in facts
        ]
        assert [entry.version for entry in entries] == list(range(1, len(facts) + 1))
        assert all(entry.nl and entry.en and entry.nl != entry.en for entry in entries)


def test_everyone_is_found_by_each_word_of_their_name_and_in_their_team(whole: Organisation) -> None:
    employed = expected.names(whole.facts_of("employment"))
    teams = expected.teams(whole.facts_of("employment"))

    async def found(connection: psycopg.AsyncConnection) -> None:
        assert {it.person: it.display_name for it in await directory.employed(connection)} == employed
        for person, name in employed.items():
            for word in name_words(name):
                hits = await directory.colleagues(connection, word, limit=ALL)
                assert person in {it.person for it in hits}
            assert {it.team for it in await profile.teams_of(connection, person)} == teams[person]
        for team in await organisation.teams(connection):
            members = {it.person for it in await profile.members_of(connection, team.team)}
            assert members == {person for person, of in teams.items() if team.team in of}

    read(whole.url, found)


def test_every_view_comes_back_equal_after_its_tables_were_dropped(whole: Organisation) -> None:
    before = whole.view_rows()
    with psycopg.connect(whole.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA views CASCADE")
    with whole.at_work():
        pass
    assert whole.view_rows() == before


def test_the_journal_and_every_view_come_back_equal_from_the_log_alone(whole: Organisation) -> None:
    before: dict[str, Any] = whole.journal_rows() | whole.view_rows()
    with psycopg.connect(whole.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA views CASCADE")
        whole.house.log.tables.drop(connection)
    with whole.at_work():
        pass
    assert whole.journal_rows() | whole.view_rows() == before
