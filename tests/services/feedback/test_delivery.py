"""Letters for raters without mail, and what a subject sees of mails (A14, A19)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from events.privacy.mail_queue import MailState
from events.privacy.outbox import Mail, MailKind
from events.privacy.sealing import VaultUnreachableError
from kit.errors import BadRequestError, ForbiddenError
from rules.access.roles import Role
from rules.commands import CommandRequest, CommandResult
from rules.feedback.invitation import LETTERS_MAX, InvitationLetter
from rules.feedback.rater_code import caller_of
from services.handling.requests import CONFIRM_LETTERS
from services.handling.results import NothingAppliedError
from tests.backends.postgres import fresh_database
from tests.services.round_house import CLOSES_AT, RoundHouse, hand_in, round_house, sealed_for

pytestmark = pytest.mark.postgres
ADVISER = "adviser"


@pytest.fixture(scope="module")
def organisation(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundHouse]:
    folder: Path = tmp_path_factory.mktemp("keys")
    with fresh_database(postgres_url) as url, round_house(url, folder) as house:
        grant = {"role": Role.CONFIDENTIAL_ADVISER.name}
        house.accepted("administrator", Role.ADMINISTRATOR, "grantRole", subject=ADVISER, **grant)
        yield house


@pytest.fixture
def house(organisation: RoundHouse) -> RoundHouse:
    return organisation.subject()


def opens(house: RoundHouse, *, without: int = 2) -> str:
    """Open a round that asks clients, so many without an address and one with, and enough colleagues."""
    round_ = house.prepared()
    house.invites(round_, *(f"peer-{uuid4().hex}" for _ in range(3)))
    for place in range(without):
        house.asks(round_, "CLIENT", {"outsider": {"name": f"Client {place}", "language": "EN"}})
    house.asks(round_, "CLIENT", {"outsider": {"name": "Ouder", "email": f"{uuid4().hex}@example.org"}})
    return house.own("openRound", roundId=round_)


def letters(house: RoundHouse, adviser: str = ADVISER) -> list[InvitationLetter]:
    """Return the letters about the house's own subject."""
    found = house.requests().letters(person=house.person(adviser), role=Role.CONFIDENTIAL_ADVISER)
    return [one for one in found if one.subject == house.person(house.number)]


def confirm(house: RoundHouse, *ids: str, role: Role = Role.CONFIDENTIAL_ADVISER) -> CommandResult:
    request = CommandRequest(name=CONFIRM_LETTERS, command_id=str(uuid4()), input={"letterIds": list(ids)})
    return house.requests().send(request, person=house.person(ADVISER), role=role)


def of(house: RoundHouse, round_: str, name: str) -> str:
    (found,) = (one for one in house.raters(round_) if one.invitee.name == name)
    return found.invitation.invitation


def mails(house: RoundHouse, round_: str) -> dict[str, str | None]:
    found = house.delivery.invited(house.person(house.number), round_)
    return {one.name: one.mail for one in found if one.colleague is None}


def test_a_letter_is_made_for_everybody_without_an_address_in_their_language(house: RoundHouse) -> None:
    round_ = opens(house)
    found = letters(house)
    assert sorted(one.name for one in found) == ["Client 0", "Client 1"]
    assert {(one.language.value, one.closes_at, one.attributed) for one in found} == {
        ("en", CLOSES_AT, False)
    }
    codes = {one.invitation.invitation: one.code for one in house.raters(round_)}
    for letter in found:
        assert letter.code == codes[letter.invitation]
        assert house.feedback().invitation(caller_of(letter.code)) is not None


def test_there_is_no_letter_before_the_round_opens_nor_after_it_is_over(house: RoundHouse) -> None:
    round_ = house.prepared()
    for name in ("A", "B", "C", "D", "E"):
        house.asks(round_, "CLIENT", {"outsider": {"name": name}})
    assert letters(house) == []
    house.own("openRound", roundId=round_)
    assert len(letters(house)) == 5
    house.own("closeRound", roundId=round_)
    assert letters(house) == []


def test_a_letter_is_offered_until_it_was_printed_and_never_after_that(house: RoundHouse) -> None:
    opens(house)
    first, second = letters(house)
    assert letters(house) == [first, second], "asking for letters changes nothing"
    assert confirm(house, first.invitation).outcome == "ACCEPTED"
    assert letters(house) == [second]
    assert confirm(house, first.invitation, second.invitation).outcome == "ACCEPTED"
    assert letters(house) == []


