"""Rounds before they open: preparing, inviting and taking back (privacy rules 4 and 10)."""

from datetime import UTC, timedelta

import pytest
from msgspec.structs import replace

from events.catalog.employment import EmploymentEnded
from events.catalog.portfolio.life import PortfolioClosed, PortfolioPaused, PortfolioResumed
from events.catalog.registry import Event
from events.catalog.rounds import InvitationRevoked, RaterInvited, RoundCancelled, RoundPrepared
from rules.feedback.questions import INVITATIONS_MAX, Perspective
from services.contexts.rounds.commands import (
    InviteRater,
    OutsiderInput,
    PrepareRound,
    RaterInput,
    RevokeInvitation,
)
from services.contexts.rounds.preparing import (
    DAYS_AHEAD_MAX,
    DAYS_AHEAD_MIN,
    INVITATIONS_PER_QUARTER_DEFAULT,
    INVITED_EVER_MAX,
    ROUNDS_EVER_MAX,
)
from services.decisions.command import Command
from services.decisions.feedback import RaterFound
from services.handling.registry import MalformedCommandError, read_command
from tests.services.contexts.rounds.house import (
    AT_WORK,
    CLOSED,
    CLOSES_AT,
    CLOSING,
    HERE,
    IN_TWO_WEEKS,
    LENS,
    LENS_FOUND,
    LENS_VERSION,
    OPEN,
    PREPARED,
    READY,
    ROUND,
    RULES,
    invited,
)
from tests.spec import COLLEAGUE, NEW, NOW, PERSON, TODAY, given

PREPARE = PrepareRound(lens_version_id=LENS_VERSION, closes_at=IN_TWO_WEEKS)
OUTSIDER = OutsiderInput(name="Ouder van Sem", email="ouder@example.org")


def invite(
    perspective: str = "PEER", *, colleague: str | None = COLLEAGUE, outsider: OutsiderInput | None = None
) -> InviteRater:
    rater = RaterInput(colleague_id=None if outsider else colleague, outsider=outsider)
    return InviteRater(round_id=ROUND, perspective=perspective, rater=rater)


def test_a_round_is_prepared_with_a_lens_and_a_moment_kept_in_utc() -> None:
    given(*HERE).when(PREPARE, AT_WORK).then(
        RoundPrepared(round=NEW, lens=LENS, lens_number=1, closes_at=IN_TWO_WEEKS.astimezone(UTC))
    )
    own = replace(PREPARE, own_question=" Wat zie jij?\n")
    given(*HERE).when(own, AT_WORK).then(
        RoundPrepared(
            round=NEW,
            lens=LENS,
            lens_number=1,
            closes_at=IN_TWO_WEEKS.astimezone(UTC),
            own_question="Wat zie jij?",
        )
    )


def test_only_somebody_who_works_here_with_an_open_portfolio_prepares_a_round() -> None:
    given(HERE[0]).when(PREPARE, AT_WORK).refused("WRONG_STATE")
    given(*HERE, PortfolioPaused()).when(PREPARE, AT_WORK).refused("WRONG_STATE")
    given(*HERE, PortfolioClosed()).when(PREPARE, AT_WORK).refused("WRONG_STATE")
    given(*HERE, EmploymentEnded(on=TODAY)).when(PREPARE, AT_WORK).refused("WRONG_STATE")
    assert given(*HERE, PortfolioPaused(), PortfolioResumed()).when(PREPARE, AT_WORK).events()


def test_a_person_has_one_round_at_a_time() -> None:
    for going_on in (READY, OPEN, CLOSING):
        given(*going_on).when(PREPARE, AT_WORK).refused("WRONG_STATE")
    for over in (CLOSED, (*READY, RoundCancelled(round=ROUND)), (*OPEN, RoundCancelled(round=ROUND))):
        assert given(*over).when(PREPARE, AT_WORK).events()


