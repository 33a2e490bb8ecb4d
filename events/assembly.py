"""Opens what reads and writes events as the settings say: the log's recorder and the key vault."""

from collections.abc import Iterator
from contextlib import contextmanager

from events.log.assembly import close_recorder, open_recorder
from events.log.recorder import LogRecorder
from events.privacy.vault import Vault
from kit.clock import Clock
from kit.secrets import MasterKey
from kit.settings import Settings


@contextmanager
def open_vault(settings: Settings) -> Iterator[Vault]:
    """Open the key vault, and close it at the end. Raises SecretError for the file of the master key."""
    vault = Vault(settings.vault_url, MasterKey.from_file(settings.master_key_file))
    try:
        yield vault
    finally:
        vault.close()


@contextmanager
def open_log(settings: Settings, *, clock: Clock) -> Iterator[LogRecorder]:
    """Open the log for commands; at the end, send what still waits and close all connections."""
    recorder = open_recorder(settings, clock=clock)
    try:
        yield recorder
    finally:
        close_recorder(recorder)
