"""The keeper's health page: every key at the start, what is wrong in a sentence, never silence."""

from pathlib import Path

from kit.clock import SystemClock
from kit.health import Health
from processes.keeper.checks import INBOXES_CHECK, KEYS_CHECK, report_keys, watch
from processes.keeper.keeper import LocalKeeper
from tests.events.log.inbox.memory import MemoryLog
from tests.processes.keeper.rounds import new, running


class _OneTurn:
    """Stops after the first turn."""

    def __init__(self) -> None:
        self.turns = 0

    def is_set(self) -> bool:
        return self.turns > 0

    def wait(self, _: float) -> None:
        self.turns += 1


def test_sound_keys_and_read_inboxes_are_all_right(tmp_path: Path) -> None:
    health = Health(SystemClock())
    with running(tmp_path / "keeper", MemoryLog()) as keeper:
        keeper.make_key(new())
        watch(keeper, health=health, stop=_OneTurn())  # type: ignore[arg-type]
    assert {name: found.state for name, found in health.findings().items()} == {
        KEYS_CHECK: "ok",
        INBOXES_CHECK: "ok",
    }


def test_a_damaged_key_is_reported_and_looked_at_again_soon(tmp_path: Path) -> None:
    health, round_ = Health(SystemClock()), new()
    with running(tmp_path / "keeper", MemoryLog()) as keeper:
        keeper.make_key(round_)
        (tmp_path / "keeper" / f"{round_}.key").write_text("damaged")
        assert not report_keys(keeper, health=health)
    finding = health.findings()[KEYS_CHECK]
    assert (finding.state, finding.sentence) == ("degraded", "1 of 1 keys of rounds can't be used")
    assert round_ not in finding.sentence


def test_a_check_that_fails_is_reported_and_does_not_end_the_keeper(tmp_path: Path) -> None:
    class Failing:
        def troubles_of_keys(self) -> tuple[str, ...]:
            raise ZeroDivisionError

    health = Health(SystemClock())
    failing: LocalKeeper = Failing()  # type: ignore[assignment]
    assert not report_keys(failing, health=health)
    assert health.findings()[KEYS_CHECK].sentence == "the keys can't be tried (ZeroDivisionError)"
