"""A comment in a mirror: flagged by its subject, masked by the confidential adviser."""

from msgspec.structs import replace

from events.catalog.rounds import CommentFlagged, CommentMasked, RoundClosing
from rules.feedback.comments import comment_id, signed_fragment
from services.contexts.rounds.commands import FlagComment, MaskComment
from tests.services.contexts.rounds.house import (
    AT_WORK,
    CLOSED,
    COMMENT,
    FRAGMENT,
    HERE,
    PREPARED,
    ROUND,
    opened,
)
from tests.spec import COLLEAGUE, CONTEXT, PERSON, given

FLAG = FlagComment(comment_id=COMMENT, reason=" Dit kwetst. ")
MASK = MaskComment(comment_id=COMMENT, reason="Noemt een cliënt.")
FLAGGED = CommentFlagged(round=ROUND, fragment=FRAGMENT, reason="Dit kwetst.")
MASKED = CommentMasked(round=ROUND, fragment=FRAGMENT, reason="Noemt een cliënt.")
ADVISER = replace(AT_WORK, person=COLLEAGUE, sender=COLLEAGUE)
OTHER = comment_id(PERSON, signed_fragment(PERSON, "0" * 32, key=CONTEXT.id_key))


def test_a_comment_is_flagged_once_and_masked_once() -> None:
    given(*CLOSED).when(FLAG, AT_WORK).then(FLAGGED)
    given(*CLOSED, FLAGGED).when(FLAG, AT_WORK).refused("ALREADY_SO", fields=["commentId"])
    given(*CLOSED, FLAGGED).when(MASK, ADVISER).then(MASKED)
    given(*CLOSED, MASKED).when(MASK, ADVISER).refused("ALREADY_SO", fields=["commentId"])
    given(*CLOSED, MASKED).when(FLAG, AT_WORK).refused("ALREADY_SO", fields=["commentId"])


def test_a_rater_may_ask_the_adviser_without_the_subject_having_flagged() -> None:
    given(*CLOSED).when(MASK, ADVISER).then(MASKED)


def test_a_comment_that_is_not_there_is_not_found() -> None:
    for command in (replace(FLAG, comment_id=OTHER), replace(MASK, comment_id=OTHER)):
        given(*CLOSED).when(command, AT_WORK).refused("NOT_FOUND")
    given(*HERE).when(MASK, ADVISER).refused("NOT_FOUND")


def test_while_another_round_is_closing_nothing_is_masked() -> None:
    other = "7" * 32
    busy = (*CLOSED, replace(PREPARED, round=other), opened(other), RoundClosing(round=other))
    given(*busy).when(MASK, ADVISER).refused("WRONG_STATE")
    given(*busy).when(FLAG, AT_WORK).refused("WRONG_STATE")


def test_the_adviser_names_a_comment_by_an_id_that_the_services_signed() -> None:
    assert MASK.is_addressed(ADVISER)
    for made_up in (
        comment_id(PERSON, "0" * 32),
        comment_id(COLLEAGUE, FRAGMENT),
        COMMENT[:-1] + ("0" if COMMENT[-1] != "0" else "1"),
        PERSON,
        "",
        "x" * 64,
    ):
        assert not replace(MASK, comment_id=made_up).is_addressed(ADVISER)
    agreement = replace(ADVISER, id_key=b"1" * 32)
    assert not MASK.is_addressed(agreement)


def test_a_subject_flags_only_in_their_own_mirrors() -> None:
    assert FLAG.is_addressed(AT_WORK)
    assert not FLAG.is_addressed(ADVISER)
    assert not replace(FLAG, comment_id="").is_addressed(replace(AT_WORK, person=None))


def test_a_reason_is_needed() -> None:
    for command in (replace(FLAG, reason=" "), replace(MASK, reason="x" * 1_001)):
        assert [refusal.field for refusal in command.refusals()] == [("reason",)]
