"""`python -m deploy.processes`: what time brings about, and HR's files, in a process of its own."""

import os
import sys

import httpx

from deploy.processing import app_of, feed_of, scheduler_of
from events.codec import EventMapper
from events.log.open import close_recorder, open_recorder
from events.vault import Vault
from gateway.serving import serve
from kit.clock import Calendar, SystemClock
from kit.health import Health
from kit.lifecycle import Stop, run_all
from kit.probes import health_routes
from kit.secrets import MasterKey, SecretError
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging
from kit.tokens import verifier_of
from services.callers import CallerReader
from services.checks import watch
from services.handling import CommandHandler


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
