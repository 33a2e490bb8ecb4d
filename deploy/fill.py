"""`python -m deploy.fill`: brings the demo's organisation into the installation that the settings name."""

import os
import sys
from typing import Annotated

import typer
from rich.console import Console

from deploy.demo.filling import fill
from deploy.demo.hands import FillingError, Ground
from deploy.demo.people import KNOWN, PEOPLE
from deploy.demo.progress import bars
from events.codec import EventMapper
from events.log.assembly import close_recorder, open_recorder
from events.privacy.vault import Vault
from kit.clock import Calendar, SystemClock
from kit.secrets import MasterKey, SecretError
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    people: Annotated[int, typer.Option(min=len(KNOWN), help="How many professionals.")] = PEOPLE,
) -> None:
    """Found the organisation if nobody did, and fill it as far as that was not done before."""
    settings = Settings.from_env(os.environ)
    set_up_logging(as_json=settings.log_format == "json", process="fill")
    clock = SystemClock()
    today = Calendar(clock=clock, zone=settings.zone).today()
    vault = Vault(settings.vault_url, MasterKey.from_file(settings.master_key_file))
    recorder = open_recorder(settings, clock=clock)
    try:
        ground = Ground(recorder=recorder, vault=vault, mapper=EventMapper(vault))
        with bars(Console(stderr=True)) as told:
            fill(ground, count=people, today=today, told=told)
    finally:
        close_recorder(recorder)
        vault.close()
    sys.stdout.write(f"{people} professionals are there, each with a year of their own.\n")


if __name__ == "__main__":
    try:
        app()
    except (FillingError, SecretError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
