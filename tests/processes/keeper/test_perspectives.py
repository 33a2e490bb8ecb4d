"""Answers count only from the perspective that their rater was invited from, and in a slot of this round."""

import os

from events.privacy.answers import SEALED_BYTES, info_of, seal_answers
from processes.keeper.keeper import LocalKeeper
from rules.feedback.answers import fill_up
from rules.feedback.questions import Perspective
from services.feedback.keeper import HandIn
from tests.processes.keeper.rounds import Rater, answers, new, terms

PEER, CLIENT, LEAD = Perspective.PEER, Perspective.CLIENT, Perspective.LEAD


def test_answers_sealed_for_nothing_of_this_round_are_not_given(keeper: LocalKeeper) -> None:
    round_ = new()
    for _ in range(3):
        Rater(round_, PEER).gives(keeper, answers(4))
    key = keeper.make_key(round_)
    other_round = Rater(new(), PEER).sealed(key.public_key, answers(1))
    uninvited = Rater(round_, CLIENT).sealed(key.public_key, answers(1))
    for sealed in (other_round, uninvited, os.urandom(SEALED_BYTES)):
        slot = Rater(round_, PEER).slot
        handed_in = HandIn(round=round_, slot=slot, command=os.urandom(32), sealed=sealed)
        assert keeper.hand_in(handed_in) == "KEPT", "it can't be looked at before the closing"
    closed = keeper.close(terms(round_, {PEER: 8}))
    assert (closed.contents.blocks[0].raters.low, closed.contents.blocks[0].raters.high) == (3, 4)


def test_a_rater_can_not_write_in_the_name_of_another_perspective(keeper: LocalKeeper) -> None:
    round_ = new()
    key = keeper.make_key(round_)
    for _ in range(3):
        Rater(round_, PEER).gives(keeper, answers(4))
    peer, stranger = Rater(round_, PEER).slot, new()
    for slot in (peer, stranger):
        sealed = seal_answers(
            key.public_key, info_of(round_, LEAD), fill_up(answers(1, "als je leidinggevende"))
        )
        handed_in = HandIn(round=round_, slot=slot, command=os.urandom(32), sealed=sealed)
        assert keeper.hand_in(handed_in) == "KEPT", "it can't be looked at before the closing"
    contents = keeper.close(terms(round_, {PEER: 4, LEAD: 1}, lead_attributed=True)).contents
    assert [block.perspectives for block in contents.blocks] == [(PEER,)]
    assert contents.left_out == (LEAD,)
    assert contents.comments == ()


def test_what_is_in_a_slot_of_nobody_who_was_invited_is_not_given(keeper: LocalKeeper) -> None:
    round_ = new()
    key = keeper.make_key(round_)
    for _ in range(2):
        Rater(round_, PEER).gives(keeper, answers(4))
    sealed = seal_answers(key.public_key, info_of(round_, PEER), fill_up(answers(1)))
    keeper.hand_in(HandIn(round=round_, slot=new(), command=os.urandom(32), sealed=sealed))
    assert keeper.close(terms(round_, {PEER: 4})).contents.blocks == ()