def test_the_lens_must_be_there_and_not_withdrawn() -> None:
    given(*HERE).when(PREPARE, replace(AT_WORK, lens=None)).refused("NOT_FOUND", fields=["lensVersionId"])
    withdrawn = replace(AT_WORK, lens=replace(LENS_FOUND, withdrawn=True))
    given(*HERE).when(PREPARE, withdrawn).refused("WRONG_STATE", fields=["lensVersionId"])


@pytest.mark.parametrize(
    ("ahead", "accepted"),
    [
        (timedelta(days=DAYS_AHEAD_MIN), True),
        (timedelta(days=DAYS_AHEAD_MAX), True),
        (timedelta(days=DAYS_AHEAD_MIN, seconds=-1), False),
        (timedelta(days=DAYS_AHEAD_MAX, seconds=1), False),
        (timedelta(days=-1), False),
    ],
)
def test_a_round_ends_in_a_day_at_least_and_sixty_at_most(ahead: timedelta, *, accepted: bool) -> None:
    when = given(*HERE).when(replace(PREPARE, closes_at=NOW + ahead), AT_WORK)
    if accepted:
        assert when.events()
    else:
        when.refused("INVALID_INPUT", fields=["closesAt"])


def test_a_moment_needs_a_time_zone() -> None:
    with pytest.raises(MalformedCommandError, match="closesAt"):
        read_command("prepareRound", {"lensVersionId": LENS_VERSION, "closesAt": "2026-12-08T16:00:00"})


def test_rounds_of_a_person_have_a_limit() -> None:
    many = [
        event
        for number in range(ROUNDS_EVER_MAX)
        for event in (
            replace(PREPARED, round=f"{number:032x}"),
            RoundCancelled(round=f"{number:032x}"),
        )
    ]
    given(*HERE, *many).when(PREPARE, AT_WORK).refused("LIMIT_REACHED")
    assert given(*HERE, *many[2:]).when(PREPARE, AT_WORK).events()


@pytest.mark.parametrize("perspective", ["PEER", "LEAD", "REPORT", "CLIENT", "PARTNER"])
def test_a_colleague_is_asked_from_any_side(perspective: str) -> None:
    given(*HERE, PREPARED).when(invite(perspective), AT_WORK).then(
        RaterInvited(round=ROUND, invitation=NEW, perspective=Perspective[perspective])
    )


@pytest.mark.parametrize("perspective", ["CLIENT", "PARTNER"])
def test_an_outsider_is_asked_as_client_or_partner_with_or_without_an_address(perspective: str) -> None:
    for outsider in (OUTSIDER, OutsiderInput(name="Sem")):
        given(*HERE, PREPARED).when(invite(perspective, outsider=outsider), AT_WORK).then(
            RaterInvited(round=ROUND, invitation=NEW, perspective=Perspective[perspective])
        )


@pytest.mark.parametrize("perspective", ["PEER", "LEAD", "REPORT"])
def test_rule_10_peers_leads_and_reports_are_registered_and_work_here(perspective: str) -> None:
    (refusal,) = invite(perspective, outsider=OUTSIDER).refusals()
    assert refusal.code == "RATER_NOT_AVAILABLE"
    gone = replace(AT_WORK, professionals=frozenset(), rater=None)
    given(*HERE, PREPARED).when(invite(perspective), gone).refused("RATER_NOT_AVAILABLE", fields=["rater"])


def test_nobody_asks_themselves_by_id_or_by_address() -> None:
    own = replace(AT_WORK, professionals=frozenset({PERSON}))
    given(*HERE, PREPARED).when(invite(colleague=PERSON), own).refused("INVALID_INPUT", fields=["rater"])
    by_address = replace(AT_WORK, rater=RaterFound(is_subject=True))
    given(*HERE, PREPARED).when(invite("CLIENT", outsider=OUTSIDER), by_address).refused("INVALID_INPUT")
    (refusal,) = invite("SELF").refusals()
    assert (refusal.code, refusal.field) == ("INVALID_INPUT", ("perspective",))


