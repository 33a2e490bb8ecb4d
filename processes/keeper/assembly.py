"""Opens the keeper as the settings say: its folder of keys, and the inboxes."""

from collections.abc import Iterator
from contextlib import contextmanager

from events.assembly import inbox_config
from events.log.assembly import create_inbox, open_inbox
from kit.clock import Calendar
from kit.settings import Settings
from processes.keeper.inboxes import Inboxes
from processes.keeper.keeper import LocalKeeper
from processes.keeper.key_store import KeyStore


@contextmanager
def open_keeper(settings: Settings, *, calendar: Calendar) -> Iterator[LocalKeeper]:
    """Open the keeper, and close its inboxes at the end. Raises KeyStoreError."""
    inboxes = Inboxes(
        config_of=lambda year: inbox_config(settings, year), create=create_inbox, open_inbox=open_inbox
    )
    try:
        yield LocalKeeper(keys=KeyStore(settings.keeper_dir), inboxes=inboxes, calendar=calendar)
    finally:
        inboxes.close()
