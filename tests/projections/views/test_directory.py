"""The directory: people by name, and their roles."""

from datetime import date, timedelta

import psycopg
import pytest

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined
from events.catalog.policy import OrganisationFounded, RoleGranted, RoleWithdrawn
from events.catalog.registry import Event
from events.codec import Forgotten, UnknownEvent
from kit.ids import new_id
from projections.views import directory
from rules.names import plain_name
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres

ORG, ANN, BOB, TEAM, GRANT = (new_id() for _ in range(5))
LEFT_ON = date(2026, 11, 1)
MANY = 300


def registered(person: str, name: str) -> tuple[str, Event]:
    return f"employment-{person}", ProfessionalRegistered(name=name, email="p@mee.example")


def granted(person: str, role: str, grant: str | None = None) -> tuple[str, Event]:
    return f"policy-{ORG}", RoleGranted(grant=grant or new_id(), person=person, role=role)


ANN_REGISTERED = registered(ANN, "Ann de Wit")
BOB_REGISTERED = registered(BOB, "Bob Smit")
ANN_LEFT = (f"employment-{ANN}", EmploymentEnded(on=LEFT_ON))


def found(database: str, start: str, *, limit: int = 20) -> list[str]:
    async def reading(connection: psycopg.AsyncConnection) -> list[directory.Person]:
        return await directory.colleagues(connection, start, limit=limit)

    return [person.display_name for person in read(database, reading)]


def roles_of(database: str, person: str) -> list[str]:
    return [grant.role for grant in read(database, directory.known_of, person).granted]


def test_people_are_found_by_id(database: str) -> None:
    folded(database, directory.VIEW, facts(ANN_REGISTERED, BOB_REGISTERED))
    expected = directory.Person(person=ANN, display_name="Ann de Wit", registered_at=NOON, ended_on=None)
    assert read(database, directory.known_of, ANN).person == expected
    assert read(database, directory.persons_by_ids, [ANN, BOB, ORG]).keys() == {ANN, BOB}


def test_the_later_name_holds_and_nobody_is_found_by_the_one_before(database: str) -> None:
    folded(database, directory.VIEW, facts(registered(ANN, "Ann van der Berg"), registered(ANN, "Ann Smit")))
    person = read(database, directory.known_of, ANN).person
    assert person is not None
    assert person.display_name == "Ann Smit"
    assert person.registered_at == NOON + timedelta(hours=1)
    assert found(database, "an") == found(database, "smit") == ["Ann Smit"]
    assert [name for start in ("van", "der", "berg") for name in found(database, start)] == []


def test_who_left_is_known_and_not_found_and_back_again_is(database: str) -> None:
    folded(database, directory.VIEW, facts(ANN_REGISTERED, ANN_LEFT))
    person = read(database, directory.known_of, ANN).person
    assert person is not None
    assert person.ended_on == LEFT_ON
    assert found(database, "ann") == []
    assert read(database, directory.employed) == []
    folded(database, directory.VIEW, facts(ANN_REGISTERED, ANN_LEFT, ANN_REGISTERED))
    assert found(database, "ann") == ["Ann de Wit"]


def test_the_last_leaving_is_known_with_the_first_registration_after_it(database: str) -> None:
    def leaving(*after: tuple[str, Event]) -> directory.Leaving | None:
        folded(database, directory.VIEW, facts(granted(ANN, "HR"), ANN_REGISTERED, *after))
        known = read(database, directory.known_of, ANN).leaving
        (grant,) = read(database, directory.role_grants)
        assert grant.leaving == known
        return known

    def left(*, hours: int, returned: int | None = None) -> directory.Leaving:
        returned_at = None if returned is None else NOON + timedelta(hours=returned)
        return directory.Leaving(
            left_on=LEFT_ON, recorded_at=NOON + timedelta(hours=hours), returned_at=returned_at
        )

    again = registered(ANN, "Ann Smit")
    assert leaving() is None
    assert leaving(again) is None
    assert leaving(again, ANN_LEFT) == left(hours=3)
    assert leaving(ANN_LEFT, again, ANN_REGISTERED) == left(hours=2, returned=3)
    assert leaving(ANN_LEFT, again, ANN_LEFT) == left(hours=4)


@pytest.mark.parametrize(
    "start", ["zoë", "ZOE", "Zoë d'H", "hondt", "Hondt-s", "d'hondt smit", "smit", "  smi ", "d hondt"]
)
def test_a_colleague_is_found_by_the_start_of_any_word_of_the_name(database: str, start: str) -> None:
    folded(database, directory.VIEW, facts(registered(ANN, "Zoë d'Hondt-Smit"), BOB_REGISTERED))
    assert "Zoë d'Hondt-Smit" in found(database, start)


@pytest.mark.parametrize("start", ["", " ", "%", "_", "\\", "'; --", "ondt", "smit zoe", "mit", "zoe smit"])
def test_no_colleague_is_found_by_what_no_word_begins_with(database: str, start: str) -> None:
    folded(database, directory.VIEW, facts(registered(ANN, "Zoë d'Hondt-Smit"), BOB_REGISTERED))
    assert found(database, start) == []


def test_colleagues_go_by_name_each_once_and_no_more_than_asked(database: str) -> None:
    names = ["Émile Anders", "Anna Ananas", "anton Aa", "Zus Anker"]
    folded(database, directory.VIEW, facts(*[registered(new_id(), name) for name in names]))
    assert found(database, "an") == ["Anna Ananas", "anton Aa", "Émile Anders", "Zus Anker"]
    assert found(database, "an", limit=2) == ["Anna Ananas", "anton Aa"]


