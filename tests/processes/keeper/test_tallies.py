"""Rounds are counted once, when their key goes; nothing of a single round stays in the keeper's folder."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from processes.keeper import tallies as store
from processes.keeper.keeper import LocalKeeper
from processes.keeper.key_store import KeyStore
from processes.keeper.tallies import TallyStore
from rules.feedback.mirror import Portion
from rules.feedback.quality import ROUNDS_MIN, Tally
from rules.feedback.questions import Perspective, Question, QuestionKind
from tests.events.log.inbox.memory import MemoryLog
from tests.processes.keeper.rounds import OPEN, OTHERS, PICK, RARE, SCALE, Rater, answers, new, running, terms

PEER = Perspective.PEER


class CrashError(BaseException):
    """The process ends here."""


def closed(keeper: LocalKeeper, *, people: int = 4, log_has_it: bool = True) -> str:
    """Play a round in which all see the first question, and nobody the second; return it."""
    round_ = new()
    for _ in range(people):
        Rater(round_, PEER).gives(keeper, answers(4))
    keeper.close(terms(round_, {PEER: people}))
    keeper.destroy(round_, closed=log_has_it)
    return round_


def test_figures_come_after_enough_rounds_and_are_words(keeper: LocalKeeper) -> None:
    for _ in range(ROUNDS_MIN - 1):
        closed(keeper)
        assert keeper.figures() == ()
    closed(keeper)
    found = {one.question: (one.answered, one.not_seen) for one in keeper.figures()}
    assert found == {
        SCALE.question: (Portion.MOST, Portion.FEW),
        RARE.question: (Portion.FEW, Portion.FEW),
        PICK.question: (Portion.FEW, None),
        OPEN.question: (Portion.FEW, None),
    }


def test_a_restart_loses_no_round_and_a_figure_stays_until_as_many_are_new(
    folder: Path, log: MemoryLog
) -> None:
    seen = []
    for _ in range(2 * ROUNDS_MIN):
        with running(folder, log) as keeper:
            closed(keeper)
            seen.append({one.figure for one in keeper.figures() if one.question == SCALE.question})
    assert seen[: ROUNDS_MIN - 1] == [set()] * (ROUNDS_MIN - 1)
    assert seen[ROUNDS_MIN - 1 : -1] == [seen[ROUNDS_MIN - 1]] * ROUNDS_MIN
    assert seen[-1] != seen[-2]


def test_a_round_without_a_mirror_on_the_log_does_not_count(keeper: LocalKeeper, folder: Path) -> None:
    for _ in range(ROUNDS_MIN):
        closed(keeper, log_has_it=False)
    assert keeper.figures() == ()
    assert list(folder.iterdir()) == []


def test_a_small_round_leaves_no_trace(keeper: LocalKeeper, folder: Path) -> None:
    closed(keeper, people=2)
    assert TallyStore(folder)._read().questions == {}


def test_the_subjects_own_question_is_not_counted(keeper: LocalKeeper, folder: Path) -> None:
    round_ = new()
    own = Question(question=round_, kind=QuestionKind.OPEN, nl="Ik?", en="Ik?", perspectives=OTHERS)
    for _ in range(4):
        Rater(round_, PEER).gives(keeper, answers(4))
    keeper.close(terms(round_, {PEER: 4}, questions=(SCALE, own)))
    keeper.destroy(round_, closed=True)
    assert set(TallyStore(folder)._read().questions) == {SCALE.question}


def test_after_a_round_its_tally_is_gone_and_the_folder_names_it_at_most_as_counted(
    keeper: LocalKeeper, folder: Path
) -> None:
    first, second = closed(keeper), closed(keeper)
    assert [path.name for path in folder.iterdir()] == ["sums"]
    assert first.encode() not in (folder / "sums").read_bytes()
    assert second.encode() in (folder / "sums").read_bytes()


CRASHES: list[tuple[Any, str, bool]] = [
    (KeyStore, "destroy", False),
    (KeyStore, "destroy", True),
    (TallyStore, "_replace", False),
    (TallyStore, "_replace", True),
    (TallyStore, "drop", False),
    (TallyStore, "drop", True),
    (os, "link", True),
    (store, "wipe", False),
]


@pytest.mark.parametrize("crash", CRASHES)
def test_a_round_counts_once_whatever_stops_the_keeper(
    folder: Path,
    log: MemoryLog,
    monkeypatch: pytest.MonkeyPatch,
    crash: tuple[Any, str, bool],
) -> None:
    owner, name, afterwards = crash
    with running(folder, log) as keeper:
        closed(keeper)
        round_ = new()
        for _ in range(4):
            Rater(round_, PEER).gives(keeper, answers(4))
        keeper.close(terms(round_, {PEER: 4}))
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, _crashing(getattr(owner, name), afterwards=afterwards))
            with pytest.raises(CrashError):
                keeper.destroy(round_, closed=True)
    with running(folder, log) as keeper:
        for _ in range(2):
            keeper.destroy(round_, closed=True)
        closed(keeper)
    kept = TallyStore(folder)._read().questions[SCALE.question].waiting
    assert kept == Tally(rounds=3, asked=12, answered=12, scale=True)
    assert [path.name for path in folder.iterdir() if not path.name.endswith(".new")] == ["sums"]


def _crashing(found: Callable[..., Any], *, afterwards: bool) -> Callable[..., Any]:
    def called(*args: Any, **kwargs: Any) -> Any:
        if afterwards:
            found(*args, **kwargs)
        raise CrashError

    return called


def test_a_closer_that_is_late_adds_no_tally_to_a_round_that_is_over(folder: Path, log: MemoryLog) -> None:
    with running(folder, log) as keeper:
        round_ = closed(keeper)
        keeper._note(round_, {SCALE.question: Tally(rounds=1, asked=4, scale=True)})
        keeper.destroy(round_, closed=True)
    assert TallyStore(folder)._read().questions[SCALE.question].waiting.rounds == 1


def test_damaged_sums_begin_anew_and_hold_up_no_round(keeper: LocalKeeper, folder: Path) -> None:
    closed(keeper)
    (folder / "sums").write_bytes(b"\0\1")
    closed(keeper)
    assert TallyStore(folder)._read().questions[SCALE.question].waiting.rounds == 1
