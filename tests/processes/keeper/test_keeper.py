"""What the keeper does with keys and with what is handed in, until a round is closed or its key is gone."""

import os
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from events.log.record import Commit, unframe
from events.privacy.answers import SEALED_BYTES
from events.privacy.sealing import SealError, open_sealed
from kit.clock import FixedClock
from processes.keeper.keeper import LOST_AFTER, KeyGoneError, LocalKeeper
from rules.feedback.questions import Perspective
from services.feedback.keeper import HandIn, KeeperUnavailableError
from tests.events.log.inbox.memory import MemoryLog
from tests.processes.keeper.rounds import (
    NOW,
    Rater,
    answers,
    new,
    running,
    terms,
)

PEER, CLIENT, LEAD = Perspective.PEER, Perspective.CLIENT, Perspective.LEAD


def test_a_key_is_made_once_and_names_its_inbox(keeper: LocalKeeper) -> None:
    round_ = new()
    made = keeper.make_key(round_)
    assert made.inbox == "ipp_feedback_inbox_2026"
    assert keeper.make_key(round_) == made
    assert keeper.make_key(new()).public_key != made.public_key


def test_a_late_answer_is_over_and_changes_nothing(keeper: LocalKeeper) -> None:
    round_, late = new(), Rater("", PEER)
    late.round = round_
    for _ in range(3):
        Rater(round_, PEER).gives(keeper, answers(4))
    first = keeper.close(terms(round_, {PEER: 4}))
    assert late.gives(keeper, answers(1)) == "OVER"
    assert keeper.close(terms(round_, {PEER: 4})) == first


@pytest.mark.parametrize(
    "changed",
    [
        {"sealed": b""},
        {"sealed": bytes(SEALED_BYTES + 1)},
        {"slot": "../../etc/passwd"},
        {"command": b"short"},
        {"round": "A" * 32},
    ],
)
def test_what_has_not_the_one_form_is_invalid(
    keeper: LocalKeeper, log: MemoryLog, changed: dict[str, object]
) -> None:
    round_ = new()
    keeper.make_key(round_)
    hand_in = HandIn(round=round_, slot=new(), command=os.urandom(32), sealed=bytes(SEALED_BYTES))
    before = len(log.values)
    assert keeper.hand_in(msgspec.structs.replace(hand_in, **changed)) == "INVALID"
    assert len(log.values) == before


def test_a_destroyed_key_ends_the_round_for_good(folder: Path, log: MemoryLog) -> None:
    round_, rater = new(), Rater("", PEER)
    with running(folder, log) as keeper:
        key = keeper.make_key(round_)
        sealed = rater.sealed(key.public_key, answers(4))
        keeper.destroy(round_)
        keeper.destroy(round_)
        command = os.urandom(32)
        hand_in = HandIn(round=round_, slot=rater.slot, command=command, sealed=sealed)
        assert keeper.hand_in(hand_in) == "OVER"
        assert keeper.result_of(round_, command) == "OVER"
        with pytest.raises(KeyGoneError):
            keeper.close(terms(round_, {PEER: 4}))
    assert list(folder.iterdir()) == []


def test_a_missing_key_counts_as_lost_only_after_a_time(folder: Path, log: MemoryLog) -> None:
    clock, round_, other = FixedClock(NOW), new(), new()
    with running(folder, log, clock) as keeper:
        keeper.make_key(round_)
        keeper.make_key(other)
    kept = (folder / f"{round_}.key").read_bytes()
    (folder / f"{round_}.key").unlink()
    with running(folder, log, clock) as keeper:
        assert keeper.status_of((round_, other)) == {round_: "MISSING", other: "HERE"}
        clock.advance(LOST_AFTER - timedelta(seconds=1))
    with running(folder, log, clock) as keeper:
        assert keeper.status_of((round_,)) == {round_: "MISSING"}
        clock.advance(timedelta(seconds=1))
        assert keeper.status_of((round_,)) == {round_: "LOST"}
        (folder / f"{round_}.key").write_bytes(kept)  # as when its volume is mounted after all
        assert keeper.status_of((round_,)) == {round_: "HERE"}


def test_a_damaged_key_is_missed_and_can_be_destroyed(folder: Path, log: MemoryLog) -> None:
    round_ = new()
    with running(folder, log) as keeper:
        keeper.make_key(round_)
        assert keeper.troubles_of_keys() == ()
        (folder / f"{round_}.key").write_bytes(b"{}")
        assert keeper.status_of((round_,)) == {round_: "MISSING"}
        assert keeper.troubles_of_keys() == ("1 of 1 keys of rounds can't be used",)
        with pytest.raises(KeeperUnavailableError):
            keeper.make_key(round_)
        keeper.destroy(round_)
        assert keeper.troubles_of_keys() == ()


def test_rounds_that_are_over_leave_the_memory_after_a_restart(folder: Path, log: MemoryLog) -> None:
    over, closed = new(), new()
    with running(folder, log) as keeper:
        for round_ in (over, closed):
            Rater(round_, PEER).gives(keeper, answers(4))
            keeper.close(terms(round_, {PEER: 3}))
        keeper.destroy(over)
    with running(folder, log) as keeper:
        inbox = keeper._inboxes.of_year(NOW.year)
        assert set(inbox.closed_rounds()) == {over, closed}
        assert keeper.troubles_of_keys() == ()
        assert inbox.closed_rounds() == (closed,)
        with pytest.raises(KeyGoneError):
            keeper.make_key(over)


def test_nothing_on_the_log_opens_without_the_folder(folder: Path, log: MemoryLog) -> None:
    round_ = new()
    with running(folder, log) as keeper:
        for _ in range(3):
            Rater(round_, PEER).gives(keeper, answers(4, "een geheim"))
        closed = keeper.close(terms(round_, {PEER: 3}))
    private = [file.read_bytes() for file in folder.glob("*.key")]
    assert len(private) == 1
    states = [
        write.state
        for value in log.values
        for entry in unframe(value).entries
        if isinstance(entry, Commit)
        for write in entry.writes
    ]
    assert len(states) == 3
    for state in states:
        assert b"een geheim" not in state
        for known in (closed.mirror_key, closed.seed):
            with pytest.raises(SealError):
                open_sealed(known, round_, state)
