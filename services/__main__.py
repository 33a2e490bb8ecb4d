"""
`python -m services`: serve commands over HTTP.

`python -m services found` creates the organisation, once; `python -m services terms` loads shared terms, and
`python -m services lenses` question sets for feedback.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Final

import httpx
import typer
from eventsourcing.persistence import PersistenceError

from events.log.outcomes import OutcomeUnknownError
from events.privacy.sealing import VaultUnreachableError
from kit.errors import ForbiddenError
from kit.health import Health
from kit.http.probes import probes_loop
from kit.http.server import serve
from kit.http.tokens import verifier_of
from kit.lifecycle import Stop, run_all
from kit.secrets import SecretError
from kit.settings import Settings, SettingsError
from kit.telemetry import set_up_logging
from services.admin.appointing import NotAppointedError, appoint_administrator
from services.admin.founding import AlreadyFoundedError, FoundingInputError, found_organisation
from services.admin.lenses import LENS_FILE_BYTES_MAX, LensFileError, load_lens, read_lens
from services.admin.lenses import SHIPPED as SHIPPED_LENSES
from services.admin.terms import FILE_BYTES_MAX, SHIPPED, TermListError, load_list, read_list
from services.assembly import open_services
from services.contexts.lenses.commands import LoadLens
from services.handling.requests import RequestHandler
from services.handling.results import NothingAppliedError
from services.http.app import create_app
from services.http.health_watch import watch

# Pretty tracebacks would show local variables, and with them keys.
app = typer.Typer(help=__doc__, add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def serve_commands(context: typer.Context) -> None:
    """Serve commands until SIGTERM or SIGINT."""
    if context.invoked_subcommand is not None:
        return
    settings = Settings.from_env(os.environ)
    if not settings.oidc_issuer or not settings.oidc_jwks_url:
        raise SettingsError("The services need IPP_OIDC_ISSUER and IPP_OIDC_JWKS_URL.")
    set_up_logging(as_json=settings.log_format == "json", process="services")
    with open_services(settings) as services, httpx.Client() as client:
        health = Health(services.calendar)
        api = create_app(
            requests=RequestHandler(
                services.handler,
                per_minute_max=settings.commands_per_minute_max,
                feedback=services.feedback,
                delivery=services.delivery,
                auditing=services.auditing,
            ),
            callers=services.callers(verifier_of(settings, clock=services.calendar, client=client)),
            health=health,
            body_bytes_max=settings.body_bytes_max,
        )
        with Stop().on_signals() as stop:
            loops = {
                "http": lambda stop: serve(api, host=settings.host, port=settings.port, stop=stop),
                "probes": probes_loop(health, host=settings.host, port=settings.probes_port),
                "outcome resolver": services.handler.resolver.run,
                "cached states": services.handler.person_states.run,
                "checks": lambda stop: watch(
                    health, recorder=services.recorder, vault=services.vault, stop=stop
                ),
            }
            run_all(loops, stop)


@app.command("found")
def found(
    name: Annotated[str, typer.Option(help="The organisation's name, as everyone will see it.")],
    administrator: Annotated[
        str,
        typer.Option(help="Who grants the other roles: the value of the token's claim that names people."),
    ],
) -> None:
    """Found the organisation and its first administrator."""
    settings = Settings.from_env(os.environ)
    set_up_logging(as_json=settings.log_format == "json", process="services")
    with open_services(settings) as services:
        try:
            services.vault.create_tables()
            made = found_organisation(
                recorder=services.recorder,
                vault=services.vault,
                mapper=services.mapper,
                calendar=services.calendar,
                name=name,
                administrator=administrator,
            )
        except (AlreadyFoundedError, FoundingInputError) as error:
            typer.echo(f"{error}.", err=True)
            raise typer.Exit(1) from None
        except (OutcomeUnknownError, PersistenceError, VaultUnreachableError) as error:
            typer.echo(f"The log or the vault did not answer: {error}. Run this again.", err=True)
            raise typer.Exit(1) from None
    typer.echo(f"{name} is founded as {made.organisation}; {administrator} is its first administrator.")


@app.command("appoint")
def appoint(
    administrator: Annotated[
        str,
        typer.Option(help="Who grants roles from now on: the value of the token's claim that names people."),
    ],
) -> None:
    """Appoint an administrator when nobody is one any more, because the last one left."""
    settings = Settings.from_env(os.environ)
    set_up_logging(as_json=settings.log_format == "json", process="services")
    with open_services(settings) as services:
        try:
            appoint_administrator(
                recorder=services.recorder,
                vault=services.vault,
                mapper=services.mapper,
                calendar=services.calendar,
                administrator=administrator,
            )
        except NotAppointedError as error:
            typer.echo(f"{error}.", err=True)
            raise typer.Exit(1) from None
        except (OutcomeUnknownError, PersistenceError, VaultUnreachableError) as error:
            typer.echo(f"The log or the vault did not answer, or changed: {error}. Run this again.", err=True)
            raise typer.Exit(1) from None
    typer.echo(f"{administrator} is an administrator.")


@app.command("terms")
def load_terms(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="CSV with the columns cluster, nl, en, esco; left out: the list that is shipped."
        ),
    ] = None,
    *,
    name: Annotated[
        str | None,
        typer.Option(help="What a file's list is called; left out: as the file.", show_default=False),
    ] = None,
) -> None:
    """Load shared terms for talents from a list; existing terms don't change."""
    settings = Settings.from_env(os.environ)
    set_up_logging(as_json=settings.log_format == "json", process="services")
    list_name = None if file is None else name or file.stem
    try:
        rows = read_list(_read(file or SHIPPED, FILE_BYTES_MAX))
        with open_services(settings) as services:
            loaded = load_list(services.handler, rows, list_name=list_name)
    except (OSError, TermListError, ForbiddenError) as error:
        typer.echo(f"{error}", err=True)
        raise typer.Exit(1) from None
    except NothingAppliedError as error:
        typer.echo(f"{error}. Run this again.", err=True)
        raise typer.Exit(1) from None
    existing = len(rows) - len(loaded.left_out)
    typer.echo(f"{existing} of {len(rows)} words can be picked; {loaded.adopted} of them are new.")
    for row in loaded.left_out:
        words = f"{row.term.label.nl} / {row.term.label.en}"
        typer.echo(f"Line {row.line}, {words}: left out; another word has these, or it is out of use.")


