"""Serves a gateway in this process, alone or as one of several; commands go to the services over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from socket import socket

import httpx

from events.privacy.vault import Persons
from gateway.app import create_app
from gateway.assembly import open_gateway
from gateway.commands.http_bus import HttpBus, services_client
from gateway.context import Gateway
from kit.clock import Calendar, SystemClock
from kit.health import Health
from kit.http.probes import probes_loop
from kit.http.server import serve
from kit.http.tokens import verifier_of
from kit.http.workers import stop_with_parent
from kit.lifecycle import Stop, run_all
from kit.settings import Settings
from kit.telemetry import set_up_logging
from rules.promise import KeeperSetting


@asynccontextmanager
async def _opened(
    settings: Settings, position_key: bytes, persons: Persons, clock: SystemClock
) -> AsyncIterator[Gateway]:
    with httpx.Client() as issuer:
        async with (
            services_client(settings.services_url) as services,
            services_client(settings.processes_url) if settings.processes_url else nullcontext() as processes,
            open_gateway(
                settings,
                position_key=position_key,
                verifier=verifier_of(settings, clock=clock, client=issuer),
                person_for=persons.caller_for,
                bus=HttpBus(services, processes=processes),
                calendar=Calendar(clock=clock, zone=settings.zone),
                keeper=KeeperSetting.APART,
            ) as gateway,
        ):
            yield gateway


def serve_gateway(
    settings: Settings, position_key: bytes, stop: Stop, *, listening: socket | None = None, number: int = 0
) -> None:
    """Serve in this process; with others, on the socket of all and with the probes of this number."""
    clock = SystemClock()
    persons = Persons(settings.vault_url)
    health = Health(clock)
    app = create_app(
        lambda: _opened(settings, position_key, persons, clock),
        health=health,
        zone=settings.zone.key,
        with_page=False,
        cors_origins=settings.allowed_origins,
    )
    probes_port = settings.probes_port + number if settings.probes_port else 0
    loops = {
        "http": lambda until: serve(
            app,
            host=settings.host,
            port=settings.port,
            stop=until,
            ping_s=settings.stream_ping_s,
            listening=listening,
        ),
        "probes": probes_loop(health, host=settings.host, port=probes_port),
    }
    try:
        run_all(loops, stop)
    finally:
        persons.close()


def work(settings: Settings, position_key: bytes, listening: socket, number: int) -> None:
    """Serve as one of several workers, each a process of its own."""
    set_up_logging(as_json=settings.log_format == "json", process=f"gateway {number}")
    with Stop().on_signals() as stop:
        stop_with_parent(stop)
        serve_gateway(settings, position_key, stop, listening=listening, number=number)
