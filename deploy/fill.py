"""`python -m deploy.fill`: makes the demo's organisation in the installation that the settings name."""

import os
import sys
from typing import Annotated

import typer
from rich.console import Console

from deploy.demo.client import SeedingError, demo_services
from deploy.demo.people import KNOWN, PEOPLE
from deploy.demo.progress import bars
from deploy.demo.releases import DemoReleases
from deploy.demo.seed import seed
from deploy.demo.year import PART_DAYS
from events.assembly import open_made_releases
from kit.secrets import SecretError
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging
from services.assembly import open_services
from services.contexts.policy.commands import POLICY_RANGES

app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    people: Annotated[int, typer.Option(min=len(KNOWN), help="How many professionals.")] = PEOPLE,
    release_every_days: Annotated[
        int,
        typer.Option(
            min=POLICY_RANGES["release_every_days"][0],
            max=POLICY_RANGES["release_every_days"][1],
            help="How often the first policy wants a release. Those of the past year are made, too.",
        ),
    ] = PART_DAYS,
) -> None:
    """Found the organisation and give it people, as far as that was not done before."""
    settings = Settings.from_env(os.environ)
    set_up_logging(as_json=settings.log_format == "json", process="fill")
    with (
        open_services(settings) as parts,
        open_made_releases(settings) as made,
        bars(Console(stderr=True)) as on_progress,
    ):
        seed(
            demo_services(parts),
            count=people,
            today=parts.calendar.today(),
            on_progress=on_progress,
            releases=DemoReleases(
                made=made, database_url=settings.database_url, every_days=release_every_days
            ),
        )
    sys.stdout.write(f"The organisation has {people} professionals, each with a year of their own.\n")


if __name__ == "__main__":
    try:
        app()
    except (SeedingError, SecretError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
