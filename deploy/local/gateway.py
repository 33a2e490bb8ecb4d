"""The demo's gateway: with a page to ask from, its own issuer of tokens, and HR's files."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from deploy.installation import Installation
from deploy.local.home import home_routes
from deploy.mail_catcher import CaughtMails, mail_routes, mails_folder
from gateway.app import OpenGateway, create_app
from gateway.assembly import open_gateway
from gateway.commands.in_process_bus import InProcessBus
from gateway.context import Gateway
from gateway.http.development_issuer import DevelopmentIssuer
from kit.health import Health
from kit.http.server import serve
from kit.lifecycle import Stop
from kit.secrets import read_key_or_new
from rules.promise import KeeperSetting
from services.handling.requests import RequestHandler
from services.http.app import ErrorBoundary


def serve_gateway(installation: Installation, stop: Stop) -> None:
    """Serve until `stop`."""
    settings, services = installation.settings, installation.services
    issuer = DevelopmentIssuer(
        profile=settings.profile,
        folder=settings.data_dir / "issuer",
        person_claim=settings.oidc_person_claim,
        clock=services.calendar,
    )
    bus = InProcessBus(
        RequestHandler(
            services.handler,
            per_minute_max=settings.commands_per_minute_max,
            feedback=services.feedback,
            delivery=services.delivery,
            auditing=services.auditing,
        ),
        recomputing=installation.recomputing(),
    )

    @asynccontextmanager
    async def start() -> AsyncIterator[Gateway]:
        async with open_gateway(
            settings,
            position_key=read_key_or_new(settings.position_key_file),
            verifier=issuer.verifier(),
            person_for=services.vault.caller_for,
            bus=bus,
            calendar=services.calendar,
            keeper=KeeperSetting.IN_ONE_PROCESS,
        ) as gateway:
            yield gateway

    routes = APIRouter()
    routes.include_router(home_routes(port=settings.port))
    routes.include_router(issuer.routes())
    routes.include_router(mail_routes(CaughtMails(mails_folder(settings))))
    routes.include_router(installation.hr_feed(issuer.verifier()))
    app = application(
        start,
        health=installation.health,
        zone=settings.zone.key,
        extra=routes,
        cors_origins=settings.allowed_origins,
    )
    try:
        serve(app, host=settings.host, port=settings.port, stop=stop, ping_s=settings.stream_ping_s)
    finally:
        bus.close()


def application(
    start: OpenGateway, *, health: Health, zone: str, extra: APIRouter, cors_origins: Sequence[str] = ()
) -> FastAPI:
    """Return the gateway's application with `extra` routes; errors are logged without their text."""
    app = create_app(start, health=health, zone=zone, with_page=True, extra=extra, cors_origins=cors_origins)
    app.add_middleware(ErrorBoundary)
    return app