def test_all_who_work_here_go_by_name(database: str) -> None:
    folded(
        database, directory.VIEW, facts(BOB_REGISTERED, ANN_REGISTERED, registered(TEAM, "Émile"), ANN_LEFT)
    )
    assert [person.person for person in read(database, directory.employed)] == [BOB, TEAM]


def test_a_start_of_a_name_is_looked_up_and_not_searched_for(database: str) -> None:
    folded(database, directory.VIEW, facts(ANN_REGISTERED))
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("SET enable_seqscan = off")
        explained = connection.execute(
            f"EXPLAIN SELECT subject FROM {directory.NAME_STARTS.served} WHERE rest LIKE %s", ("ann%",)
        ).fetchall()
    assert "Index Cond" in str(explained)


def test_roles_are_those_granted_on_the_policy_stream_until_withdrawn(database: str) -> None:
    founded = (f"policy-{ORG}", OrganisationFounded(name="MEE"))
    withdrawn = (f"policy-{ORG}", RoleWithdrawn(grant=GRANT))
    folded(database, directory.VIEW, facts(founded, granted(ANN, "HR", GRANT)))
    assert roles_of(database, ANN) == ["HR"]
    assert roles_of(database, BOB) == []
    folded(database, directory.VIEW, facts(founded, granted(ANN, "HR", GRANT), withdrawn))
    assert roles_of(database, ANN) == []
    assert read(database, directory.role_grants) == []


def test_the_first_who_are_found_are_those_of_everybody_by_name(database: str) -> None:
    names = [
        f"{first} {between} {last}"
        for first in ("Anna", "Ännchen", "Bo", "Dana", "Vanessa")
        for between in ("van", "de", "Anna")
        for last in ("Dam", "Aal", "Vaandrager")
    ]
    people = [registered(f"{place:032x}", name) for place, name in enumerate(names)]
    folded(database, directory.VIEW, facts(*people))
    for start in ("a", "an", "ann", "anna", "anna d", "d", "van"):
        matching = [name for name in names if any(of.startswith(start) for of in starts_of(name))]
        assert found(database, start, limit=7) == sorted(matching, key=plain_name)[:7], start


def starts_of(name: str) -> list[str]:
    """Return the rest of a name from each of its words on."""
    words = plain_name(name).split()
    return [" ".join(words[place:]) for place in range(len(words))]


def test_a_few_of_many_who_are_found_are_read_and_not_all(database: str) -> None:
    many = [registered(f"{place:032x}", f"Anna {place:03}") for place in range(MANY)]
    folded(database, directory.VIEW, facts(*many))

    async def rows_read(connection: psycopg.AsyncConnection) -> int:
        await connection.execute("VACUUM ANALYZE")
        before = await rows_of_persons(connection)
        assert len(await directory.colleagues(connection, "an", limit=5)) == 5
        return await rows_of_persons(connection) - before

    assert read(database, rows_read) <= 5


async def rows_of_persons(connection: psycopg.AsyncConnection) -> int:
    """Return how many rows of `PERSONS` this connection has read so far, by any way."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    cursor = await connection.execute(
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables"
        " WHERE schemaname = 'views' AND relname = %s",
        (directory.PERSONS.name,),
    )
    ((rows,),) = await cursor.fetchall()
    return int(rows)


def test_all_roles_in_force_go_by_role_and_then_by_the_holders_name(database: str) -> None:
    zus, system = new_id(), new_id()
    roles = [granted(zus, "HR"), granted(system, "HR"), granted(BOB, "HR"), granted(ANN, "BOARD")]
    people = [registered(zus, "Émile"), BOB_REGISTERED, ANN_REGISTERED]
    folded(database, directory.VIEW, facts(*roles, *people))
    holders = [(grant.role, grant.person) for grant in read(database, directory.role_grants)]
    assert holders == [("BOARD", ANN), ("HR", BOB), ("HR", zus), ("HR", system)]


def test_who_is_forgotten_is_in_it_no_more_and_the_others_are(database: str) -> None:
    gone = (f"employment-{ANN}", Forgotten())
    folded(database, directory.VIEW, facts(ANN_REGISTERED, BOB_REGISTERED, gone))
    assert read(database, directory.persons_by_ids, [ANN, BOB]).keys() == {BOB}
    assert found(database, "wit") == []


def test_facts_it_does_not_show_and_names_it_does_not_know_change_nothing(database: str) -> None:
    joined = (f"employment-{ANN}", TeamJoined(team=TEAM, on=NOON.date()))
    unknown = (f"employment-{ANN}", UnknownEvent(name="employment.moved-away.v1", raw=b"{}"))
    folded(database, directory.VIEW, facts(joined, unknown, ANN_LEFT))
    assert read(database, directory.known_of, ANN).person is None


def test_names_are_found_and_ordered_as_people_type_them(database: str) -> None:
    people = [registered(new_id(), name) for name in ("Łukasz Zet", "Søren Æro", "Lucas Zon", "Ðuro Œdip")]
    folded(database, directory.VIEW, facts(*people))
    for start in ("lukasz", "Łukasz", "LUKASZ"):
        assert found(database, start) == ["Łukasz Zet"]
    assert found(database, "soren") == found(database, "aero") == ["Søren Æro"]
    assert found(database, "duro") == found(database, "oedip") == ["Ðuro Œdip"]
    assert found(database, "l") == ["Lucas Zon", "Łukasz Zet"]


def test_the_addresses_of_those_who_work_here_are_known(database: str) -> None:
    folded(database, directory.VIEW, facts(ANN_REGISTERED, BOB_REGISTERED, ANN_LEFT))
    assert read(database, directory.addresses) == {BOB: "p@mee.example"}
