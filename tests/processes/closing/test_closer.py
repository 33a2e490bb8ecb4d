"""A round ends in steps with a crash between any two: one mirror, then no key, then nobody's invitation."""

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from events.catalog.rounds import (
    FeedbackSubmitted,
    MirrorReleased,
    RoundClosed,
    RoundClosing,
    RoundInboxDestroyed,
)
from events.log.outcomes import OutcomeUnknownError
from events.privacy.answers import SEALED_BYTES
from events.privacy.mirror_keys import KEPT_DAYS
from events.privacy.sealing import open_sealed
from processes.closing.closer import CANCELLED_KEPT, Parts
from processes.keeper.closing import ClosedRound, ClosingTerms, Row
from processes.keeper.keeper import KeyGoneError
from rules.feedback.comments import comment_id, is_signed
from rules.feedback.questions import Perspective
from rules.signed_ids import key_of_ids
from services.feedback.keeper import HandIn
from tests.processes.closing.house import NOW, ClosingHouse, CrashError, CrashPlan, OneRound
from tests.processes.keeper.rounds import TERM, answers

pytestmark = pytest.mark.postgres
PEER, CLIENT = Perspective.PEER, Perspective.CLIENT
STEPS = ("keeper.close", "mirror key", "commit", "destroy", "noted", "forgotten")


def answered(house: ClosingHouse) -> OneRound:
    """Open a round that five of seven colleagues answer, and one of two clients."""
    one = house.opened({PEER: 7, CLIENT: 2})
    for number, rater in enumerate((*one.raters[:5], one.raters[7])):
        assert rater.gives(house.keeper, answers(number % 5 + 1, f"tekst {number}", TERM)) == "KEPT"
    return one


def kinds(house: ClosingHouse, one: OneRound) -> list[str]:
    recorded = house.of_round(one)
    begun = next(place for place, r in enumerate(recorded) if isinstance(r.event, RoundClosing))
    return [type(r.event).__name__ for r in recorded[begun:]]


def is_over(house: ClosingHouse, one: OneRound) -> bool:
    return (
        kinds(house, one) == ["RoundClosing", "RoundClosed", "MirrorReleased", "RoundInboxDestroyed"]
        and not house.has_key(one)
        and house.invitations.of_rounds([one.round]) == []
    )


def test_a_closing_round_becomes_a_mirror_and_then_nothing_is_left(house: ClosingHouse) -> None:
    one = answered(house)
    house.begin_closing(one)
    assert house.closer().turn() == ()
    assert is_over(house, one)
    recorded = house.of_round(one)
    (closing,) = (r for r in recorded if isinstance(r.event, RoundClosing))
    (closed,) = (r for r in recorded if isinstance(r.event, RoundClosed))
    (released,) = (r for r in recorded if isinstance(r.event, MirrorReleased))
    rows = house.rows(one)
    assert {r.at for r in (*rows, closed, released)} == {closing.at}, "the moment of the closing"
    assert isinstance(released.event, MirrorReleased)
    assert isinstance(closed.event, RoundClosed)
    contents = released.event.contents
    assert [block.perspectives for block in contents.blocks] == [(PEER,)]
    assert contents.left_out == (CLIENT,)
    assert [block.perspectives for block in closed.event.blocks] == [(PEER,)]
    assert contents.rows[0].own == 2
    key = key_of_ids(house.vault.fingerprint_key(house.organisation))
    fragments = [fragment for comments in contents.comments for fragment in comments.fragments]
    assert len(fragments) == 5
    assert all(is_signed(comment_id(one.subject, f.fragment), key=key) for f in fragments)


def test_the_rows_open_with_the_mirror_key_until_its_day(house: ClosingHouse) -> None:
    one = answered(house)
    house.begin_closing(one)
    house.closer().turn()
    mirror_key = house.mirror_keys.key_of(one.round)
    assert mirror_key is not None
    rows = []
    for recorded in house.rows(one):
        assert isinstance(recorded.event, FeedbackSubmitted)
        rows.append(msgspec.json.decode(open_sealed(mirror_key, one.round, recorded.event.row), type=Row))
    assert len(rows) == 9
    assert sum(row.perspectives == (PEER,) for row in rows) == 5
    last_day = (NOW + timedelta(days=KEPT_DAYS - 1)).date()
    house.mirror_keys.destroy_due(last_day)
    assert house.mirror_keys.key_of(one.round) == mirror_key
    assert house.mirror_keys.destroy_due(last_day + timedelta(days=1)) > 0
    assert house.mirror_keys.key_of(one.round) is None


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(len(STEPS)), ids=STEPS)
def test_a_crash_at_any_step_changes_no_byte_and_loses_nothing(
    house: ClosingHouse, step: int, *, after: bool
) -> None:
    one = answered(house)
    house.begin_closing(one)
    attempts: list[list[bytes]] = []
    with pytest.raises(CrashError):
        noting(house, attempts, CrashPlan(at=step, after=after)).turn()
    if "RoundClosed" not in kinds(house, one):
        assert house.has_key(one), "the key is destroyed only after the log accepted the closing"
    late = handed_in_late(house, one)
    assert late == ("KEPT" if (step, after) == (0, False) else "OVER")
    for _ in range(2):
        noting(house, attempts, CrashPlan(at=-1, after=False)).turn()
    assert is_over(house, one)
    assert len(house.rows(one)) == 9
    closings = [states for states in attempts if len(states) > 1]
    assert all(states == closings[0] for states in closings), "each attempt has the same bytes"
    assert len({len(state) for state in closings[0][:9]}) == 1, "rows are of one length"