@app.command("lenses")
def load_lenses(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Lenses in TOML; left out: those that are shipped, for colleagues and clients."),
    ] = None,
) -> None:
    """Load lenses as drafts, which the working group tries and publishes; existing lenses don't change."""
    settings = Settings.from_env(os.environ)
    set_up_logging(as_json=settings.log_format == "json", process="services")
    try:
        lenses = [_lens_of(file) for file in files or SHIPPED_LENSES]
        with open_services(settings) as services:
            for lens in lenses:
                done = load_lens(services.handler, lens)
                typer.echo(f"{lens.name.nl} / {lens.name.en}: {_LOADED[done]}.")
    except (OSError, LensFileError, ForbiddenError) as error:
        typer.echo(f"{error}", err=True)
        raise typer.Exit(1) from None
    except NothingAppliedError as error:
        typer.echo(f"{error}. Run this again.", err=True)
        raise typer.Exit(1) from None


_LOADED: Final = {"drafted": "a draft, to be tried", "there": "there already"}


def _lens_of(file: Path) -> LoadLens:
    try:
        return read_lens(_read(file, LENS_FILE_BYTES_MAX))
    except LensFileError as error:
        raise LensFileError(f"{file.name}:\n{error}") from None


def _read(file: Path, bytes_max: int) -> bytes:
    with file.open("rb") as opened:
        return opened.read(bytes_max + 1)


def main() -> None:
    """Run, and end with one clear line when settings or key file are not right."""
    try:
        app()
    except (SettingsError, SecretError) as error:
        typer.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
