"""The loop that makes a checkpoint a day, and reports on the health page what is wrong with the log."""

from typing import Final

import structlog

from events.log.journal.checks import NotAllowedError
from kit.health import Health
from kit.lifecycle import Loop, Stop
from kit.telemetry import traceback_summary
from processes.checkpoints.maker import CheckpointMaker, Made

EVERY_S: Final = 300.0
"""How often it looks whether a day has its checkpoint."""
AGAIN_S: Final = 10.0
"""How soon a turn that failed is tried again, as at a first start, when the views are still being made."""
FAULTY_S: Final = 3_600.0
"""How soon the log is read again if it does not verify, or check or checkpoint could not be kept."""
SILENT_S_MAX: Final = 4 * 3_600.0
"""Reading the whole log may take so long."""
NAME: Final = "checkpoints"

_log = structlog.get_logger(__name__)


class CheckpointLoop:
    """Takes turns until the stop. An error in one turn is reported, and the next one tries again."""

    def __init__(self, maker: CheckpointMaker, *, health: Health) -> None:
        self._maker, self._health = maker, health
        health.expect(NAME, within_s=SILENT_S_MAX)

    def run(self, stop: Stop) -> None:
        while not stop.is_set():
            stop.wait(self.turn())

    def turn(self) -> float:
        """Make what is due; return after how many seconds to look again."""
        try:
            made = self._maker.make()
        except NotAllowedError as error:  # nothing but a grant by the operator changes this
            _log.error("checkpoints.not_allowed", reason=str(error))
            reason = f"the check of the log can't be kept, so nothing is signed: {error}"
            self._health.report(NAME, ok=False, degraded=True, sentence=reason)
            return FAULTY_S
        except Exception as error:  # noqa: BLE001 - what is away now may be back in the next turn
            _log.warning("checkpoints.failed", reason=type(error).__name__, where=traceback_summary(error))
            reason = f"no checkpoint can be made at the moment ({type(error).__name__})"
            self._health.report(NAME, ok=False, degraded=True, sentence=reason)
            return AGAIN_S
        return self._reported(made)

    def _reported(self, made: Made) -> float:
        for fault in made.faults:
            _log.critical("checkpoints.fault", kind=fault.kind.value, fault=str(fault))
        if made.faults:
            sentence = f"the log does not verify, so nothing is signed: {made.faults[0]}"
            self._health.report(NAME, ok=False, degraded=True, sentence=sentence)
            return FAULTY_S
        late = made.due and not made.recorded
        sentence = "today's checkpoint could not be kept yet" if late else "today has its checkpoint"
        self._health.report(NAME, ok=not late, degraded=True, sentence=sentence)
        return FAULTY_S if late else EVERY_S


def unsigned(health: Health) -> Loop:
    """Return the loop of a process without a key: it reports that there are no checkpoints."""

    def run(stop: Stop) -> None:
        sentence = "no checkpoints are made: IPP_CHECKPOINT_KEY_FILE is not set"
        while not stop.is_set():
            health.report(NAME, ok=False, degraded=True, sentence=sentence)
            stop.wait(EVERY_S)

    return run
