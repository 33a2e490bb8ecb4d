"""`python -m deploy.processes`: jobs, mails, the end of feedback rounds, releases, and HR's files."""

import os
import sys
from pathlib import Path
from typing import cast

import httpx

from deploy.installation import Installation, open_installation
from kit.http.probes import health_routes, probes_loop
from kit.http.server import serve
from kit.http.tokens import verifier_of
from kit.lifecycle import Stop, run_all
from kit.secrets import SecretError, read_key
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging
from processes.assembly import app_of
from processes.closing.keeper_client import open_closing_keeper
from services.http.health_watch import watch


def main() -> int:
    """Run until stopped; exit with status 2 and one line when a setting or the key file is wrong."""
    try:
        settings = Settings.from_env(os.environ)
        settings.need("database_url", "vault_url", "oidc_issuer", "oidc_jwks_url")
        settings.need("keeper_url", "keeper_closing_token_file")
        set_up_logging(as_json=settings.log_format == "json", process="processes")
        with open_installation(settings) as installation:
            _run(installation)
    except (SettingsError, SecretError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _run(installation: Installation) -> None:
    settings, services, health = installation.settings, installation.services, installation.health
    secret = read_key(cast("Path", settings.keeper_closing_token_file)).hex()
    with (
        httpx.Client() as client,
        open_closing_keeper(settings.keeper_url, secret=secret) as keeper,
        Stop().on_signals() as stop,
    ):
        verifier = verifier_of(settings, clock=services.calendar, client=client)
        api = app_of(
            health_routes(health), installation.hr_feed(verifier), installation.recomputations(verifier)
        )
        loops = {
            "http": lambda stop: serve(api, host=settings.host, port=settings.port, stop=stop),
            "probes": probes_loop(health, host=settings.host, port=settings.probes_port),
            "scheduler": installation.scheduler().run,
            "mails": installation.mails_loop(),
            "closer": installation.closing(keeper).run,
            "releases": installation.releases().run,
            "checkpoints": installation.checkpoints_loop(),
            "outcome resolver": services.handler.resolver.run,
            "cached states": services.handler.person_states.run,
            "checks": lambda stop: watch(health, recorder=services.recorder, vault=services.vault, stop=stop),
        }
        run_all(loops, stop)


if __name__ == "__main__":
    sys.exit(main())
