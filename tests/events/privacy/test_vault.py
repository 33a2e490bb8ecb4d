"""The vault on a real PostgreSQL: one person a claim, one key a person, and destroyed is destroyed."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from events.privacy.sealing import KeyDestroyedError, NoKeyError, PersonKey, VaultUnreachableError
from events.privacy.vault import KEY_CACHED_S_MAX, KEYS_CACHED_MAX, Persons, Vault
from kit.ids import is_id
from kit.secrets import MasterKey

pytestmark = pytest.mark.postgres
MASTER = MasterKey(key=os.urandom(32))


@pytest.fixture
def vault(database: str) -> Iterator[Vault]:
    vault = Vault(database, MASTER)
    vault.create_tables()
    yield vault
    vault.close()


def again(database: str, master: MasterKey = MASTER) -> Vault:
    """Another process's vault on the same database."""
    return Vault(database, master)


def test_a_claim_names_the_same_person_for_ever(vault: Vault, database: str) -> None:
    assert vault.person_for("e1") is None
    person = vault.person_for_or_new("e1")
    assert is_id(person)
    assert vault.person_for("e1") == vault.person_for_or_new("e1") == person
    assert vault.person_for_or_new("e2") != person
    other = again(database)
    assert other.person_for("e1") == person
    assert other.key_of(person) == vault.key_of(person)
    other.close()


def test_a_claim_asked_for_at_once_by_many_makes_one_person(vault: Vault) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: vault.person_for_or_new("e1"), range(40)))) == 1


def test_tables_are_made_once_also_by_two_at_once(vault: Vault) -> None:
    person = vault.person_for_or_new("e1")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: vault.create_tables(), range(8)))
    assert vault.person_for("e1") == person


def test_every_person_has_a_key_of_their_own_and_it_is_nowhere_in_clear(vault: Vault, database: str) -> None:
    one, other = (vault.key_of(vault.person_for_or_new(claim)) for claim in ("e1", "e2"))
    assert one != other
    assert len(one) == 32
    assert isinstance(one, PersonKey), "many events are opened with it"
    with psycopg.connect(database) as connection:
        for (wrapped,) in connection.execute("SELECT wrapped FROM vault_keys").fetchall():
            assert one not in wrapped
            assert other not in wrapped


def test_a_destroyed_key_is_gone_for_every_process_and_its_claim_names_nobody(
    vault: Vault, database: str
) -> None:
    person = vault.person_for_or_new("e1")
    vault.key_of(person)
    vault.destroy(person)
    other = again(database)
    for looking in (vault, other):
        with pytest.raises(KeyDestroyedError):
            looking.key_of(person)
        assert looking.person_for("e1") is None
    other.close()
    assert vault.person_for_or_new("e1") != person


def test_an_opened_key_is_dropped_on_request(vault: Vault, database: str) -> None:
    person = vault.person_for_or_new("e1")
    other = again(database)
    key = other.key_of(person)
    vault.destroy(person)
    assert other.key_of(person) == key, "remembered for a while"
    other.forget_opened(person)
    with pytest.raises(KeyDestroyedError):
        other.key_of(person)
    other.close()


class Counted(Vault):
    """Counts how often the database was asked."""

    asked = 0

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        self.asked += 1
        with super()._connection() as connection:
            yield connection


def test_the_keys_of_many_are_opened_in_one_question_and_are_at_hand_afterwards(
    vault: Vault, database: str
) -> None:
    persons = [vault.person_for_or_new(f"e{number}") for number in range(5)]
    vault.destroy(persons[0])
    reader = Counted(database, MASTER)
    keys = reader.keys_of([*persons, *persons, "f" * 32])
    assert keys == {person: vault.key_of(person) for person in persons[1:]}
    assert [reader.key_of(person) for person in persons[1:]] == [keys[person] for person in persons[1:]]
    with pytest.raises(KeyDestroyedError):
        reader.key_of(persons[0])
    assert reader.asked == 1
    reader.close()


def test_who_reads_by_the_batch_drops_an_opened_key_at_the_next_batch(vault: Vault, database: str) -> None:
    person, other = vault.person_for_or_new("e1"), vault.person_for_or_new("e2")
    reader = Counted(database, MASTER)
    reader.keys_of([person, other])
    vault.destroy(person)
    assert reader.keys_of([person, other]) == {other: vault.key_of(other)}
    with pytest.raises(KeyDestroyedError):
        reader.key_of(person)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DELETE FROM vault_persons")
        connection.execute("DELETE FROM vault_keys")
    assert reader.keys_of([person, other]) == {}
    with pytest.raises(NoKeyError):
        reader.key_of(other)
    reader.close()


