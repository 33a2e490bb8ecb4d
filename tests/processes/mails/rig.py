"""A mailer with a real vault, one round, and a clock that the test moves."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from events.privacy.invitations import Invitations, Invitee, NewInvitation
from events.privacy.mail_queue import MailState
from events.privacy.outbox import Outbox
from kit.clock import Calendar, FixedClock
from kit.health import Health
from kit.ids import derived_id
from kit.secrets import MasterKey
from processes.mails.mailer import NAME, Mailer, RoundMails
from processes.mails.sending import MailSettings
from processes.mails.smtp import SmtpServer
from rules.feedback.questions import Perspective
from rules.kinds import Language

MASTER = MasterKey(key=os.urandom(32))
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ROUND, SUBJECT = derived_id("round"), derived_id("subject")
ANNA = Invitee(name="Anna Smit", email="anna@example.org", language=Language.EN)
BILAL = Invitee(name="Bilal, team Dok", email="bilal@example.org", person=derived_id("bilal"))
LETTER = Invitee(name="Meneer Jansen")
PEOPLE = {"anna": ANNA, "bilal": BILAL, "letter": LETTER}


class Rig:
    """A mailer with its vault, one round, and a clock that the test moves."""

    def __init__(self, url: str, server: SmtpServer) -> None:
        self.clock = FixedClock(NOW)
        self.invitations, self.outbox = Invitations(url, MASTER), Outbox(url, MASTER)
        self.here = {derived_id("bilal")}
        self.round = RoundMails(
            round=ROUND,
            subject=SUBJECT,
            subject_name="Fenna de Vries",
            is_open=True,
            key_lost_at=None,
            closes_at=NOW + timedelta(days=10),
            reminders=0,
            invited=tuple(map(derived_id, PEOPLE)),
        )
        self.read_rounds: Callable[[], Sequence[RoundMails]] = lambda: [self.round]
        self.health = Health(self.clock)
        self.settings = MailSettings(
            server=server, sender="feedback@kade.example", sender_name="IPP", page="https://ipp.example"
        )
        self.mailer = self.new_mailer()
        for name, invitee in PEOPLE.items():
            self.invitations.keep(
                NewInvitation(
                    invitation=derived_id(name),
                    round=ROUND,
                    subject=SUBJECT,
                    perspective=Perspective.PEER,
                    on=NOW.date(),
                    invitee=invitee,
                ),
                asked_max=8,
            )

    def new_mailer(self) -> Mailer:
        return Mailer(
            self.settings,
            outbox=self.outbox,
            invitations=self.invitations,
            rounds=self._rounds,
            works_here=lambda people: self.here & set(people),
            calendar=Calendar(clock=self.clock, zone=ZoneInfo("Europe/Amsterdam")),
            health=self.health,
        )

    def _rounds(self) -> Sequence[RoundMails]:
        return self.read_rounds()

    def change(self, **changes: object) -> None:
        self.round = RoundMails(**{name: getattr(self.round, name) for name in _FIELDS} | changes)

    def turn(self, *, after_s: int = 0) -> None:
        self.clock.advance(timedelta(seconds=after_s))
        self.mailer.turn()

    def states(self) -> dict[str, MailState]:
        names = {derived_id(name): name for name in PEOPLE}
        return {names[name]: state for name, state in self.outbox.states(list(names)).items()}

    def sentence(self) -> str:
        return self.health.findings()[NAME].sentence


_FIELDS = RoundMails.__struct_fields__
