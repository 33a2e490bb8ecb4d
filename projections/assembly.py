"""Builds the view worker as the settings say."""

from collections.abc import Callable

from events.log.journal.reader import JournalReader
from kit.health import Health
from kit.settings import Settings
from projections.batch import Opener
from projections.registry import find_views
from projections.worker import ViewWorker, at_once


def view_worker(
    settings: Settings,
    *,
    opener: Opener,
    health: Health,
    worker: str,
    gather_s: Callable[[], float] = at_once,
) -> ViewWorker:
    """Return a worker for all views; `worker` is the name that its leases show."""
    return ViewWorker(
        database_url=settings.database_url,
        journal=JournalReader(settings.log_name),
        views=find_views(),
        opener=opener,
        lease_s=settings.lease_s,
        worker=worker,
        health=health,
        gather_s=gather_s,
    )