def test_an_opened_key_is_used_unasked_no_longer_than_its_limit(
    vault: Vault, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = vault.person_for_or_new("e1")
    reader = again(database)
    reader.key_of(person)
    vault.destroy(person)
    assert reader.key_of(person)
    now = time.monotonic()
    monkeypatch.setattr("events.privacy.vault.time.monotonic", lambda: now + KEY_CACHED_S_MAX + 1)
    with pytest.raises(KeyDestroyedError):
        reader.key_of(person)
    reader.close()


def test_a_key_that_may_be_used_no_more_leaves_memory_when_another_is_read(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = vault.person_for_or_new("e1"), vault.person_for_or_new("e2")
    vault.key_of(before)
    now = time.monotonic()
    monkeypatch.setattr("events.privacy.vault.time.monotonic", lambda: now + KEY_CACHED_S_MAX + 1)
    vault.key_of(after)
    assert set(vault._cache) == {after}


def test_who_may_only_find_persons_by_claim_needs_no_key(vault: Vault, database: str) -> None:
    person = vault.person_for_or_new("e1")
    persons = Persons(database)
    assert (persons.person_for("e1"), persons.person_for("e2")) == (person, None)
    assert not hasattr(persons, "key_of")
    persons.close()


def test_who_never_had_a_key_is_not_taken_for_forgotten(vault: Vault) -> None:
    with pytest.raises(NoKeyError):
        vault.key_of("f" * 32)


def test_a_wrong_master_key_is_no_ones_forgetting(vault: Vault, database: str) -> None:
    person = vault.person_for_or_new("e1")
    wrong = again(database, MasterKey(key=os.urandom(32)))
    with pytest.raises(VaultUnreachableError, match="master key"):
        wrong.key_of(person)
    wrong.close()


def test_the_organisation_is_one(vault: Vault, database: str) -> None:
    assert vault.organisation() is None
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: vault.organisation_or_new(), range(16)))
    assert made == {vault.organisation()}
    other = again(database)
    assert {other.organisation()} == made
    other.close()


def test_fingerprint_keys_differ_by_subject_and_from_the_sealing_key(vault: Vault) -> None:
    organisation = vault.organisation_or_new()
    person = vault.person_for_or_new("e1")
    keys = {vault.fingerprint_key(subject) for subject in (organisation, person)}
    assert len(keys) == 2
    assert not keys & {vault.key_of(organisation), vault.key_of(person)}
    assert vault.fingerprint_key("f" * 32) == vault.fingerprint_key(organisation), (
        "a team has none of its own"
    )
    vault.destroy(person)
    with pytest.raises(KeyDestroyedError):
        vault.fingerprint_key(person)


def test_opened_keys_are_kept_within_a_limit(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    assert KEYS_CACHED_MAX > 1
    monkeypatch.setattr("events.privacy.vault.KEYS_CACHED_MAX", 3)
    persons = [vault.person_for_or_new(f"e{number}") for number in range(6)]
    keys = [vault.key_of(person) for person in persons]
    assert len(vault._cache) == 3
    assert [vault.key_of(person) for person in persons] == keys


def test_a_vault_that_refuses_is_unreachable(vault: Vault, database: str) -> None:
    person = vault.person_for_or_new("e1")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ALTER TABLE vault_keys RENAME TO hidden")
    with pytest.raises(VaultUnreachableError):
        vault.key_of(person)


def test_a_claim_given_out_again_names_another_person_and_the_former_one_keeps_the_key(
    vault: Vault, database: str
) -> None:
    former = vault.person_for_or_new("e1")
    key = vault.key_of(former)
    person = vault.replace_person("e1", former=former)
    assert person != former
    assert vault.person_for("e1") == vault.person_for_or_new("e1") == person
    assert vault.replace_person("e1", former=former) == person, "a retry changes nothing"
    other = again(database)
    assert other.key_of(former) == key != vault.key_of(person)
    other.close()
    third = vault.replace_person("e1", former=person)
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT person FROM vault_former_persons WHERE claim = 'e1' ORDER BY replaced_at"
        ).fetchall()
    assert [row[0] for row in rows] == [former, person]
    vault.destroy(former)
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT person FROM vault_former_persons").fetchall()
    assert [row[0] for row in rows] == [person]
    assert vault.person_for("e1") == third


def test_a_claim_replaced_at_once_by_many_names_one_new_person(vault: Vault) -> None:
    former = vault.person_for_or_new("e1")
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: vault.replace_person("e1", former=former), range(20)))
    assert made == {vault.person_for("e1")}


def test_a_vault_of_an_older_program_gets_the_new_table_and_loses_nothing(
    vault: Vault, database: str
) -> None:
    person = vault.person_for_or_new("e1")
    key = vault.key_of(person)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP TABLE vault_former_persons")
        connection.execute("ALTER TABLE vault_persons DROP COLUMN doubted_at")
    newer = again(database)
    newer.create_tables()
    assert newer.person_for("e1") == newer.caller_for("e1") == person
    assert newer.key_of(person) == key
    assert newer.replace_person("e1", former=person) != person
    newer.close()


def test_nobody_comes_in_by_a_claim_in_doubt(vault: Vault, database: str) -> None:
    person, other = vault.person_for_or_new("e1"), vault.person_for_or_new("e2")
    assert vault.caller_for("e1") == person
    assert vault.caller_for("e3") is None
    vault.doubt("e1", person=other)
    assert vault.caller_for("e1") == person, "another person's doubt"
    for _ in range(2):
        vault.doubt("e1", person=person)
    persons = Persons(database)
    assert (persons.caller_for("e1"), persons.caller_for("e2")) == (None, other)
    assert vault.person_for("e1") == vault.person_for_or_new("e1") == person
    vault.trust("e1", person=person)
    assert persons.caller_for("e1") == person
    vault.doubt("e1", person=person)
    new = vault.replace_person("e1", former=person)
    assert persons.caller_for("e1") == new
    persons.close()