def test_nobody_is_asked_twice_in_a_round() -> None:
    twice = replace(AT_WORK, rater=RaterFound(in_round=True))
    given(*HERE, PREPARED).when(invite(), twice).refused("ALREADY_SO", fields=["rater"])


def test_rule_10_nobody_is_asked_more_often_in_a_quarter_than_the_policy_allows() -> None:
    for rules, most in (
        (replace(RULES, invitations_per_quarter_max=2), 2),
        (None, INVITATIONS_PER_QUARTER_DEFAULT),
    ):
        often = replace(AT_WORK, rules=rules, rater=RaterFound(asked=most))
        given(*HERE, PREPARED).when(invite(), often).refused("RATER_NOT_AVAILABLE", fields=["rater"])
        once_more = replace(often, rater=RaterFound(asked=most - 1))
        assert given(*HERE, PREPARED).when(invite(), once_more).events()


def test_a_round_has_forty_invitations_at_most() -> None:
    full = invited(peer=INVITATIONS_MAX)
    given(*HERE, PREPARED, *full).when(invite(), AT_WORK).refused("LIMIT_REACHED")
    one_back = InvitationRevoked(round=ROUND, invitation=full[0].invitation)
    assert given(*HERE, PREPARED, *full, one_back).when(invite(), AT_WORK).events()


def test_inviting_and_taking_back_again_and_again_has_a_limit() -> None:
    churn: list[Event] = []
    for number in range(INVITED_EVER_MAX):
        name = f"{number:032x}"
        churn += [
            RaterInvited(round=ROUND, invitation=name, perspective=Perspective.PEER),
            InvitationRevoked(round=ROUND, invitation=name),
        ]
    given(*HERE, PREPARED, *churn).when(invite(), AT_WORK).refused("LIMIT_REACHED")


@pytest.mark.parametrize("history", [OPEN, CLOSING, CLOSED])
def test_rule_4_nobody_is_invited_or_taken_back_after_opening(history: tuple[Event, ...]) -> None:
    revoke = RevokeInvitation(round_id=ROUND, invitation_id=invited(peer=1)[0].invitation)
    commands: tuple[Command, ...] = (invite(), revoke)
    for command in commands:
        given(*history).when(command, AT_WORK).refused("WRONG_STATE")


def test_an_invitation_is_taken_back_once() -> None:
    name = invited(peer=1)[0].invitation
    revoke = RevokeInvitation(round_id=ROUND, invitation_id=name)
    revoked = InvitationRevoked(round=ROUND, invitation=name)
    given(*READY).when(revoke, AT_WORK).then(revoked)
    given(*READY, revoked).when(revoke, AT_WORK).refused("NOT_FOUND", fields=["invitationId"])
    given(*HERE).when(revoke, AT_WORK).refused("NOT_FOUND", fields=["roundId"])


def test_all_that_is_wrong_with_preparing_is_said_at_once() -> None:
    wrong = replace(PREPARE, closes_at=CLOSES_AT - timedelta(days=30))
    given(HERE[0]).when(wrong, replace(AT_WORK, lens=None)).refused(
        "WRONG_STATE", "INVALID_INPUT", "NOT_FOUND"
    )


@pytest.mark.parametrize(
    ("rater", "fields"),
    [
        (RaterInput(), ["rater"]),
        (RaterInput(colleague_id=COLLEAGUE, outsider=OUTSIDER), ["rater"]),
        (RaterInput(outsider=OutsiderInput(name=" ")), ["rater.outsider.name"]),
        (RaterInput(outsider=OutsiderInput(name="A" * 121)), ["rater.outsider.name"]),
        (RaterInput(outsider=OutsiderInput(name="Sem", email="sem")), ["rater.outsider.email"]),
    ],
)
def test_a_rater_is_a_colleague_or_a_named_outsider(rater: RaterInput, fields: list[str]) -> None:
    refusals = InviteRater(round_id=ROUND, perspective="CLIENT", rater=rater).refusals()
    assert [".".join(refusal.field) for refusal in refusals] == fields
    assert {refusal.code for refusal in refusals} == {"INVALID_INPUT"}
