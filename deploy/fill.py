"""`python -m deploy.fill`: brings the demo's organisation into the installation that the settings name."""

import os
import sys
from typing import Annotated

import typer
from rich.console import Console

from deploy.demo.client import FillingError, Ground
from deploy.demo.people import KNOWN, PEOPLE
from deploy.demo.progress import bars
from deploy.demo.seed import fill
from kit.secrets import SecretError
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging
from services.assembly import open_services

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    people: Annotated[int, typer.Option(min=len(KNOWN), help="How many professionals.")] = PEOPLE,
) -> None:
    """Found the organisation if nobody did, and fill it as far as that was not done before."""
    settings = Settings.from_env(os.environ)
    set_up_logging(as_json=settings.log_format == "json", process="fill")
    with open_services(settings) as services, bars(Console(stderr=True)) as told:
        ground = Ground(recorder=services.recorder, vault=services.vault, mapper=services.mapper)
        fill(ground, count=people, today=services.calendar.today(), told=told)
    sys.stdout.write(f"{people} professionals are there, each with a year of their own.\n")


if __name__ == "__main__":
    try:
        app()
    except (FillingError, SecretError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
