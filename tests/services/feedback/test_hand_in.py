"""Handing in by a rater's code: until closing, on the log's word, with one reply whatever came before."""

import base64
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from events.privacy.answers import SEALED_BYTES
from events.privacy.invitations import Invited
from kit.errors import BadRequestError, ForbiddenError, TooManyRequestsError
from rules.access.roles import Role
from rules.commands import CommandRequest, CommandResult
from rules.feedback.questions import Perspective
from rules.feedback.rater_code import caller_of
from services.decisions.feedback import RoundKey
from services.feedback.hand_in import WRONG_CODES_PER_MINUTE_MAX
from services.feedback.keeper import HandIn, HandInOutcome, KeeperUnavailableError
from services.handling.requests import RequestHandler
from services.handling.results import CommandIdError, NothingAppliedError
from tests.backends.postgres import fresh_database
from tests.services.round_house import CLOSES_AT, RoundHouse, hand_in, round_house, sealed_for

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def organisation(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundHouse]:
    folder: Path = tmp_path_factory.mktemp("keys")
    with fresh_database(postgres_url) as url, round_house(url, folder) as house:
        yield house


@pytest.fixture
def house(organisation: RoundHouse) -> RoundHouse:
    return organisation.subject()


class OtherKeeper:
    """A keeper whose answers to hand-ins are given."""

    def __init__(self, outcome: HandInOutcome | None) -> None:
        self.outcome = outcome
        self.handed_in: list[HandIn] = []

    def make_key(self, round_: str) -> RoundKey:
        raise KeeperUnavailableError("away")

    def hand_in(self, hand_in: HandIn) -> HandInOutcome:
        if self.outcome is None:
            raise KeeperUnavailableError("the keeper of round keys does not answer")
        self.handed_in.append(hand_in)
        return self.outcome

    def result_of(self, round_: str, command: bytes) -> HandInOutcome | None:
        return self.outcome if any(one.command == command for one in self.handed_in) else None


def sends(house: RoundHouse, rater: Invited | str, request: CommandRequest) -> CommandResult:
    code = rater if isinstance(rater, str) else rater.code
    return house.requests().send(request, person=caller_of(code), role=Role.RATER)


def codes(result: CommandResult) -> list[str]:
    return [refusal.code for refusal in result.refusals]


def test_the_reply_is_the_same_for_the_first_a_replacement_and_a_retry(house: RoundHouse) -> None:
    rater, *_ = house.raters(house.opens())
    first = hand_in(sealed_for(house, rater))
    replies = [sends(house, rater, first), sends(house, rater, hand_in(sealed_for(house, rater, scale=2)))]
    replies.append(sends(house, rater, first))
    assert {replace(reply, command_id="") for reply in replies} == {
        CommandResult(command_id="", outcome="ACCEPTED")
    }


def test_a_rater_finds_out_how_their_own_hand_in_ended_and_nobody_elses(house: RoundHouse) -> None:
    round_ = house.opens()
    rater, other, *_ = house.raters(round_)
    request, requests = hand_in(sealed_for(house, rater)), house.requests()
    assert sends(house, rater, request).outcome == "ACCEPTED"
    asked = {"role": Role.RATER}
    found = requests.result_of(request.command_id, person=caller_of(rater.code), **asked)
    assert found == CommandResult(command_id=request.command_id, outcome="ACCEPTED")
    assert requests.result_of(request.command_id, person=caller_of(other.code), **asked) is None
    assert requests.result_of(str(uuid4()), person=caller_of(rater.code), **asked) is None
    house.own("closeRound", roundId=round_)
    assert requests.result_of(request.command_id, person=caller_of(rater.code), **asked) is None


def test_unknown_revoked_closing_and_past_the_time_get_one_answer(house: RoundHouse) -> None:
    round_ = house.prepared()
    house.invites(round_, *(f"p-{uuid4().hex}" for _ in range(4)))
    revoked, rater, *_ = house.raters(round_)
    sealed = os.urandom(SEALED_BYTES)
    early = sends(house, rater, hand_in(sealed))
    invitation = revoked.invitation.invitation
    house.own("revokeInvitation", roundId=round_, invitationId=invitation)
    house.own("openRound", roundId=round_)
    over = [
        early,
        sends(house, revoked, hand_in(sealed)),
        sends(house, "0" * 16, hand_in(sealed)),
        sends(house, "0" * 16, hand_in(b"of another size")),
    ]
    house.own("closeRound", roundId=round_)
    over.append(sends(house, rater, hand_in(sealed)))
    assert {replace(reply, command_id="") for reply in over} == {replace(over[0], command_id="")}
    assert codes(over[0]) == ["INVITATION_OVER"]


