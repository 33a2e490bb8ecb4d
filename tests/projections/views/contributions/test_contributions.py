"""The basis at any cut-off is what a plain reading of the whole journal makes of it (rules 14 to 18)."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import psycopg
import pytest

from events.catalog.portfolio.talents import TalentClaimed
from projections.changes import Changes
from projections.parking import park
from projections.positions import drop_view, prepare_view
from projections.rebuild.differences import Content, contents
from projections.table import SCHEMA
from projections.view import Fact
from projections.views import contributions
from projections.views.contributions import BasisNotReadyError, CutOff, basis_at, read_bases
from projections.views.contributions.tables import FORGOTTEN
from tests.projections.views.contributions.expected_basis import expected_basis
from tests.projections.views.contributions.histories import EVENTS, ON, PARTITIONS, History

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]

HISTORIES = 40
VIEW = contributions.VIEW


@pytest.fixture
def connection(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def fresh(connection: psycopg.Connection) -> None:
    prepare_view(connection, VIEW, partitions=PARTITIONS, generation="g")
    drop_view(connection, VIEW)
    prepare_view(connection, VIEW, partitions=PARTITIONS, generation="g")


def fold(connection: psycopg.Connection, facts: Iterable[Fact]) -> None:
    """Fold facts, those of one partition that follow each other in one batch, and move the positions."""
    for partition, batch in groupby(facts, key=lambda fact: fact.partition):
        changes = Changes(VIEW.tables, partition)
        for fact in batch:
            changes.about(fact.subject)
            VIEW.fold(fact, changes)
            connection.execute(
                f"UPDATE {SCHEMA}.positions SET ordinal = greatest(ordinal, %s) WHERE partition = %s",
                (fact.ordinal, partition),
            )
        changes.write(connection, SCHEMA)


def by_partition(facts: Iterable[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda fact: (fact.partition, fact.ordinal))


def whole(connection: psycopg.Connection, facts: Iterable[Fact]) -> list[Content]:
    fresh(connection)
    fold(connection, facts)
    return contents(connection, VIEW)


def history_of(seed: int) -> tuple[History, list[CutOff]]:
    """A history with a cut-off now and then, also right after it began."""
    history = History(seed)
    history.begin()
    cut_offs = [history.cut_off(1)]
    for number in range(EVENTS):
        history.step()
        if number % 60 == 0:
            cut_offs.append(history.cut_off(len(cut_offs) + 1))
    return history, cut_offs


def test_the_basis_at_any_cut_off_equals_a_plain_reading_of_the_journal(
    connection: psycopg.Connection,
) -> None:
    held = shown = 0
    for seed in range(HISTORIES):
        history, cut_offs = history_of(seed)
        fresh(connection)
        fold(connection, history.facts)
        layout = history.random.choice(cut_offs)
        bases = read_bases(connection, [(cut_off, layout) for cut_off in cut_offs]).by_epoch
        for cut_off in cut_offs:
            expected = expected_basis(history.facts, cut_off, layout=layout)
            assert bases[cut_off.epoch] == expected, f"seed {seed}, epoch {cut_off.epoch}"
            held += sum(map(len, expected.holders.values()))
            shown += sum(map(len, expected.findable.values()))
    assert min(held, shown) > HISTORIES * 5, "histories in which nobody counts would prove nothing"


def test_whatever_order_partitions_are_folded_in_and_however_often_the_rows_are_the_same(
    connection: psycopg.Connection,
) -> None:
    for seed in range(8):
        facts = history_of(seed)[0].facts
        as_it_was = whole(connection, facts)
        assert as_it_was == whole(connection, by_partition(facts))
        assert as_it_was == whole(connection, [fact for fact in facts for _ in range(2)])


def test_facts_that_come_later_change_no_basis(connection: psycopg.Connection) -> None:
    history = History(7)
    history.begin()
    cut_off = history.cut_off(1)
    fresh(connection)
    fold(connection, history.facts)
    before, seen = basis_at(connection, cut_off, layout=cut_off), len(history.facts)
    while len(history.facts) < seen + 50:
        history.claimed(history.random.choice(history.people))
        history.consent_withdrawn(history.random.choice(history.people))
        history.unit_changed()
        history.term_changed()
    fold(connection, history.facts[seen:])
    assert basis_at(connection, cut_off, layout=cut_off) == before


def test_who_is_forgotten_is_in_no_basis_and_only_that_it_happened_is_kept(
    connection: psycopg.Connection,
) -> None:
    history = History(3)
    history.begin()
    cut_off, person = history.cut_off(1), history.people[0]
    fresh(connection)
    fold(connection, history.facts)
    assert person in basis_at(connection, cut_off, layout=cut_off).seats
    assert not read_bases(connection, []).any_forgotten
    seen = len(history.facts)
    history.random.random = lambda: 0.0  # type: ignore[method-assign]
    history.life(person)
    fold(connection, history.facts[seen:])
    bases = read_bases(connection, [(cut_off, cut_off)])
    assert bases.any_forgotten
    assert person not in bases.by_epoch[1].seats
    for table in VIEW.tables:
        rows = connection.execute(f"SELECT * FROM {table.served} WHERE subject = %s", (person,)).fetchall()
        assert [len(row) for row in rows] == ([2] if table is FORGOTTEN else []), table.name


def test_a_basis_is_refused_until_the_view_has_passed_every_partition(connection: psycopg.Connection) -> None:
    history = History(5)
    history.begin()
    cut_off = history.cut_off(1)
    fresh(connection)
    one = history.facts[-1].partition
    fold(connection, [fact for fact in history.facts if fact.partition != one])
    with pytest.raises(BasisNotReadyError, match="1 of 3 partitions"):
        basis_at(connection, cut_off, layout=cut_off)
    fold(connection, [fact for fact in history.facts if fact.partition == one])
    basis_at(connection, cut_off, layout=cut_off)


def test_a_basis_is_refused_while_somebody_is_parked_before_the_cut_off_and_not_after(
    connection: psycopg.Connection,
) -> None:
    history = History(5)
    history.begin()
    cut_off = history.cut_off(1)
    fresh(connection)
    fold(connection, history.facts)
    fact = next(fact for fact in history.facts if isinstance(fact.recorded.event, TalentClaimed))
    end = cut_off.positions[fact.partition]
    park(connection, VIEW, fact.partition, {fact.subject: (end + 1, "NoKeyError")})
    basis_at(connection, cut_off, layout=cut_off)
    connection.execute("UPDATE views.parked SET ordinal = %s", (end,))
    with pytest.raises(BasisNotReadyError, match="1 subjects are parked"):
        basis_at(connection, cut_off, layout=cut_off)


def test_an_empty_log_has_an_empty_basis(connection: psycopg.Connection) -> None:
    fresh(connection)
    nothing = CutOff(epoch=1, on=ON, positions=(0,) * PARTITIONS)
    basis = basis_at(connection, nothing, layout=nothing)
    assert (basis.parents, basis.seats, basis.contributors, basis.holders) == ({}, {}, frozenset(), {})
