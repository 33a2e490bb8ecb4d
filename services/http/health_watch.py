"""Checks for the health page whether the log and the vault answer."""

import threading
from typing import Final

from eventsourcing.persistence import PersistenceError

from events.log.recorder import LogRecorder
from events.privacy.sealing import VaultUnreachableError
from events.privacy.vault import Vault
from kit.health import Health

LOOK_EVERY_S: Final = 5.0
SILENT_S_MAX: Final = 60.0


def watch(health: Health, *, recorder: LogRecorder, vault: Vault, stop: threading.Event) -> None:
    """
    Check both every few seconds until `stop`; create the vault's tables once it answers.

    One that does not answer is degraded, not failed: it recovers by itself.
    """
    prepared = False
    health.expect("log", within_s=SILENT_S_MAX)
    health.expect("vault", within_s=SILENT_S_MAX)
    while not stop.is_set():
        try:
            recorder.commits_of("")
            health.report("log", ok=True, sentence="the journal answers")
        except PersistenceError:
            health.report("log", ok=False, degraded=True, sentence="the journal does not answer")
        try:
            if not prepared:
                vault.create_tables()
                prepared = True
            vault.person_for("")
            health.report("vault", ok=True, sentence="the vault answers")
        except VaultUnreachableError:
            health.report("vault", ok=False, degraded=True, sentence="the vault does not answer")
        stop.wait(LOOK_EVERY_S)
