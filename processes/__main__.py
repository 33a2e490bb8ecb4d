"""`python -m processes`: checks whether mails would arrive, and computes a release again."""

import os
import re
import sys
from ipaddress import ip_address
from typing import Annotated, Final

import typer
from eventsourcing.persistence import EventStore, PersistenceError

from events.assembly import open_log, open_vault
from events.codec import EventMapper, UndecodableEventError
from events.privacy.sealing import VaultUnreachableError
from events.streams import Stream
from kit.clock import SystemClock
from kit.postgres.connections import connect_own
from kit.secrets import SecretError
from kit.settings import Settings, SettingsError
from processes.mails.assembly import mail_settings
from processes.mails.doctor import examine
from processes.releases.recompute import NoSuchReleaseError, recompute
from projections.views.contributions import BasisNotReadyError
from rules.audit.recomputation import Recomputation
from services.contexts.releases.decider import DECIDER
from services.handling.loading import StreamNotUnderstoodError, load

DNS_PORT: Final = 53
_ADDRESS: Final = re.compile(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_STATUS: Final = {
    Recomputation.AGREES: 0,
    Recomputation.DIFFERS: 1,
    Recomputation.NO_LONGER_POSSIBLE: 3,
}
_NOT_KNOWN: Final = (
    NoSuchReleaseError,
    BasisNotReadyError,
    PersistenceError,
    VaultUnreachableError,
    UndecodableEventError,
    StreamNotUnderstoodError,
)
_WORDS: Final = {"good": "good ", "note": "note ", "wrong": "WRONG"}

# Pretty tracebacks would show local variables, and with them the password.
app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command("doctor")
def doctor(
    *,
    dns: Annotated[
        str, typer.Option(help="A name server, such as 9.9.9.9 or 127.0.0.1:5300, instead of this machine's.")
    ] = "",
) -> None:
    """Check mail server and sender; no mail is sent. Status 1: something keeps mails from arriving."""
    settings = Settings.from_env(os.environ)
    settings.need("smtp_host", "mail_from")
    if not _ADDRESS.fullmatch(settings.mail_from):
        raise SettingsError(
            f"IPP_MAIL_FROM is an address such as feedback@ipp.example; not {settings.mail_from!r}."
        )
    try:
        mails = mail_settings(settings)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The file of IPP_SMTP_PASSWORD_FILE can't be read ({type(error).__name__})."
        ) from None
    found_wrong = False
    for finding in examine(mails, selector=settings.mail_dkim_selector, dns=_name_server(dns)):
        typer.echo(f"{_WORDS[finding.level]} {finding.sentence}")
        found_wrong = found_wrong or finding.level == "wrong"
    if found_wrong:
        raise typer.Exit(1)


@app.command("recompute")
def recompute_release(
    epoch: Annotated[int, typer.Argument(min=1, help="The number of the release, 1 for the first.")],
) -> None:
    """
    Compute a release again from the log: it agrees, differs, or is no longer possible. No figure is shown.

    Status 0: it agrees; 1: it differs; 3: no longer possible, since somebody was forgotten; 2: not known now.
    """
    settings = Settings.from_env(os.environ)
    settings.need("database_url", "vault_url")
    try:
        found = _recomputed(settings, epoch)
    except SecretError as error:
        raise SettingsError(str(error)) from None
    except _NOT_KNOWN as error:
        typer.echo(f"It can't be said now: {error}.", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"Release {epoch}: {found}.")
    raise typer.Exit(_STATUS[found])


def _recomputed(settings: Settings, epoch: int) -> Recomputation:
    with open_vault(settings) as vault, open_log(settings, clock=SystemClock()) as recorder:
        organisation = vault.organisation()
        if organisation is None:
            raise NoSuchReleaseError("there is no organisation yet")
        store: EventStore[str] = EventStore(EventMapper(vault), recorder)
        state = load(store, DECIDER, (Stream("release", organisation).name,)).state
        with connect_own(settings.database_url, application_name="recompute") as connection:
            return recompute(state, epoch, connection=connection)


def _name_server(given: str) -> tuple[str, int] | None:
    if not given:
        return None
    host, colon, port = given.rpartition(":")
    try:
        if colon and "." in host:
            return str(ip_address(host)), int(port)
        return str(ip_address(given)), DNS_PORT
    except ValueError:
        raise SettingsError(
            f"--dns is an address such as 9.9.9.9 or 127.0.0.1:5300; not {given!r}."
        ) from None


def main() -> None:
    """Run, and end with one clear line when settings are not right."""
    try:
        app()
    except SettingsError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
