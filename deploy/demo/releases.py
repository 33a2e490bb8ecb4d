"""Makes the demo's capability releases on their days in the past, by the process that makes real ones."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from eventsourcing.persistence import EventStore

from deploy.demo.client import DayClock, DemoServices, SeedingError
from deploy.demo.year import PART_DAYS
from events.privacy.made_releases import MadeReleases
from kit.clock import Calendar
from kit.postgres.alone import alone
from processes.assembly import maker_of
from processes.releases.maker import LOCK, NAME
from services.handling.handler import CommandHandler

WAIT_S_MAX: Final = 120.0
"""How long a release waits for the views to reach its cut-off."""
AGAIN_S: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReleases:
    """
    Where the release of a cut-off is kept before the log has it; and the database of the views.

    `every_days` is what the demo's policy says. Where it is more than the demo's year, all are left to the
    process that makes releases.
    """

    made: MadeReleases
    database_url: str
    every_days: int = PART_DAYS


@contextmanager
def no_other_maker(releases: DemoReleases | None) -> Iterator[None]:
    """Let no other process make a release meanwhile: it would make today's before those of the past."""
    if releases is None:
        yield
        return
    with alone(releases.database_url, lock=LOCK, name=f"{NAME} of the demo", wait=True):
        yield


def make_due_releases(services: DemoServices, releases: DemoReleases, clock: DayClock) -> None:
    """Make what is due on the clock's day. Raises SeedingError when the views don't come so far."""
    calendar = Calendar(clock=clock, zone=UTC)
    handler = CommandHandler(
        recorder=services.recorder, vault=services.vault, mapper=services.mapper, calendar=calendar
    )
    maker = maker_of(
        handler,
        store=EventStore(services.mapper, services.recorder),
        vault=services.vault,
        made=releases.made,
        database_url=releases.database_url,
        calendar=calendar,
    )
    until_s = time.monotonic() + WAIT_S_MAX
    while (progress := maker.make_due()).waits:
        if time.monotonic() > until_s:
            raise SeedingError(progress.sentence)
        time.sleep(AGAIN_S)
