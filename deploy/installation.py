"""Builds a process from its settings, out of the parts that each floor's assembly opens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from eventsourcing.persistence import EventStore
from fastapi import APIRouter

from events.assembly import log_config, open_made_releases, open_mirror_keys
from events.log.assembly import journal_worker
from events.log.journal.worker import HEALTH_CHECK, JournalWorker
from events.log.proof.notes import NoteSigner
from events.privacy.made_releases import MadeReleases
from events.privacy.mirror_keys import MirrorKeys
from kit.health import Health
from kit.http.tokens import TokenVerifier
from kit.lifecycle import Loop
from kit.settings import Settings
from processes.assembly import (
    checkpoints_of,
    closing_of,
    feed_of,
    maker_of,
    recomputing_of,
    scheduler_of,
)
from processes.checkpoints.loop import unsigned
from processes.closing.closer import Parts
from processes.closing.loop import ClosingLoop
from processes.keeper.app import ClosingKeeper, WholeKeeper
from processes.mails.assembly import mails_loop
from processes.recomputing import Recomputing, recomputation_routes
from processes.releases.loop import ReleaseLoop
from processes.scheduler import Scheduler
from projections.assembly import view_worker
from projections.worker import ViewWorker, at_once
from services.assembly import Services, open_services


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The parts of a process that handles commands, and builders of the loops that it may run."""

    settings: Settings
    services: Services
    mirror_keys: MirrorKeys
    made_releases: MadeReleases
    health: Health

    def journal_worker(self) -> JournalWorker:
        self.health.expect(HEALTH_CHECK, within_s=self.settings.staleness_max_s)
        return journal_worker(log_config(self.settings), health=self.health)

    def view_worker(self, *, name: str, gather_s: Callable[[], float] = at_once) -> ViewWorker:
        return view_worker(
            self.settings,
            opener=self.services.mapper,
            health=self.health,
            worker=name,
            gather_s=gather_s,
        )

    def scheduler(self) -> Scheduler:
        return scheduler_of(
            self.services.handler,
            database_url=self.settings.database_url,
            invitations=self.services.chores,
            calendar=self.services.calendar,
            health=self.health,
        )

    def mails_loop(self) -> Loop:
        return mails_loop(
            self.settings,
            invitations=self.services.invitations,
            calendar=self.services.calendar,
            health=self.health,
        )

    def closing(self, keeper: ClosingKeeper) -> ClosingLoop:
        """Return the loop that ends feedback rounds, with what this keeper opens."""
        parts = Parts(
            recorder=self.services.recorder,
            mapper=self.services.mapper,
            vault=self.services.vault,
            invitations=self.services.invitations,
            mirror_keys=self.mirror_keys,
            keeper=keeper,
            calendar=self.services.calendar,
        )
        return closing_of(self.services.handler, parts, health=self.health)

    def releases(self) -> ReleaseLoop:
        """Return the loop that makes releases on their dates."""
        calendar = self.services.calendar
        maker = maker_of(
            self.services.handler,
            store=EventStore(self.services.mapper, self.services.recorder),
            vault=self.services.vault,
            made=self.made_releases,
            database_url=self.settings.database_url,
            calendar=calendar,
        )
        return ReleaseLoop(maker, calendar=calendar, health=self.health)

    def checkpoints_loop(self) -> Loop:
        """Return the loop that makes checkpoints; without a key it reports that nothing is signed."""
        if self.settings.checkpoint_key_file is None:
            return unsigned(self.health)
        return checkpoints_of(
            self.services.handler,
            config=log_config(self.settings),
            signer=NoteSigner.from_file(self.settings.checkpoint_key_file),
            calendar=self.services.calendar,
            health=self.health,
        ).run

    def recomputing(self) -> Recomputing:
        """Return what computes releases and mirrors again for auditors."""
        services = self.services
        return recomputing_of(
            services.handler,
            store=EventStore(services.mapper, services.recorder),
            vault=services.vault,
            mirror_keys=self.mirror_keys,
            database_url=self.settings.database_url,
            calendar=services.calendar,
        )

    def recomputations(self, verifier: TokenVerifier) -> APIRouter:
        """Return the route by which the gateway asks for them."""
        return recomputation_routes(self.recomputing(), callers=self.services.callers(verifier))

    def hr_feed(self, verifier: TokenVerifier) -> APIRouter:
        """Return the routes of HR's files; `verifier` verifies the tokens of those who send them."""
        return feed_of(
            self.services.handler,
            callers=self.services.callers(verifier),
            vault=self.services.vault,
            database_url=self.settings.database_url,
            calendar=self.services.calendar,
        )


@contextmanager
def open_installation(settings: Settings, *, keeper: WholeKeeper | None = None) -> Iterator[Installation]:
    """Open log and vault, and close them at the end; with the keeper of this process. Raises SecretError."""
    with (
        open_services(settings, keeper=keeper) as services,
        open_mirror_keys(settings) as mirror_keys,
        open_made_releases(settings) as made_releases,
    ):
        yield Installation(
            settings=settings,
            services=services,
            mirror_keys=mirror_keys,
            made_releases=made_releases,
            health=Health(services.calendar),
        )
