"""Opens everything that commands need as the settings say: log, vault and handler."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from events.assembly import open_log, open_vault
from events.codec import EventMapper
from events.log.recorder import LogRecorder
from events.privacy.vault import Vault
from kit.clock import Calendar, SystemClock
from kit.http.tokens import TokenVerifier
from kit.settings import Settings
from services.handling.handler import CommandHandler
from services.http.authentication import CallerReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of a process that handles commands."""

    calendar: Calendar
    vault: Vault
    recorder: LogRecorder
    mapper: EventMapper
    handler: CommandHandler
    person_claim: str

    def callers(self, verifier: TokenVerifier) -> CallerReader:
        """Return what finds the caller of a request by the token's claim that names people."""
        return CallerReader(verifier=verifier, persons=self.vault, person_claim=self.person_claim)


@contextmanager
def open_services(settings: Settings) -> Iterator[Services]:
    """Open log and vault for commands, and close them at the end. Raises SecretError."""
    calendar = Calendar(clock=SystemClock(), zone=settings.zone)
    with open_vault(settings) as vault, open_log(settings, clock=calendar) as recorder:
        mapper = EventMapper(vault)
        yield Services(
            calendar=calendar,
            vault=vault,
            recorder=recorder,
            mapper=mapper,
            handler=CommandHandler(recorder=recorder, vault=vault, mapper=mapper, calendar=calendar),
            person_claim=settings.oidc_person_claim,
        )
