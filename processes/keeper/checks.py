"""Checks for the keeper's health page: every key at its start and daily, the inboxes all the time."""

import threading
import time
from typing import Final

import structlog

from kit.health import Health
from processes.keeper.keeper import LocalKeeper

LOOK_EVERY_S: Final = 5.0
KEYS_EVERY_S: Final = 86_400.0
AGAIN_S: Final = 300.0
"""How soon keys are tried again when something was wrong."""
SILENT_S_MAX: Final = 120.0
KEYS_CHECK: Final = "keeper keys"
INBOXES_CHECK: Final = "keeper inboxes"

_log = structlog.get_logger(__name__)


def watch(keeper: LocalKeeper, *, health: Health, stop: threading.Event) -> None:
    """Check until `stop`. What does not work is degraded, since the other rounds go on."""
    health.expect(INBOXES_CHECK, within_s=SILENT_S_MAX)
    again_at = 0.0
    while not stop.is_set():
        if time.monotonic() >= again_at:
            again_at = time.monotonic() + (KEYS_EVERY_S if report_keys(keeper, health=health) else AGAIN_S)
        troubles = keeper.troubles_of_inboxes()
        health.report(
            INBOXES_CHECK, ok=not troubles, degraded=True, sentence="; ".join(troubles) or "all are read"
        )
        stop.wait(LOOK_EVERY_S)


def report_keys(keeper: LocalKeeper, *, health: Health) -> bool:
    """
    Try every key that is here: each must be readable, and open what is sealed to it.

    Return whether that can wait until the next day.
    """
    try:
        troubles = keeper.troubles_of_keys()
    except Exception as error:  # noqa: BLE001 - the other rounds go on, and the next look may do better
        troubles = (f"the keys can't be tried ({type(error).__name__})",)
    if troubles:
        _log.error("keeper.keys_damaged", reason="; ".join(troubles))
    health.report(
        KEYS_CHECK, ok=not troubles, degraded=True, sentence="; ".join(troubles) or "every key opens"
    )
    return not troubles
