"""All loops of IPP in one process, on an embedded PostgreSQL."""

import dataclasses
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Final

from rich.console import Console

from deploy.installation import open_installation
from deploy.local.gateway import serve_gateway
from deploy.local.ports import free_near
from deploy.local.seeding import seed_and_welcome
from deploy.mail_catcher import CaughtMails, catching, mails_folder
from events.assembly import log_config
from events.log.assembly import create_log
from kit.clock import Calendar, SystemClock
from kit.http.probes import probes_loop
from kit.lifecycle import Loop, Stop, run_all
from kit.postgres.embedded import EmbeddedPostgres, watch_room
from kit.secrets import MasterKey, read_key_or_new
from kit.settings import Settings
from kit.telemetry import set_up_logging
from processes.keeper.assembly import open_keeper
from processes.keeper.checks import watch

KEPT: Final = ("postgres", "issuer", "mails", "keeper", "master.key", "position.key", "checkpoint.key")
"""What the demo keeps in its folder; nothing else there is removed by starting fresh."""
FOLDER_MODE: Final = 0o700
"""The keys of people and the whole log are in it."""
MAIL_FROM: Final = "feedback@kade.example"
"""The mailbox that the demo's mails come from; nothing is delivered."""
MOMENT_S: Final = 0.5
SEEDING_GATHER_S: Final = 0.5
"""While the organisation is made nobody reads, so that events may gather for the views."""
LOG_LEVEL: Final = logging.WARNING


def run(settings: Settings, stop: Stop, *, people: int, screen: Console) -> None:
    """
    Serve until `stop`; an organisation that is not there yet is made with this many `people`.

    Everything is opened before the loops start, and closed after they ended, in the opposite order.
    """
    set_up_logging(as_json=settings.log_format == "json", process="ipp", level=LOG_LEVEL)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.data_dir.chmod(FOLDER_MODE)
    with ExitStack() as stack:
        with screen.status("Starting the embedded PostgreSQL …"):
            server = stack.enter_context(EmbeddedPostgres(settings.data_dir / "postgres"))
        settings = _kept_in(settings.data_dir, settings, server)
        mails = CaughtMails(mails_folder(settings))
        stack.enter_context(catching(mails, host=settings.smtp_host, port=settings.smtp_port))
        loops, beneath = stack.enter_context(_opened(settings, people=people, screen=screen))
        run_all(loops, stop, beneath=beneath)


def _kept_in(folder: Path, settings: Settings, server: EmbeddedPostgres) -> Settings:
    """Return the settings with the demo's own databases, key files, mail catcher and free ports."""
    return dataclasses.replace(
        settings,
        probes_port=free_near(settings.host, settings.probes_port),
        database_url=server.url("ipp"),
        database_is_one_server=True,
        vault_url=server.url("vault"),
        master_key_file=folder / "master.key",
        position_key_file=folder / "position.key",
        checkpoint_key_file=folder / "checkpoint.key",
        public_url=f"http://localhost:{settings.port}",
        smtp_host="127.0.0.1",
        smtp_port=free_near("127.0.0.1", 0),  # any: nobody but this process sends there
        smtp_security="none",
        mail_from=MAIL_FROM,
        keeper_dir=folder / "keeper",
    )


@contextmanager
def _opened(
    settings: Settings, *, people: int, screen: Console
) -> Iterator[tuple[dict[str, Loop], dict[str, Loop]]]:
    """
    Create what a first start needs, open all parts, and yield the loops of the process by name.

    The second are those that the first wait for: appends get their verdict from the journal.
    """
    MasterKey.from_file_or_new(settings.master_key_file)
    if settings.checkpoint_key_file is not None:
        read_key_or_new(settings.checkpoint_key_file)
    create_log(log_config(settings), clock=SystemClock())
    calendar = Calendar(clock=SystemClock(), zone=settings.zone)
    with (
        open_keeper(settings, calendar=calendar) as keeper,
        open_installation(settings, keeper=keeper) as installation,
    ):
        installation.services.vault.create_tables()
        made = Event()
        loops: dict[str, Loop] = {
            "outcome resolver": installation.services.handler.resolver.run,
            "cached states": installation.services.handler.person_states.run,
            "scheduler": installation.scheduler().run,
            "mails": installation.mails_loop(),
            "closer": installation.closing(keeper).run,
            # Of the whole demo, not of its first minute.
            "releases": _after(made, installation.releases().run),
            "checkpoints": _after(made, installation.checkpoints_loop()),
            "keeper": lambda stop: watch(keeper, health=installation.health, stop=stop),
            "room": lambda stop: watch_room(settings.data_dir, stop),
            "probes": probes_loop(installation.health, host=settings.host, port=settings.probes_port),
            "gateway": lambda stop: serve_gateway(installation, stop),
            "seed": lambda stop: seed_and_welcome(
                installation, stop, people=people, screen=screen, on_made=made.set
            ),
        }
        beneath: dict[str, Loop] = {
            "journal": installation.journal_worker().run,
            "views": installation.view_worker(
                name="local", gather_s=lambda: 0.0 if made.is_set() else SEEDING_GATHER_S
            ).run,
        }
        yield loops, beneath


def _after(moment: Event, loop: Loop) -> Loop:
    """Return a loop that begins once `moment` has come."""

    def run(stop: Stop) -> None:
        while not moment.is_set():
            if stop.wait(MOMENT_S):
                return
        loop(stop)

    return run
