"""A round closes once and on its terms, and its rows say no more than the mirror rests on."""

from pathlib import Path

import msgspec
import pytest

from events.privacy.sealing import open_sealed
from kit.errors import BadRequestError
from processes.keeper.closing import ROW_BYTES, Row, padded
from processes.keeper.keeper import LocalKeeper, OtherTermsError
from rules.feedback.answers import Answer, HandedIn
from rules.feedback.questions import QUESTIONS_MAX, TERMS_PICKED_MAX, Perspective, RoundFloors
from tests.events.log.inbox.memory import MemoryLog
from tests.processes.keeper.rounds import (
    OPEN,
    RARE,
    RARE_TERM,
    SCALE,
    TERM,
    Rater,
    answers,
    new,
    running,
    terms,
)

PEER, CLIENT, LEAD = Perspective.PEER, Perspective.CLIENT, Perspective.LEAD


def test_the_last_answer_of_each_rater_counts(keeper: LocalKeeper) -> None:
    round_ = new()
    raters = [Rater(round_, PEER) for _ in range(6)]
    for rater in raters:
        assert rater.gives(keeper, answers(1, "eerst")) == "KEPT"
    for number, rater in enumerate(raters[:5]):
        assert rater.gives(keeper, answers(5, f"daarna {number}")) == "KEPT"
    assert raters[5].gives(keeper, HandedIn(take_back=True)) == "KEPT"
    closed = keeper.close(terms(round_, {PEER: 8}))
    (block,) = closed.contents.blocks
    assert (block.raters.low, block.raters.high) == (5, 7)
    scale = closed.contents.rows[0]
    assert (scale.question, scale.own, scale.cells[0].mean) == (SCALE.question, 3, "from_4.5")
    (comments,) = closed.contents.comments
    assert comments.question == OPEN.question
    assert {one.text for one in comments.fragments} == {f"daarna {number}" for number in range(5)}


def test_closing_again_gives_the_same_bytes_from_whichever_process(folder: Path, log: MemoryLog) -> None:
    round_ = new()
    with running(folder, log) as keeper:
        for number in range(4):
            Rater(round_, PEER).gives(keeper, answers(number + 1, f"tekst {number}", TERM))
        first = keeper.close(terms(round_, {PEER: 6}))
        assert keeper.close(terms(round_, {PEER: 6})) == first
    with running(folder, log) as one, running(folder, log) as other:
        assert one.close(terms(round_, {PEER: 6})) == first
        assert other.close(terms(round_, {PEER: 6})) == first


def test_other_answers_give_other_keys_orders_and_ids(tmp_path: Path, keeper: LocalKeeper) -> None:
    closings = []
    for _ in range(2):
        round_ = new()
        for number in range(4):
            Rater(round_, PEER).gives(keeper, answers(4, f"tekst {number}"))
        closings.append(keeper.close(terms(round_, {PEER: 4})))
    one, other = closings
    assert one.mirror_key != other.mirror_key
    assert one.seed != other.seed
    assert not set(one.rows) & set(other.rows)


def test_a_second_closing_by_other_terms_is_refused(folder: Path, log: MemoryLog) -> None:
    round_ = new()
    with running(folder, log) as keeper:
        for _ in range(4):
            Rater(round_, PEER).gives(keeper, answers(4))
        keeper.close(terms(round_, {PEER: 4}))
    with running(folder, log) as keeper:
        for other in (
            terms(round_, {PEER: 5}),
            terms(round_, {PEER: 4}, floors=RoundFloors(raters=4, clients=5, comments=3)),
            terms(round_, {PEER: 4}, own=()),
            terms(round_, {PEER: 4}, questions=(SCALE,)),
            terms(round_, {PEER: 4}, slots={}),
        ):
            with pytest.raises(OtherTermsError):
                keeper.close(other)


