"""Services and view workers on the kept log and vault, whether they are being filled or were restored."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import psycopg

from events.codec import EventMapper
from events.privacy.vault import Vault
from kit.clock import Calendar, FixedClock
from kit.secrets import MasterKey
from projections.registry import find_views
from projections.status import status
from projections.worker import GROUP
from services.handling.handler import CommandHandler
from tests.events.log.harness import LogUnderTest
from tests.projections.witness import make_worker, wait_until, working
from tests.services.house import ZONE, House

LOG: Final = "ipp"
PARTITIONS: Final = 3
NOW: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
"""The moment at which the organisation is filled."""


@contextmanager
def house_on(url: str, vault_url: str, master_key: MasterKey, *, now: datetime = NOW) -> Iterator[House]:
    """Open services on a log and a vault, whatever is in them; no worker runs yet."""
    log = LogUnderTest(url=url, name=LOG, partitions=PARTITIONS)
    vault = Vault(vault_url, master_key)
    clock = FixedClock(now)
    handler = CommandHandler(
        recorder=log.recorder(),
        vault=vault,
        mapper=EventMapper(vault),
        calendar=Calendar(clock=clock, zone=ZONE),
    )
    try:
        yield House(log=log, vault=vault, handler=handler, clock=clock)
    finally:
        log.drop()
        vault.close()


@contextmanager
def at_work(house: House) -> Iterator[None]:
    """Run every view's worker inside; at the end each view stands at the journal's end."""
    worker = make_worker(house.log.url, house.log.name, house.mapper, views=find_views())
    with working(worker) as ended:
        yield
        wait_until(lambda: bool(ended) or all_folded(house))
        assert not ended, ended


def all_folded(house: House) -> bool:
    """Tell whether each view, in the version of this program, stands at the journal's end."""
    with psycopg.connect(house.log.url, autocommit=True) as connection:
        found = status(connection, find_views(), journal=house.log.journal, group=GROUP)
    return len(found) == len(find_views()) * house.log.partitions and not any(at.lag_events for at in found)
