"""A notice mailer on a real vault and real views, and a clock that the test moves."""

import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg

from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.registry import Event
from events.catalog.team import TeamFormed
from events.codec import Recorded
from events.privacy.mail_queue import MailState
from events.privacy.notices import NoticeKind, NoticeOutbox
from events.privacy.vault import Vault
from events.streams import Stream
from kit.clock import Calendar, FixedClock
from kit.secrets import MasterKey
from processes.mails.notice_views import ViewsForNotices
from processes.mails.notices import LOOK_EVERY, NoticeMailer
from processes.mails.sending import MailSettings
from projections.positions import prepare_view
from projections.registry import find_views
from projections.view import Fact
from rules.kinds import Language
from tests.processes.mails.mail_server import MailServer
from tests.projections.views.given import fold_into_views

MASTER = MasterKey(key=os.urandom(32))
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TODAY = NOW.date()
LONG_AGO = NOW - timedelta(days=200)
ORGANISATION, KADE, OFFER, SHARING = "d" * 32, "1" * 32, "2" * 32, "3" * 32
FENNA, BO, CAS = "Fenna de Vries", "Bo Aerts", "Cas Bos"


class Notices:
    """A notice mailer on real stores; what happens is folded into the views at once."""

    def __init__(self, url: str, server: MailServer) -> None:
        self.url, self.clock, self.vault = url, FixedClock(NOW), Vault(url, MASTER)
        self.vault.create_tables()
        self.outbox = NoticeOutbox(url, MASTER)
        self.calendar = Calendar(clock=self.clock, zone=ZoneInfo("Europe/Amsterdam"))
        self.settings = MailSettings(
            server=server.server, sender="ipp@kade.example", sender_name="IPP", page="https://ipp.example"
        )
        self.mailer = self.new_mailer()
        self._versions: dict[str, int] = {}
        self._ordinal = 0
        with psycopg.connect(url, autocommit=True) as connection:
            for view in find_views():
                prepare_view(connection, view, partitions=1, generation="g")
        self.people = {name: self._registered(name) for name in (FENNA, BO, CAS)}
        self.happened(f"team-{KADE}", TeamFormed(name="Team Kade", unit="u"))

    def new_mailer(self) -> NoticeMailer:
        return NoticeMailer(
            self.settings,
            outbox=self.outbox,
            views=ViewsForNotices(self.url, self.calendar),
            calendar=self.calendar,
        )

    def _registered(self, name: str) -> str:
        person = self.vault.person_for_or_new(name)
        email = f"{name.split(maxsplit=1)[0].lower()}@kade.example"
        language = Language.EN if name == BO else Language.NL
        self.happened(f"employment-{person}", ProfessionalRegistered(name=name, email=email))
        self.happened(f"employment-{person}", TeamJoined(team=KADE, on=TODAY))
        self.happened(f"portfolio-{person}", PortfolioOpened(language=language))
        return person

    def happened(self, stream: str, *events: Event, at: datetime = LONG_AGO) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for event in events:
                self._ordinal += 1
                version = self._versions[stream] = self._versions.get(stream, 0) + 1
                subject = Stream.parse(stream).subject
                recorded = Recorded(stream=stream, version=version, event=event, at=at, by=subject)
                fact = Fact(partition=0, ordinal=self._ordinal, subject=subject, recorded=recorded)
                fold_into_views(connection, fact)

    def of(self, name: str, stream: str, *events: Event) -> None:
        self.happened(f"{stream}-{self.people[name]}", *events)

    def turn(self, after: timedelta = LOOK_EVERY) -> str | None:
        self.clock.advance(after)
        return self.mailer.turn()

    def states(self) -> dict[tuple[str, NoticeKind], MailState]:
        names = {person: name for name, person in self.people.items()}
        return {(names[one.person], one.kind): state for one, state in self.outbox.mails()}


def mails(server: MailServer) -> list[tuple[str, str, str]]:
    """Return whom each mail went to, its subject and its words."""
    return sorted((str(mail["To"]), str(mail["Subject"]), mail.get_content()) for mail in server.taken)
