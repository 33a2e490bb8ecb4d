"""Inviting through log and vault: who it is, is kept before the log has it, and counted by quarter."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from events.privacy.invitations import Invited, Invitee, NewInvitation
from events.privacy.sealing import VaultUnreachableError
from rules.access.roles import Role
from rules.feedback.questions import Perspective
from rules.kinds import Language
from services.handling.attempts import Attempts
from services.handling.results import NothingAppliedError
from tests.services.round_house import RoundHouse

pytestmark = pytest.mark.postgres
OUTSIDER = {"outsider": {"name": "Ouder van Sem", "email": "ouder@example.org"}}


def test_who_is_invited_is_in_the_vault_and_not_on_the_log(house: RoundHouse) -> None:
    round_ = house.prepared()
    colleague = house.registered(f"c-{uuid4().hex}")
    invited = [
        house.asks(round_, side, rater)
        for side, rater in (("PEER", {"colleagueId": colleague}), ("CLIENT", OUTSIDER))
    ]
    kept = {one.invitation.invitation: one for one in house.raters(round_)}
    assert set(kept) == set(invited)
    assert kept[invited[0]].invitee.person == colleague
    assert (kept[invited[1]].invitee.name, kept[invited[1]].invitee.email) == (
        "Ouder van Sem",
        "ouder@example.org",
    )
    shown = repr([recorded.event for recorded in house.events(f"round-{house.person(house.number)}")])
    assert colleague not in shown
    assert "ouder" not in shown


def test_a_colleague_is_written_to_in_the_language_of_the_own_portfolio(house: RoundHouse) -> None:
    round_, number = house.prepared(), f"c-{uuid4().hex}"
    house.registered(number)
    house.accepted(number, Role.PROFESSIONAL, "openPortfolio", language="EN")
    rater = {"colleagueId": house.person(number)}
    house.own("inviteRater", roundId=round_, perspective="PEER", rater=rater)
    (kept,) = house.raters(round_)
    assert kept.invitee.language is Language.EN
    assert kept.invitee.email == f"{number}@example.org"


def test_a_retry_invites_once_and_keeps_one_code(house: RoundHouse) -> None:
    round_, command_id = house.prepared(), str(uuid4())
    results = [
        house.owner(
            "inviteRater", command_id=command_id, roundId=round_, perspective="CLIENT", rater=OUTSIDER
        )
        for _ in range(3)
    ]
    assert {result.outcome for result in results} == {"ACCEPTED"}
    assert len({result.version for result in results}) == 1
    (kept,) = house.raters(round_)
    assert list(house.round(round_).invitations) == [kept.invitation.invitation]


@pytest.mark.parametrize(
    "again",
    [
        {"outsider": {"name": "Iemand anders", "email": "OUDER@example.org"}},
        {"outsider": {"name": "x", "email": "ouder@example.org", "language": "EN"}},
    ],
)
def test_nobody_is_asked_twice_in_a_round_whatever_the_spelling(
    house: RoundHouse, again: dict[str, object]
) -> None:
    round_ = house.prepared()
    house.own("inviteRater", roundId=round_, perspective="CLIENT", rater=OUTSIDER)
    refused = house.owner("inviteRater", roundId=round_, perspective="PARTNER", rater=again)
    assert house.codes(refused) == ["ALREADY_SO"]
    assert len(house.raters(round_)) == 1


def test_a_colleague_is_not_asked_again_under_the_own_address(house: RoundHouse) -> None:
    round_, number = house.prepared(), f"c-{uuid4().hex}"
    house.invites(round_, number)
    rater = {"outsider": {"name": "Zelfde", "email": f"{number.upper()}@EXAMPLE.org"}}
    refused = house.owner("inviteRater", roundId=round_, perspective="CLIENT", rater=rater)
    assert house.codes(refused) == ["ALREADY_SO"]


def test_two_without_an_address_and_of_one_name_are_taken_for_one(house: RoundHouse) -> None:
    round_ = house.prepared()
    for name, codes in (("Sem", []), (" sem ", ["ALREADY_SO"]), ("Sem B.", [])):
        rater = {"outsider": {"name": name}}
        result = house.owner("inviteRater", roundId=round_, perspective="CLIENT", rater=rater)
        assert house.codes(result) == codes


def test_nobody_asks_the_own_address(house: RoundHouse) -> None:
    rater = {"outsider": {"name": "Ik", "email": f"{house.number}@example.org"}}
    refused = house.owner("inviteRater", roundId=house.prepared(), perspective="CLIENT", rater=rater)
    assert house.codes(refused) == ["INVALID_INPUT"]


def test_somebody_who_left_is_not_asked(house: RoundHouse) -> None:
    round_, number = house.prepared(), f"c-{uuid4().hex}"
    person = house.registered(number)
    house.feed("recordEmploymentEnded", employeeNumber=number, on="2026-11-20")
    for colleague in (person, "f" * 32, "nobody"):
        rater = {"colleagueId": colleague}
        refused = house.owner("inviteRater", roundId=round_, perspective="PEER", rater=rater)
        assert house.codes(refused) == ["RATER_NOT_AVAILABLE"]
    assert house.raters(round_) == []


def test_rule_10_a_person_is_asked_eight_times_a_quarter_by_whomever_and_places_come_back(
    organisation: RoundHouse,
) -> None:
    rater = {"outsider": {"name": "Veelgevraagd", "email": f"{uuid4().hex}@example.org"}}
    asked = []
    for _ in range(8):
        subject = organisation.subject()
        round_ = subject.prepared()
        asked.append((subject, subject.asks(round_, "CLIENT", rater), round_))
    ninth = organisation.subject()
    round_ = ninth.prepared()
    refused = ninth.owner("inviteRater", roundId=round_, perspective="CLIENT", rater=rater)
    assert ninth.codes(refused) == ["RATER_NOT_AVAILABLE"]
    assert ninth.raters(round_) == []
    first, invitation, of_first = asked[0]
    first.own("revokeInvitation", roundId=of_first, invitationId=invitation)
    assert first.raters(of_first) == []
    assert ninth.own("inviteRater", roundId=round_, perspective="CLIENT", rater=rater)


def test_what_never_reached_the_log_is_removed_the_next_day_and_nothing_else(house: RoundHouse) -> None:
    round_ = house.prepared()
    (kept,) = house.invites(round_, f"c-{uuid4().hex}")
    lost = house.invitations.of_round(round_)[0]
    house.invitations.keep(_copy_of(house, lost, "9" * 32), asked_max=8)
    today = house.calendar.today()
    house.chores.forget_unknown(today)
    assert len(house.raters(round_)) == 2
    house.chores.forget_unknown(_next_day(house))
    assert [one.invitation.invitation for one in house.raters(round_)] == [kept]


def test_when_the_vault_is_away_nobody_is_invited(house: RoundHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    round_ = house.prepared()

    def away(*_: object, **__: object) -> None:
        raise VaultUnreachableError("the vault's database does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(house.invitations, "keep", away)
        with pytest.raises(NothingAppliedError):
            house.owner("inviteRater", roundId=round_, perspective="CLIENT", rater=OUTSIDER)
    assert house.round(round_).invitations == {}


def _copy_of(house: RoundHouse, of: Invited, invitation: str) -> NewInvitation:
    """An invitation that a process kept before it stopped: its command never happened."""
    return NewInvitation(
        invitation=invitation,
        round=of.invitation.round,
        subject=of.invitation.subject,
        perspective=Perspective.CLIENT,
        on=house.calendar.today(),
        invitee=Invitee(name="Verloren"),
    )


def _next_day(house: RoundHouse) -> date:
    return house.calendar.today() + timedelta(days=1)


def test_one_person_invited_by_many_requests_at_once_is_invited_once(organisation: RoundHouse) -> None:
    rivals = [organisation.with_keeper(organisation.keeper) for _ in range(3)]
    for _ in range(4):
        house = organisation.subject()
        round_ = house.prepared()
        rater = {"outsider": {"name": "Sem", "email": f"{uuid4().hex}@example.org"}}

        def invite(number: int, house: RoundHouse = house, round_: str = round_) -> str:
            result = house.ask(
                house.number,
                Role.PROFESSIONAL,
                "inviteRater",
                handler=rivals[number % len(rivals)],
                roundId=round_,
                perspective="CLIENT",
                rater=rater,  # noqa: B023 - run before the next one
            )
            return "".join([result.outcome, *house.codes(result)])

        with ThreadPoolExecutor(6) as pool:
            outcomes = sorted(pool.map(invite, range(6)))
        assert len(house.round(round_).invitations) == 1
        assert outcomes == ["ACCEPTED", *["REFUSEDALREADY_SO"] * 5]


def test_a_process_that_stops_between_vault_and_log_loses_nothing_when_asked_again(
    house: RoundHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_, command_id = house.prepared(), str(uuid4())
    asked: dict[str, Any] = {"roundId": round_, "perspective": "CLIENT", "rater": OUTSIDER}
    with monkeypatch.context() as patched:
        patched.setattr(Attempts, "run", _stopped)
        with pytest.raises(SystemExit):
            house.owner("inviteRater", command_id=command_id, **asked)
    (kept,) = house.raters(round_)
    assert house.round(round_).invitations == {}
    other = house.owner("inviteRater", **asked)
    assert other.outcome == "ACCEPTED", "what is not on the log counts for nothing in this round"
    again = house.owner("inviteRater", command_id=command_id, **asked)
    assert house.codes(again) == ["ALREADY_SO"]
    assert kept.invitation.invitation not in house.round(round_).invitations
    house.chores.forget_unknown(_next_day(house))
    (left,) = house.raters(round_)
    assert left.invitation.invitation in house.round(round_).invitations


def test_the_same_request_after_a_stop_uses_the_code_that_was_kept(
    house: RoundHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_, command_id = house.prepared(), str(uuid4())
    asked: dict[str, Any] = {"roundId": round_, "perspective": "CLIENT", "rater": OUTSIDER}
    with monkeypatch.context() as patched:
        patched.setattr(Attempts, "run", _stopped)
        with pytest.raises(SystemExit):
            house.owner("inviteRater", command_id=command_id, **asked)
    before = house.raters(round_)
    assert house.owner("inviteRater", command_id=command_id, **asked).outcome == "ACCEPTED"
    assert house.raters(round_) == before
    assert list(house.round(round_).invitations) == [before[0].invitation.invitation]


def _stopped(*_: object) -> None:
    raise SystemExit