def test_after_the_time_nothing_is_taken_in_even_before_the_round_is_closed(house: RoundHouse) -> None:
    rater, *_ = house.raters(house.opens())
    request = hand_in(sealed_for(house, rater))
    house.clock.advance(CLOSES_AT - house.clock.now() - timedelta(seconds=1))
    try:
        assert sends(house, rater, request).outcome == "ACCEPTED"
        house.clock.advance(timedelta(seconds=1))
        again = hand_in(base64.b64decode(request.input["sealed"]))
        assert codes(sends(house, rater, again)) == ["INVITATION_OVER"]
    finally:
        house.clock.advance(-timedelta(days=14))


def test_a_cancelled_round_takes_nothing(house: RoundHouse) -> None:
    round_ = house.opens()
    rater, *_ = house.raters(round_)
    request = hand_in(sealed_for(house, rater))
    house.own("cancelRound", roundId=round_)
    assert codes(sends(house, rater, request)) == ["INVITATION_OVER"]


@pytest.mark.parametrize("size", [0, SEALED_BYTES - 1, SEALED_BYTES + 1])
def test_answers_of_another_size_are_refused(house: RoundHouse, size: int) -> None:
    rater, *_ = house.raters(house.opens())
    refused = sends(house, rater, hand_in(bytes(size)))
    assert codes(refused) == ["INVALID_INPUT"]
    assert refused.refusals[0].field == ("feedback", "sealed")


@pytest.mark.parametrize(
    "asked", [{}, {"sealed": 1}, {"sealed": "no base64!"}, {"sealed": "", "more": 1}, {"plain": {}}]
)
def test_an_input_of_another_form_is_a_clear_error(house: RoundHouse, asked: dict[str, object]) -> None:
    request = CommandRequest(name="submitFeedback", command_id=str(uuid4()), input=asked)
    with pytest.raises(BadRequestError):
        sends(house, "0" * 16, request)


def test_the_role_of_a_rater_hands_in_and_does_nothing_else(house: RoundHouse) -> None:
    rater, *_ = house.raters(house.opens())
    for name in ("closeRound", "inviteRater", "viewer", "x"):
        with pytest.raises(ForbiddenError):
            sends(house, rater, CommandRequest(name=name, command_id=str(uuid4())))
    with pytest.raises(CommandIdError):
        sends(house, rater, hand_in(bytes(SEALED_BYTES), command_id="1"))


@pytest.mark.parametrize(
    ("outcome", "shown", "refusals"),
    [
        ("KEPT", "ACCEPTED", []),
        ("UNSETTLED", "UNSETTLED", []),
        ("OVER", "REFUSED", ["INVITATION_OVER"]),
        ("INVALID", "REFUSED", ["INVALID_INPUT"]),
        ("LIMIT_REACHED", "REFUSED", ["LIMIT_REACHED"]),
    ],
)
def test_every_verdict_of_the_keeper_has_its_reply(
    house: RoundHouse, outcome: HandInOutcome, shown: str, refusals: list[str]
) -> None:
    round_ = house.opens()
    rater, *_ = house.raters(round_)
    keeper = OtherKeeper(outcome)
    requests, sealed = house.requests(keeper), os.urandom(SEALED_BYTES)
    request = hand_in(sealed)
    result = requests.send(request, person=caller_of(rater.code), role=Role.RATER)
    assert (result.outcome, codes(result), result.version, result.position) == (shown, refusals, None, None)
    (sent,) = keeper.handed_in
    assert (sent.round, sent.slot, sent.sealed) == (round_, rater.invitation.slot, sealed)
    again = requests.result_of(request.command_id, person=caller_of(rater.code), role=Role.RATER)
    assert again == result


def test_when_the_keeper_is_away_nothing_was_applied(house: RoundHouse) -> None:
    rater, *_ = house.raters(house.opens())
    with pytest.raises(NothingAppliedError, match="keeper"):
        house.requests(OtherKeeper(None)).send(
            hand_in(bytes(SEALED_BYTES)), person=caller_of(rater.code), role=Role.RATER
        )


