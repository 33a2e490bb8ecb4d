"""`python -m deploy.local`: all of IPP in one process on an embedded PostgreSQL, and a small organisation."""

import dataclasses
import logging
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Annotated, Final

import typer
from fastapi import APIRouter, FastAPI
from rich.console import Console

from deploy.demo.filling import fill
from deploy.demo.hands import FillingError, Ground
from deploy.demo.people import KNOWN, PEOPLE
from deploy.demo.progress import bars
from deploy.processing import feed_of, scheduler_of
from deploy.welcome import welcome
from events.codec import EventMapper
from events.log.assembly import close_recorder, create_log, journal_worker, open_recorder
from events.log.recorder import LogRecorder
from events.privacy.vault import Vault
from gateway.app import Start, create_app
from gateway.assembly import limits_of, open_gateway
from gateway.commands.in_process_bus import InProcessBus
from gateway.context import Gateway
from gateway.http.development_issuer import DevelopmentIssuer
from kit.clock import Calendar, SystemClock
from kit.health import Health
from kit.http.server import serve
from kit.lifecycle import Loop, Stop, run_all
from kit.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from kit.secrets import MasterKey, read_key_or_new
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging
from projections.registry import find_views
from projections.worker import ViewWorker
from services.handling.handler import CommandHandler
from services.handling.requests import RequestHandler
from services.http.app import Contained
from services.http.authentication import CallerReader

KEPT: Final = ("postgres", "issuer", "master.key", "position.key")
"""What the demo keeps in its folder; nothing else there is removed by starting fresh."""
LOG_LEVEL: Final = logging.WARNING
SERVED_WAIT_S: Final = 0.2
app = typer.Typer(help=__doc__, add_completion=False)
screen = Console()


class _StoppedError(Exception):
    """Somebody asked to stop while the organisation was being filled."""


class DemoError(Exception):
    """The demo can't start; the message says why and what to do."""


@app.command()
def main(
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo kept.")] = False,
    people: Annotated[
        int, typer.Option(min=len(KNOWN), help="How many professionals a new organisation has.")
    ] = PEOPLE,
) -> None:
    """Serve the demo until Ctrl-C. What is in it is kept for the next time."""
    try:
        settings = Settings.from_env(os.environ)
        _check(settings)
        if fresh:
            _forget(settings.data_dir)
        with Stop().on_signals() as stop:
            run(settings, stop, people=people)
    except (DemoError, EmbeddedPostgresError, FillingError, SettingsError) as error:
        Console(stderr=True).print(f"[red]{error}[/red]")
        raise typer.Exit(1) from None


def _check(settings: Settings) -> None:
    if settings.profile != "embedded":
        raise DemoError("The demo is the embedded profile; production runs each process by itself.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            raise DemoError(
                f"Port {settings.port} is taken. Stop what uses it, or choose another: "
                f"make demo PORT={settings.port + 1}"
            ) from None


