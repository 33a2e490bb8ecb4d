"""Who was invited, on a real PostgreSQL: kept once, sealed, counted by quarter, and forgotten."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import msgspec
import psycopg
import pytest

from events.privacy.invitations import Invitations, Invitee, NewInvitation
from events.privacy.sealing import VaultUnreachableError
from events.privacy.vault import Vault
from kit.ids import derived_id, is_id
from kit.secrets import MasterKey
from rules.feedback.questions import Perspective
from rules.feedback.rater_code import hash_of, read_code
from rules.kinds import Language

pytestmark = pytest.mark.postgres
MASTER = MasterKey(key=os.urandom(32))
TODAY = date(2026, 11, 24)
NEXT_QUARTER = date(2027, 1, 1)
ANNA = Invitee(name="Anna Smit", email="Anna@Example.org", language=Language.EN)
BILAL = Invitee(name="Bilal", email="bilal@example.org", person="b" * 32)


@pytest.fixture
def invitations(database: str) -> Iterator[Invitations]:
    vault = Vault(database, MASTER)
    vault.create_tables()
    vault.close()
    kept = Invitations(database, MASTER)
    yield kept
    kept.close()


def new(name: str, invitee: Invitee = ANNA, *, round_: str = "r", on: date = TODAY) -> NewInvitation:
    return NewInvitation(
        invitation=derived_id(name),
        round=derived_id(round_),
        subject="5" * 32,
        perspective=Perspective.CLIENT,
        on=on,
        invitee=invitee,
    )


def test_an_invitation_is_found_by_its_round_and_by_its_code(invitations: Invitations) -> None:
    assert invitations.keep(new("one"), asked_max=8)
    (kept,) = invitations.of_round(derived_id("r"))
    assert kept.invitee == ANNA
    assert read_code(kept.code) == kept.code
    assert invitations.by_code(hash_of(kept.code)) == kept.invitation
    assert (kept.invitation.invitation, kept.invitation.subject) == (derived_id("one"), "5" * 32)
    assert (kept.invitation.perspective, kept.invitation.created_on) == (Perspective.CLIENT, TODAY)
    assert is_id(kept.invitation.slot)
    assert kept.invitation.slot not in {kept.invitation.invitation, kept.invitation.round}
    assert invitations.by_code(hash_of("0" * 16)) is None


def test_a_retry_keeps_the_first_code_and_slot_and_counts_once(invitations: Invitations) -> None:
    invitations.keep(new("one"), asked_max=1)
    before = invitations.of_round(derived_id("r"))
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda _: invitations.keep(new("one"), asked_max=1), range(8)))
    assert invitations.of_round(derived_id("r")) == before
    assert invitations.asked(ANNA, TODAY, except_for="") == 1


def test_who_is_invited_is_nowhere_in_clear(invitations: Invitations, database: str) -> None:
    invitations.keep(new("one", BILAL), asked_max=8)
    (kept,) = invitations.of_round(derived_id("r"))
    with psycopg.connect(database) as conn:
        rows = [
            b" ".join(part if isinstance(part, bytes) else str(part).encode() for part in row)
            for table in ("vault_invitations", "vault_asked")
            for row in conn.execute(f"SELECT * FROM {table}".encode())
        ]
    for word in (b"Bilal", b"bilal@example.org", b"b" * 32, kept.code.encode()):
        assert not any(word in row for row in rows)
    other = Invitations(database, MasterKey(key=os.urandom(32)))
    with pytest.raises(VaultUnreachableError):
        other.of_round(derived_id("r"))
    other.close()


def test_all_secrets_of_usual_length_are_equally_long(invitations: Invitations, database: str) -> None:
    for name, invitee in (("one", ANNA), ("two", BILAL), ("three", Invitee(name="Ad"))):
        invitations.keep(new(name, invitee), asked_max=8)
    with psycopg.connect(database) as conn:
        lengths = conn.execute("SELECT DISTINCT length(secret) FROM vault_invitations").fetchall()
    assert len(lengths) == 1


def test_nobody_is_asked_more_often_than_the_limit_whoever_asks(invitations: Invitations) -> None:
    same = msgspec.structs.replace(ANNA, name="A. Smit", email=" anna@EXAMPLE.org", language=Language.NL)
    with ThreadPoolExecutor(8) as pool:
        kept = list(
            pool.map(
                lambda number: invitations.keep(
                    new(f"i{number}", same if number % 2 else ANNA, round_=f"r{number}"), asked_max=3
                ),
                range(12),
            )
        )
    assert sum(kept) == 3
    assert invitations.asked(ANNA, TODAY, except_for="") == 3
    assert invitations.asked(BILAL, TODAY, except_for="") == 0
    assert invitations.keep(new("later", on=NEXT_QUARTER), asked_max=3)


def test_a_colleague_counts_by_person_and_also_when_asked_by_address(invitations: Invitations) -> None:
    invitations.keep(new("one", BILAL), asked_max=8)
    invitations.keep(new("two", Invitee(name="B.", email="BILAL@example.org"), round_="q"), asked_max=8)
    moved = msgspec.structs.replace(BILAL, email="new@example.org")
    assert invitations.asked(BILAL, TODAY, except_for="") == 2
    assert invitations.asked(moved, TODAY, except_for="") == 1
    assert invitations.asked(BILAL, TODAY, except_for=derived_id("one")) == 1


def test_people_without_an_address_are_not_taken_for_one(invitations: Invitations) -> None:
    nobody = Invitee(name="Jan de Vries")
    for number in range(9):
        assert invitations.keep(new(f"i{number}", nobody), asked_max=1)
    assert invitations.asked(nobody, TODAY, except_for="") == 0


def test_forgetting_leaves_no_person_and_gives_the_place_back_only_if_asked(
    invitations: Invitations, database: str
) -> None:
    for name in ("one", "two"):
        invitations.keep(new(name), asked_max=8)
    invitations.forget([derived_id("one")], give_back=False)
    assert invitations.asked(ANNA, TODAY, except_for="") == 2
    with psycopg.connect(database) as connection:
        kept = [name for (name,) in connection.execute("SELECT invitation FROM vault_asked").fetchall()]
    assert derived_id("two") in kept
    assert derived_id("one") not in kept, "the log has this name next to its round"
    invitations.forget([derived_id("two")], give_back=True)
    assert invitations.asked(ANNA, TODAY, except_for="") == 1
    assert invitations.of_round(derived_id("r")) == []
    invitations.forget_quarters_before(TODAY)
    assert invitations.asked(ANNA, TODAY, except_for="") == 1
    invitations.forget_quarters_before(NEXT_QUARTER)
    assert invitations.asked(ANNA, TODAY, except_for="") == 0


def test_rounds_with_invitations_are_listed_with_their_subjects(invitations: Invitations) -> None:
    invitations.keep(new("one"), asked_max=8)
    invitations.keep(new("two", BILAL, round_="q", on=NEXT_QUARTER), asked_max=8)
    both = {derived_id("r"): "5" * 32, derived_id("q"): "5" * 32}
    assert invitations.rounds() == both
    assert invitations.rounds(before=NEXT_QUARTER) == {derived_id("r"): "5" * 32}
    assert {found.invitation for found in invitations.of_rounds(list(both))} == {
        derived_id("one"),
        derived_id("two"),
    }