def test_nobody_gets_letters_about_themselves_or_without_the_role(house: RoundHouse) -> None:
    opens(house)
    grant = {"role": Role.CONFIDENTIAL_ADVISER.name}
    house.accepted("administrator", Role.ADMINISTRATOR, "grantRole", subject=house.number, **grant)
    assert letters(house, house.number) == []
    own = {one.invitation for one in letters(house)}
    request = CommandRequest(name=CONFIRM_LETTERS, command_id=str(uuid4()), input={"letterIds": sorted(own)})
    me = house.person(house.number)
    house.requests().send(request, person=me, role=Role.CONFIDENTIAL_ADVISER)
    assert {one.invitation for one in letters(house)} == own, "the subject can't make letters disappear"
    for role in (Role.PROFESSIONAL, Role.ADMINISTRATOR):
        with pytest.raises(ForbiddenError):
            house.requests().letters(person=me, role=role)
        with pytest.raises(ForbiddenError):
            confirm(house, *own, role=role)


@pytest.mark.parametrize("count", [0, LETTERS_MAX + 1])
def test_none_or_too_many_letters_at_once_are_refused_in_words(house: RoundHouse, count: int) -> None:
    (refusal,) = confirm(house, *("a" * 32 for _ in range(count))).refusals
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ("letterIds",))


def test_what_is_no_list_of_ids_is_no_command(house: RoundHouse) -> None:
    given: dict[str, Any] = {"letterIds": "all"}
    request = CommandRequest(name=CONFIRM_LETTERS, command_id=str(uuid4()), input=given)
    with pytest.raises(BadRequestError):
        house.requests().send(request, person=house.person(ADVISER), role=Role.CONFIDENTIAL_ADVISER)


def test_an_id_that_is_no_letter_changes_nothing(house: RoundHouse) -> None:
    round_ = opens(house)
    before = letters(house)
    assert confirm(house, "a" * 32, of(house, round_, "Ouder")).outcome == "ACCEPTED"
    assert letters(house) == before


def test_whose_address_is_not_accepted_gets_a_letter_and_the_subject_sees_why(house: RoundHouse) -> None:
    round_ = opens(house)
    assert mails(house, round_) == {"Client 0": None, "Client 1": None, "Ouder": "WAITING"}
    invitation = of(house, round_, "Ouder")
    mail = Mail(invitation=invitation, kind=MailKind.INVITATION)
    house.outbox.queue([mail], now=house.calendar.now())
    for state, shown in {
        MailState.SENDING: "WAITING",
        MailState.SENT: "SENT",
        MailState.UNKNOWN: "SENT",
        MailState.DROPPED: None,
        MailState.REFUSED: "NOT_ACCEPTED",
    }.items():
        house.outbox.end(mail, state)
        assert mails(house, round_)["Ouder"] == shown
        assert ("Ouder" in {one.name for one in letters(house)}) is (state is MailState.REFUSED)


def test_the_last_mail_counts_of_several(house: RoundHouse) -> None:
    round_ = opens(house)
    invitation = of(house, round_, "Ouder")
    for kind, number, state in (
        (MailKind.INVITATION, 1, MailState.SENT),
        (MailKind.REMINDER, 1, MailState.REFUSED),
        (MailKind.REMINDER, 2, MailState.WAITING),
    ):
        mail = Mail(invitation=invitation, kind=kind, number=number)
        house.outbox.queue([mail], now=house.calendar.now())
        house.outbox.end(mail, state)
        assert house.outbox.states([invitation]) == {invitation: state}
    assert "Ouder" not in {one.name for one in letters(house)}, "one mail was taken, so the address is right"


def test_before_a_round_opens_nothing_is_said_of_mails(house: RoundHouse) -> None:
    round_ = house.prepared()
    house.asks(round_, "CLIENT", {"outsider": {"name": "Ouder", "email": "ouder@example.org"}})
    assert mails(house, round_) == {"Ouder": None}


def test_a14_neither_mails_nor_letters_move_when_somebody_answers(house: RoundHouse) -> None:
    round_ = opens(house)
    before = mails(house, round_), letters(house)
    for rater in house.raters(round_):
        sent = house.requests().send(
            hand_in(sealed_for(house, rater)), person=caller_of(rater.code), role=Role.RATER
        )
        assert sent.outcome == "ACCEPTED"
        assert (mails(house, round_), letters(house)) == before


def test_a_vault_that_does_not_answer_is_unavailable_and_confirms_nothing(
    house: RoundHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens(house)
    first, *_ = letters(house)

    def away(*_: object, **__: object) -> None:
        raise VaultUnreachableError("the vault's database does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(house.outbox, "note_printed", away)
        with pytest.raises(NothingAppliedError):
            confirm(house, first.invitation)
    assert first in letters(house)