def _forget(folder: Path) -> None:
    for name in KEPT:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def run(settings: Settings, stop: Stop, *, people: int = PEOPLE) -> None:
    """Serve until `stop`; everything is made ready first, and taken down in the opposite order."""
    set_up_logging(as_json=settings.log_format == "json", process="ipp", level=LOG_LEVEL)
    folder = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    with screen.status("Starting the embedded PostgreSQL …"):
        stack = ExitStack()
        server = stack.enter_context(EmbeddedPostgres(folder / "postgres"))
    with stack:
        settings = dataclasses.replace(
            settings,
            database_url=server.url("ipp"),
            vault_url=server.url("vault"),
            master_key_file=folder / "master.key",
            position_key_file=folder / "position.key",
        )
        with _house(settings, people) as loops:
            run_all(loops, stop)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the loops of the one process share."""

    settings: Settings
    vault: Vault
    recorder: LogRecorder
    handler: CommandHandler
    health: Health
    people: int


@contextmanager
def _house(settings: Settings, people: int) -> Iterator[dict[str, Loop]]:
    """Open everything of the one process, and give the loops that it consists of."""
    calendar = _calendar(settings)
    health = Health(calendar)
    master_key = MasterKey.from_file_or_new(settings.master_key_file)
    create_log(settings, clock=calendar)
    with _vault(settings, master_key) as vault, _recorder(settings) as recorder:
        mapper = EventMapper(vault)
        handler = CommandHandler(recorder=recorder, vault=vault, mapper=mapper, calendar=calendar)
        health.expect("journal", within_s=settings.staleness_max_s)
        journal = journal_worker(settings, health=health)
        views = ViewWorker(
            database_url=settings.database_url,
            log_name=settings.log_name,
            views=find_views(),
            opener=mapper,
            lease_s=settings.lease_s,
            worker="local",
            health=health,
        )
        scheduler = scheduler_of(
            handler, database_url=settings.database_url, calendar=calendar, health=health
        )
        house = House(
            settings=settings,
            vault=vault,
            recorder=recorder,
            handler=handler,
            health=health,
            people=people,
        )
        yield {
            "journal": journal.run,
            "views": views.run,
            "settler": handler.settler.run,
            "scheduler": scheduler.run,
            "gateway": lambda stop: _serve(house, stop),
            "seed": lambda stop: _make_ready(house, stop),
        }


def _calendar(settings: Settings) -> Calendar:
    return Calendar(clock=SystemClock(), zone=settings.zone)


@contextmanager
def _vault(settings: Settings, master_key: MasterKey) -> Iterator[Vault]:
    vault = Vault(settings.vault_url, master_key)
    try:
        vault.create_tables()
        yield vault
    finally:
        vault.close()


@contextmanager
def _recorder(settings: Settings) -> Iterator[LogRecorder]:
    recorder = open_recorder(settings, clock=SystemClock())
    try:
        yield recorder
    finally:
        close_recorder(recorder)


def _serve(house: House, stop: Stop) -> None:
    settings, calendar = house.settings, _calendar(house.settings)
    issuer = DevelopmentIssuer(
        profile=settings.profile,
        folder=settings.data_dir / "issuer",
        person_claim=settings.oidc_person_claim,
        clock=calendar,
    )
    bus = InProcessBus(RequestHandler(house.handler, per_minute_max=settings.commands_per_minute_max))

    @asynccontextmanager
    async def start() -> AsyncIterator[Gateway]:
        async with open_gateway(
            database_url=settings.database_url,
            pool_max=settings.database_pool_max,
            position_key=read_key_or_new(settings.position_key_file),
            verifier=issuer.verifier(),
            person_claim=settings.oidc_person_claim,
            person_for=house.vault.person_for,
            bus=bus,
            calendar=calendar,
            limits=limits_of(settings),
        ) as gateway:
            yield gateway

    routes = APIRouter()
    routes.include_router(issuer.routes())
    routes.include_router(
        feed_of(
            house.handler,
            callers=CallerReader(
                verifier=issuer.verifier(), persons=house.vault, person_claim=settings.oidc_person_claim
            ),
            vault=house.vault,
            database_url=settings.database_url,
            calendar=calendar,
        )
    )
    api = application(start, health=house.health, extra=routes)
    try:
        serve(api, host=settings.host, port=settings.port, stop=stop)
    finally:
        bus.close()


def application(start: Start, *, health: Health, extra: APIRouter) -> FastAPI:
    """Return the gateway's application with HR's files beside it; errors are logged without their text."""
    api = create_app(start, health=health, with_page=True, extra=extra)
    api.add_middleware(Contained)
    return api


def _go_on(stop: Stop) -> None:
    if stop.is_set():
        raise _StoppedError


def _wait_until_served(settings: Settings, stop: Stop) -> None:
    """Wait until the address answers: where nothing is left to fill, that takes longest."""
    while True:
        _go_on(stop)
        with suppress(OSError), socket.create_connection((settings.host, settings.port), SERVED_WAIT_S):
            return
        stop.wait(SERVED_WAIT_S)


def _make_ready(house: House, stop: Stop) -> None:
    """Found and fill the organisation, say so, and wait for the end."""
    ground = Ground(recorder=house.recorder, vault=house.vault, mapper=EventMapper(house.vault))
    today = _calendar(house.settings).today()
    try:
        with bars(screen) as drawn:

            def told(what: str, done: int, of: int) -> None:
                _go_on(stop)
                drawn(what, done, of)

            fill(ground, count=house.people, today=today, told=told)
        _wait_until_served(house.settings, stop)
    except _StoppedError:
        return  # the next start goes on where this one was
    welcome(screen, host=house.settings.host, port=house.settings.port)
    stop.wait()


if __name__ == "__main__":
    app()