def test_wrong_codes_are_limited_in_total_and_right_ones_go_on(house: RoundHouse) -> None:
    round_ = house.opens()
    rater, *_ = house.raters(round_)
    requests = RequestHandler(house.handler, per_minute_max=1_000, feedback=house.feedback(now_s=lambda: 0.0))
    request = hand_in(sealed_for(house, rater))
    for number in range(WRONG_CODES_PER_MINUTE_MAX):
        requests.send(hand_in(b""), person=caller_of(f"{number:016d}"), role=Role.RATER)
    with pytest.raises(TooManyRequestsError):
        requests.send(hand_in(b""), person=caller_of("9" * 16), role=Role.RATER)
    assert requests.invitation(person=caller_of(rater.code), role=Role.RATER) is not None
    assert requests.send(request, person=caller_of(rater.code), role=Role.RATER).outcome == "ACCEPTED"
    house.own("closeRound", roundId=round_)
    with pytest.raises(TooManyRequestsError):  # as for a wrong code
        requests.invitation(person=caller_of(rater.code), role=Role.RATER)


def test_no_log_line_names_code_invitation_slot_or_round(house: RoundHouse) -> None:
    with capture_logs() as lines:
        round_ = house.opens()
        rater, *_ = house.raters(round_)
        sends(house, rater, hand_in(sealed_for(house, rater)))
        sends(house, "0" * 16, hand_in(b""))
    said = repr(lines)
    secret = (rater.code, caller_of(rater.code), rater.invitation.slot, rater.invitation.invitation, round_)
    assert not [word for word in secret if word in said]


def test_a_rater_is_asked_what_was_frozen_at_opening(house: RoundHouse) -> None:
    round_ = house.prepared()
    house.invites(round_, *(f"p-{uuid4().hex}" for _ in range(3)))
    (lead,) = house.invites(round_, f"lead-{uuid4().hex}", perspective="LEAD")
    house.own("openRound", roundId=round_)
    feedback = house.feedback()
    by_invitation = {one.invitation.invitation: one for one in house.raters(round_)}
    attributed = feedback.invitation(caller_of(by_invitation.pop(lead).code))
    assert attributed is not None
    assert (attributed.attributed, attributed.floor, attributed.comment_floor) == (True, None, None)
    assert attributed.perspective is Perspective.LEAD
    for peer in by_invitation.values():
        shown = feedback.invitation(caller_of(peer.code))
        assert shown is not None
        assert (shown.attributed, shown.floor, shown.comment_floor) == (False, 3, 3)
        assert (shown.subject, shown.round) == (house.person(house.number), round_)
        assert (shown.lens, shown.lens_number, shown.closes_at) == (house.lens, 1, CLOSES_AT)
        assert shown.public_key == house.keeper.make_key(round_).public_key
        assert shown.info == f"ipp.feedback.v1|{round_}|peer".encode()


def test_rule_9_what_a_rater_is_shown_is_the_same_before_and_after_handing_in(house: RoundHouse) -> None:
    round_ = house.opens()
    rater, *_ = house.raters(round_)
    feedback, subject = house.feedback(), house.person(house.number)
    before = feedback.invitation(caller_of(rater.code)), house.delivery.invited(subject, round_)
    sends(house, rater, hand_in(sealed_for(house, rater)))
    assert (feedback.invitation(caller_of(rater.code)), house.delivery.invited(subject, round_)) == before
    house.own("closeRound", roundId=round_)
    assert feedback.invitation(caller_of(rater.code)) is None
    assert feedback.invitation(caller_of("0" * 16)) is None


def test_two_devices_at_once_are_both_kept_and_read_the_same(house: RoundHouse) -> None:
    rater, *_ = house.raters(house.opens())
    devices = [hand_in(sealed_for(house, rater, scale=scale)) for scale in (1, 5, 2, 4)]
    before = house.feedback().invitation(caller_of(rater.code))
    with ThreadPoolExecutor(len(devices)) as pool:
        replies = list(pool.map(lambda request: sends(house, rater, request), devices))
    assert [reply.outcome for reply in replies] == ["ACCEPTED"] * len(devices)
    assert house.feedback().invitation(caller_of(rater.code)) == before


def test_a_page_that_was_open_when_its_lens_changed_still_hands_in(house: RoundHouse) -> None:
    """The last one of this file: nobody can use the lens after it."""
    rater, *_ = house.raters(house.opens())
    page = hand_in(sealed_for(house, rater))
    asked = house.feedback().invitation(caller_of(rater.code))
    words = {"nl": "Luistert en vat samen.", "en": "Listens and sums up."}
    for claim, name, fields in (
        ("wg1", "draftLens", {"name": words}),
        ("wg1", "pilotLens", {"on": house.calendar.today().isoformat(), "people": 3}),
        ("wg2", "publishLens", {}),
        ("wg1", "withdrawLens", {"reason": "Te lang."}),
    ):
        house.accepted(claim, Role.WORKING_GROUP, name, lensId=house.lens, **fields)
    assert sends(house, rater, page).outcome == "ACCEPTED"
    assert house.feedback().invitation(caller_of(rater.code)) == asked
