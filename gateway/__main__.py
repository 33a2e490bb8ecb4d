"""`python -m gateway`: serve GraphQL, until told to stop; commands go to the services over HTTP."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import structlog

from events.vault import Vault
from gateway.app import create_app
from gateway.assembly import limits_of, open_gateway
from gateway.context import Gateway
from gateway.http_bus import HttpBus, services_client
from gateway.serving import serve
from kit.clock import SystemClock
from kit.health import Health
from kit.lifecycle import Stop, run_all
from kit.secrets import MasterKey
from kit.settings import Settings
from kit.telemetry import set_up_logging
from kit.tokens import FetchedKeys, TokenVerifier


def main() -> int:
    settings = Settings.from_env(os.environ)
    set_up_logging(as_json=settings.log_format == "json", process="gateway")
    if not settings.services_url:
        structlog.get_logger("gateway").error(
            "gateway.no_services_url", meaning="IPP_SERVICES_URL is not set; the demo is `make demo`"
        )
        return 2
    clock = SystemClock()
    health = Health(clock)
    master_key = MasterKey.from_file(settings.master_key_file)
    vault = Vault(settings.vault_url, master_key)

    @asynccontextmanager
    async def start() -> AsyncIterator[Gateway]:
        with httpx.Client() as issuer_client:
            async with (
                services_client(settings.services_url) as services,
                open_gateway(
                    database_url=settings.database_url,
                    pool_max=settings.database_pool_max,
                    master_key=master_key.key,
                    verifier=TokenVerifier(
                        keys=FetchedKeys(settings.oidc_jwks_url, clock=clock, client=issuer_client),
                        issuer=settings.oidc_issuer,
                        audience=settings.oidc_audience,
                        clock=clock,
                    ),
                    person_claim=settings.oidc_person_claim,
                    person_for=vault.person_for,
                    bus=HttpBus(services),
                    clock=clock,
                    limits=limits_of(settings),
                ) as gateway,
            ):
                yield gateway

    app = create_app(start, health=health, with_page=False)
    try:
        with Stop().on_signals() as stop:
            run_all(
                {"http": lambda stop: serve(app, host=settings.host, port=settings.port, stop=stop)}, stop
            )
    finally:
        vault.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
