"""The loop that ends rounds, and looks whether the keeper still has the key of each that goes on."""

import time
from collections.abc import Callable
from typing import Final

import structlog
from eventsourcing.persistence import PersistenceError

from events.log.outcomes import ConflictError, OutcomeUnknownError
from events.privacy.sealing import VaultUnreachableError
from kit.errors import RequestError
from kit.health import Health
from kit.lifecycle import Stop
from kit.telemetry import traceback_summary
from processes.closing.closer import Closer
from processes.job import SendCommand
from processes.keeper.app import ClosingKeeper
from services.contexts.rounds.commands import CancelLostRound

EVERY_S: Final = 3.0
KEYS_EVERY_S: Final = 300.0
"""How often the keeper is asked to try the key of each round that goes on; the first time at the start."""
ROUNDS_ASKED_MAX: Final = 5_000
"""Rounds in one request to the keeper."""
SILENT_S_MAX: Final = 300.0
CLOSER_CHECK: Final = "closer"
KEYS_CHECK: Final = "round keys"

_AWAY: Final = (RequestError, PersistenceError, VaultUnreachableError)
_log = structlog.get_logger(__name__)


class ClosingLoop:
    """Takes turns until the stop. An error in one turn is reported, and the next one tries again."""

    def __init__(
        self,
        closer: Closer,
        *,
        keeper: ClosingKeeper,
        send: SendCommand,
        health: Health,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._closer, self._keeper, self._send, self._health = closer, keeper, send, health
        self._now_s = now_s
        self._keys_again_at: float | None = None
        health.expect(CLOSER_CHECK, within_s=SILENT_S_MAX)

    def run(self, stop: Stop) -> None:
        while not stop.is_set():
            self.turn()
            stop.wait(EVERY_S)

    def turn(self) -> None:
        """End what there is to end, and now and then look for lost keys."""
        try:
            left = self._closer.turn()
            if self._keys_again_at is None or self._now_s() >= self._keys_again_at:
                self._look_for_keys()
                self._note_quality()
                self._keys_again_at = self._now_s() + KEYS_EVERY_S
        except Exception as error:  # noqa: BLE001 - what is away now may be back in the next turn
            known = isinstance(error, _AWAY)
            log = _log.warning if known else _log.error
            log("closer.failed", reason=type(error).__name__, where=traceback_summary(error))
            left = (f"rounds can't be ended at the moment ({type(error).__name__})",)
        self._health.report(
            CLOSER_CHECK, ok=not left, degraded=True, sentence="; ".join(left) or "no round waits for its end"
        )

    def _note_quality(self) -> None:
        """No round waits for this, so a failure is no more than a warning, and it is tried again."""
        try:
            self._closer.note_quality()
        except (*_AWAY, ConflictError, OutcomeUnknownError) as error:
            _log.warning("closer.quality_later", reason=type(error).__name__)

    def _look_for_keys(self) -> None:
        """Cancel the rounds whose keys are lost; report those whose keys are missing."""
        missing = 0
        going_on = self._closer.going_on()
        for start in range(0, len(going_on), ROUNDS_ASKED_MAX):
            asked = going_on[start : start + ROUNDS_ASKED_MAX]
            statuses = self._keeper.status_of(tuple(one.round for one in asked))
            for one in asked:
                if statuses[one.round] == "LOST":
                    command = CancelLostRound(subject=one.subject, round_id=one.round)
                    self._send(command, occasion=f"lost {one.round}")
                missing += statuses[one.round] != "HERE"
        if missing:
            _log.critical("keeper.keys_missing", rounds=missing)
        self._health.report(
            KEYS_CHECK, ok=not missing, degraded=True, sentence=_missing(missing) if missing else _ALL_HERE
        )


_ALL_HERE: Final = "the keeper has the key of each open round"


def _missing(rounds: int) -> str:
    return (
        f"the keeper lacks the keys of {rounds} rounds: is its volume mounted? If they stay away, these"
        " rounds are cancelled within a day"
    )
