"""`python -m deploy.processes`: what time brings about, and HR's files, in a process of its own."""

import os
import sys

import httpx

from deploy.processing import app_of, feed_of, scheduler_of
from events.codec import EventMapper
from events.log.assembly import close_recorder, open_recorder
from events.privacy.vault import Vault
from kit.clock import Calendar, SystemClock
from kit.health import Health
from kit.http.probes import health_routes
from kit.http.server import serve
from kit.http.tokens import verifier_of
from kit.lifecycle import Stop, run_all
from kit.secrets import MasterKey, SecretError
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging
from services.handling.handler import CommandHandler
from services.http.authentication import CallerReader
from services.http.health_watch import watch


def main() -> int:
    """Run, and end with one clear line when settings or key file are not right."""
    try:
        settings = Settings.from_env(os.environ)
        settings.need("database_url", "vault_url", "oidc_issuer", "oidc_jwks_url")
        master_key = MasterKey.from_file(settings.master_key_file)
    except (SettingsError, SecretError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    set_up_logging(as_json=settings.log_format == "json", process="processes")
    vault = Vault(settings.vault_url, master_key)
    recorder = open_recorder(settings, clock=SystemClock())
    try:
        with httpx.Client() as issuer, Stop().on_signals() as stop:
            clock = SystemClock()
            calendar = Calendar(clock=clock, zone=settings.zone)
            health = Health(clock)
            handler = CommandHandler(
                recorder=recorder, vault=vault, mapper=EventMapper(vault), calendar=calendar
            )
            verifier = verifier_of(settings, clock=clock, client=issuer)
            callers = CallerReader(verifier=verifier, persons=vault, person_claim=settings.oidc_person_claim)
            url = settings.database_url
            feed = feed_of(handler, callers=callers, vault=vault, database_url=url, calendar=calendar)
            api = app_of(health_routes(health), feed)
            scheduler = scheduler_of(handler, database_url=url, calendar=calendar, health=health)
            loops = {
                "http": lambda stop: serve(api, host=settings.host, port=settings.port, stop=stop),
                "scheduler": scheduler.run,
                "settler": handler.settler.run,
                "checks": lambda stop: watch(health, recorder=recorder, vault=vault, stop=stop),
            }
            run_all(loops, stop)
    finally:
        close_recorder(recorder)
        vault.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
