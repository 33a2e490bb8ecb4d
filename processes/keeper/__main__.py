"""`python -m processes.keeper`: holds the private keys of feedback rounds, in a process of its own."""

import os
import sys
from pathlib import Path
from typing import cast

from kit.clock import Calendar, SystemClock
from kit.health import Health
from kit.http.probes import probes_loop
from kit.http.server import serve
from kit.lifecycle import Stop, run_all
from kit.secrets import SecretError, read_key, write_no_core_dump
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging
from processes.keeper.app import keeper_app
from processes.keeper.assembly import open_keeper
from processes.keeper.checks import watch
from processes.keeper.key_store import KeyStoreError


def main() -> int:
    """Run until stopped; exit with status 2 and one line when a setting, a secret or the folder is wrong."""
    os.umask(0o077)
    write_no_core_dump()
    try:
        settings = Settings.from_env(os.environ)
        settings.need("keeper_token_file", "keeper_closing_token_file")
        set_up_logging(as_json=settings.log_format == "json", process="keeper")
        _run(settings)
    except (SettingsError, SecretError, KeyStoreError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _run(settings: Settings) -> None:
    calendar = Calendar(clock=SystemClock(), zone=settings.zone)
    health = Health(calendar)
    token = read_key(cast("Path", settings.keeper_token_file)).hex()
    closing_token = read_key(cast("Path", settings.keeper_closing_token_file)).hex()
    with open_keeper(settings, calendar=calendar) as keeper, Stop().on_signals() as stop:
        api = keeper_app(keeper, token=token, closing_token=closing_token, health=health)
        loops = {
            "http": lambda stop: serve(api, host=settings.host, port=settings.port, stop=stop),
            "probes": probes_loop(health, host=settings.host, port=settings.probes_port),
            "checks": lambda stop: watch(keeper, health=health, stop=stop),
        }
        run_all(loops, stop)


if __name__ == "__main__":
    sys.exit(main())