@pytest.mark.parametrize(
    "floors", [RoundFloors(raters=2, clients=5, comments=3), RoundFloors(raters=3, clients=4, comments=3)]
)
def test_floors_that_protect_nobody_close_nothing(
    keeper: LocalKeeper, log: MemoryLog, floors: RoundFloors
) -> None:
    round_ = new()
    keeper.make_key(round_)
    before = len(log.values)
    with pytest.raises(BadRequestError):
        keeper.close(terms(round_, {PEER: 4}, floors=floors))
    with pytest.raises(BadRequestError):
        keeper.close(terms(round_, {PEER: 41}))
    with pytest.raises(BadRequestError):
        keeper.close(terms(round_, {PEER: 2}, slots={new(): PEER for _ in range(3)}))
    with pytest.raises(BadRequestError):
        keeper.close(terms(round_, {LEAD: 2}, lead_attributed=True))
    assert len(log.values) == before
    assert Rater(round_, PEER).gives(keeper, answers(4)) == "KEPT"


def test_rows_say_nothing_but_what_the_mirror_rests_on(keeper: LocalKeeper) -> None:
    round_ = new()
    for number in range(4):
        given = answers(number + 1, f"tekst {number}", TERM, *([RARE_TERM] if number == 0 else []))
        Rater(round_, PEER).gives(keeper, given)
    Rater(round_, PEER).gives(keeper, answers(5, "zelden", rare=2))
    for _ in range(2):  # too few, so they are left out
        Rater(round_, CLIENT).gives(keeper, answers(1, "weinig"))
    closed = keeper.close(terms(round_, {PEER: 6, CLIENT: 4}))
    opened = [open_sealed(closed.mirror_key, round_, row) for row in closed.rows]
    assert len(closed.rows) == 10, "one for each who was invited, whatever was answered"
    assert len({len(row) for row in closed.rows}) == 1
    assert len(set(closed.rows)) == 10, "empty ones differ too"
    assert {len(content) for content in opened} == {ROW_BYTES}
    rows = [msgspec.json.decode(content, type=Row) for content in opened]
    assert sum(row == Row() for row in rows) == 5
    assert {row.perspectives for row in rows if row.answers} == {(PEER,)}
    told = [answer for row in rows for answer in row.answers]
    assert sorted(answer.scale for answer in told if answer.scale is not None) == [1, 2, 3, 4, 5]
    assert {answer.text for answer in told} == {None}
    assert RARE.question not in {answer.question for answer in told}
    assert {term for answer in told for term in answer.terms} == {TERM}


def test_which_of_a_merged_block_answered_is_in_no_row(keeper: LocalKeeper) -> None:
    round_, report = new(), Perspective.REPORT
    for perspective in (PEER, PEER, report):
        Rater(round_, perspective).gives(keeper, answers(4))
    closed = keeper.close(terms(round_, {PEER: 3, report: 3}))
    rows = [msgspec.json.decode(open_sealed(closed.mirror_key, round_, row), type=Row) for row in closed.rows]
    assert {row.perspectives for row in rows if row.answers} == {(PEER, report)}
    assert closed.contents.blocks[0].raters.high is None


def test_with_too_few_answers_nothing_is_kept_of_any(keeper: LocalKeeper) -> None:
    round_ = new()
    for _ in range(2):
        Rater(round_, PEER).gives(keeper, answers(4, "geheim"))
    closed = keeper.close(terms(round_, {PEER: 4}))
    assert closed.contents.blocks == ()
    opened = [open_sealed(closed.mirror_key, round_, row) for row in closed.rows]
    assert [msgspec.json.decode(content, type=Row) for content in opened] == [Row()] * 4


def test_the_longest_row_fits_the_one_length() -> None:
    longest = Answer(question="f" * 32, terms=("f" * 32,) * TERMS_PICKED_MAX)
    row = Row(perspectives=tuple(Perspective), answers=(longest,) * QUESTIONS_MAX)
    assert len(padded(row)) == len(padded(Row())) == ROW_BYTES
