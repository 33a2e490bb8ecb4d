"""Commands on rounds through log, vault and keeper: what is looked up before they are decided."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from events.catalog.rounds import RoundOpened
from rules.access.roles import Role
from services.decisions.feedback import RoundKey
from services.feedback.keeper import HandIn, HandInOutcome, KeeperUnavailableError
from services.handling.handler import CommandHandler
from services.handling.results import NothingAppliedError
from tests.services.round_house import CLOSES_AT, RoundHouse

pytestmark = pytest.mark.postgres
OUTSIDER = {"outsider": {"name": "Ouder van Sem", "email": "ouder@example.org"}}


class AwayKeeper:
    """A keeper that does not answer."""

    def make_key(self, round_: str) -> RoundKey:
        raise KeeperUnavailableError("the keeper of round keys does not answer")

    def hand_in(self, hand_in: HandIn) -> HandInOutcome:
        raise KeeperUnavailableError("the keeper of round keys does not answer")

    def result_of(self, round_: str, command: bytes) -> HandInOutcome | None:
        raise KeeperUnavailableError("the keeper of round keys does not answer")


def test_a_round_opens_with_the_key_that_the_keeper_made(house: RoundHouse) -> None:
    round_ = house.opens()
    found = house.round(round_)
    assert (found.status, found.closes_at, found.opened_on) == ("OPEN", CLOSES_AT, house.calendar.today())
    assert found.public_key == house.keeper.make_key(round_).public_key


def test_while_the_keeper_is_away_no_round_opens_and_nothing_is_written(house: RoundHouse) -> None:
    round_ = house.prepared()
    house.invites(round_, *(f"p-{uuid4().hex}" for _ in range(3)))
    before = house.events(f"round-{house.person(house.number)}")
    with pytest.raises(NothingAppliedError, match="keeper"):
        house.ask(
            house.number,
            Role.PROFESSIONAL,
            "openRound",
            handler=house.with_keeper(AwayKeeper()),
            roundId=round_,
        )
    assert house.events(f"round-{house.person(house.number)}") == before
    assert house.own("openRound", roundId=round_) == round_


def test_own_answers_are_checked_against_the_lens_of_the_round(house: RoundHouse) -> None:
    round_ = house.prepared()
    right = [{"questionId": house.question, "value": {"scale": 4}}]
    wrong = [{"questionId": house.question, "value": {"text": "goed"}}]
    assert house.codes(house.owner("fillSelfMirror", roundId=round_, answers=wrong)) == ["INVALID_INPUT"]
    assert house.own("fillSelfMirror", roundId=round_, answers=right) == round_
    assert house.round(round_).own_answers[0].scale == 4


def test_the_subject_sees_whom_they_asked_and_nobody_else_does(house: RoundHouse) -> None:
    round_, number = house.prepared(), f"c-{uuid4().hex}"
    house.invites(round_, number)
    house.own("inviteRater", roundId=round_, perspective="CLIENT", rater=OUTSIDER)
    person, requests = house.person(house.number), house.requests()
    shown = {one.name: one for one in requests.invited(round_, person=person, role=Role.PROFESSIONAL)}
    assert set(shown) == {number, "Ouder van Sem"}
    assert (shown[number].email, shown[number].colleague) == (None, house.person(number))
    assert shown["Ouder van Sem"].email == "ouder@example.org"
    assert requests.invited(round_, person=house.person(number), role=Role.PROFESSIONAL) == []
    house.own("cancelRound", roundId=round_)
    assert requests.invited(round_, person=person, role=Role.PROFESSIONAL) == []


def test_a_round_that_is_opened_by_two_requests_at_once_opens_once(house: RoundHouse) -> None:
    round_ = house.prepared()
    house.invites(round_, *(f"p-{uuid4().hex}" for _ in range(3)))
    rivals = [house.with_keeper(house.keeper) for _ in range(3)]

    def opens(handler: CommandHandler) -> str:
        result = house.ask(house.number, Role.PROFESSIONAL, "openRound", handler=handler, roundId=round_)
        return "".join([result.outcome, *house.codes(result)])

    with ThreadPoolExecutor(3) as pool:
        outcomes = sorted(pool.map(opens, rivals))
    assert outcomes == ["ACCEPTED", "REFUSEDWRONG_STATE", "REFUSEDWRONG_STATE"]
    stream = f"round-{house.person(house.number)}"
    assert sum(isinstance(one.event, RoundOpened) for one in house.events(stream)) == 1


def test_no_key_is_made_for_a_round_that_can_not_open(house: RoundHouse) -> None:
    round_ = house.prepared()
    house.invites(round_, f"p-{uuid4().hex}")
    refused = house.ask(
        house.number,
        Role.PROFESSIONAL,
        "openRound",
        handler=house.with_keeper(AwayKeeper()),
        roundId=round_,
    )
    assert house.codes(refused) == ["TOO_FEW_RATERS"]