def handed_in_late(house: ClosingHouse, one: OneRound) -> str:
    """Hand in without asking for the key, which services do only before a round opens."""
    return house.keeper.hand_in(
        HandIn(
            round=one.round,
            slot=one.raters[6].slot,
            command=os.urandom(32),
            sealed=os.urandom(SEALED_BYTES),
        )
    )


def noting(house: ClosingHouse, attempts: list[list[bytes]], plan: CrashPlan) -> Any:
    """Return a closer that crashes as planned; what it tries to append is noted."""
    closer = house.crashing(plan)
    recorder = closer._parts.recorder

    class Noting:
        def __getattr__(self, name: str) -> Any:
            return getattr(recorder, name)

        def append(self, stored: Any, **given: Any) -> Any:
            attempts.append([event.state for event in stored])
            return recorder.append(stored, **given)

    closer._parts = replace(closer._parts, recorder=Noting())  # type: ignore[arg-type]
    return closer


def test_two_closers_at_every_step_end_a_round_once(house: ClosingHouse) -> None:
    for step in range(len(STEPS)):
        one = answered(house)
        house.begin_closing(one)
        with pytest.raises(CrashError):
            house.crashing(CrashPlan(at=step, after=True)).turn()  # it is frozen there
        house.closer().turn()
        house.closer().turn()
        assert is_over(house, one)
        assert len(house.rows(one)) == 9


def test_a_verdict_that_is_not_known_is_found_by_the_next_turn(house: ClosingHouse) -> None:
    one = answered(house)
    house.begin_closing(one)

    class Unknown:
        def __getattr__(self, name: str) -> Any:
            return getattr(house.recorder, name)

        def append(self, *args: Any, **given: Any) -> Any:
            house.recorder.append(*args, **given)
            raise OutcomeUnknownError("no verdict in time")

    def unknown(parts: Parts) -> Parts:
        return replace(parts, recorder=Unknown())  # type: ignore[arg-type]

    assert house.closer(unknown).turn() == ("a round is not ended yet (OutcomeUnknownError)",)
    assert house.has_key(one)
    house.closer().turn()
    assert is_over(house, one)
    assert len(house.rows(one)) == 9


def test_an_answer_after_the_end_is_over_and_no_second_key_is_made(house: ClosingHouse) -> None:
    one = answered(house)
    house.begin_closing(one)
    house.closer().turn()
    assert handed_in_late(house, one) == "OVER"
    with pytest.raises(KeyGoneError):
        house.keeper.make_key(one.round)
    assert not house.has_key(one)


def test_a_cancelled_round_loses_its_key_at_once_and_its_invitations_later(house: ClosingHouse) -> None:
    one = answered(house)
    house.cancel(one)
    house.closer().turn()
    assert not house.has_key(one)
    assert isinstance(house.of_round(one)[-1].event, RoundInboxDestroyed)
    assert len(house.invitations.of_rounds([one.round])) == 9, "everybody can still be sent a mail"
    house.closer().turn()
    assert len([r for r in house.of_round(one) if isinstance(r.event, RoundInboxDestroyed)]) == 1
    house.clock.advance(CANCELLED_KEPT)
    house.closer().turn()
    assert house.invitations.of_rounds([one.round]) == []
    assert house.rows(one) == []


def test_an_open_round_is_left_alone(house: ClosingHouse) -> None:
    one = answered(house)
    before = house.of_round(one)
    assert house.closer().turn() == ()
    assert house.of_round(one) == before
    assert house.has_key(one)
    assert one.round in {going_on.round for going_on in house.closer().going_on()}


def test_a_round_whose_key_is_gone_waits_and_says_so(house: ClosingHouse) -> None:
    one = answered(house)
    house.begin_closing(one)
    (house.folder / f"{one.round}.key").unlink()
    (left,) = house.closer().turn()
    assert left.startswith("a round can't be closed")
    assert kinds(house, one) == ["RoundClosing"]
    house.cancel(one)
    house.closer().turn()
    assert kinds(house, one) == ["RoundClosing", "RoundCancelled", "RoundInboxDestroyed"]


def test_a_round_that_fails_in_an_unforeseen_way_holds_up_no_other(house: ClosingHouse) -> None:
    first, second = sorted((answered(house), answered(house)), key=lambda one: one.round)
    for one in (first, second):
        house.begin_closing(one)

    class Failing:
        def __getattr__(self, name: str) -> Any:
            return getattr(house.keeper, name)

        def close(self, terms: ClosingTerms) -> ClosedRound:
            if terms.round == first.round:
                raise RecursionError
            return house.keeper.close(terms)

    left = house.closer(lambda parts: replace(parts, keeper=Failing())).turn()
    assert "a round can't be ended (RecursionError)" in left
    assert (is_over(house, first), is_over(house, second)) == (False, True)
    house.closer().turn()
    assert is_over(house, first)


def test_a_person_who_was_forgotten_leaves_no_key_and_no_invitation(house: ClosingHouse) -> None:
    one = answered(house)
    house.vault.destroy(one.subject)
    house.closer().turn()
    assert not house.has_key(one)
    assert house.invitations.of_rounds([one.round]) == []
