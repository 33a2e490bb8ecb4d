"""Queues the mails of open rounds and sends what is due, notices too, in a loop of its own."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Final

import msgspec
import structlog

from events.privacy.invitations import Invitations, Invited
from events.privacy.outbox import Mail, MailKind, Outbox
from events.privacy.sealing import VaultUnreachableError
from kit.clock import Calendar
from kit.health import Health
from kit.lifecycle import Stop
from processes.mails.message import Envelope, message_of
from processes.mails.notices import NoticeMailer
from processes.mails.sending import BATCH_MAX, BatchSender, Letter, MailSettings
from processes.mails.wording import MailFacts, mail_text
from rules.feedback.rater_code import shown

EVERY_S: Final = 5.0
KEY_LOST_DAYS: Final = 7
"""For how long after a round was lost its raters still get a mail about it."""
QUIET_FAILURES: Final = 5
"""Turns in a row that may fail without a warning: at a first start the views are still being made."""
NAME: Final = "mails"

_log = structlog.get_logger(__name__)


class RoundMails(msgspec.Struct, frozen=True, kw_only=True):
    """What the mails of a round need to know of it, as the views have it. `invited` are on the log."""

    round: str
    subject: str
    subject_name: str
    is_open: bool
    key_lost_at: datetime | None
    closes_at: datetime
    reminders: int
    invited: tuple[str, ...]


ReadRounds = Callable[[], Sequence[RoundMails]]
"""Returns the rounds that are open, or whose key was lost in the last KEY_LOST_DAYS days."""
WorksHere = Callable[[Sequence[str]], set[str]]
"""Returns those of these professionals who work here now."""


def mails_of(found: RoundMails, *, now: datetime) -> list[Mail]:
    """Return the mails that a round has had and should have by now; of reminders only the last one."""
    if found.is_open:
        kinds = [(MailKind.INVITATION, 1)]
        if found.reminders:
            kinds.append((MailKind.REMINDER, found.reminders))
    elif found.key_lost_at is not None and now - found.key_lost_at < timedelta(days=KEY_LOST_DAYS):
        kinds = [(MailKind.KEY_LOST, 1)]
    else:
        kinds = []
    return [
        Mail(invitation=invitation, kind=kind, number=number)
        for kind, number in kinds
        for invitation in found.invited
    ]


class Mailer:
    """
    Sends each mail once. When a process ends while it sends, a mail may come twice, with one Message-ID.

    A mail server that does not answer is no error of the round: mails wait, and the health page says so.
    """

    def __init__(
        self,
        settings: MailSettings,
        *,
        outbox: Outbox,
        invitations: Invitations,
        rounds: ReadRounds,
        works_here: WorksHere,
        calendar: Calendar,
        health: Health,
        notices: NoticeMailer | None = None,
    ) -> None:
        self._settings = settings
        self._outbox = outbox
        self._sender = BatchSender(outbox, settings=settings, clock=calendar)
        self._invitations = invitations
        self._rounds = rounds
        self._works_here = works_here
        self._calendar = calendar
        self._health = health
        self._notices = notices
        self._queued: dict[str, tuple[bool, int]] = {}
        self._failures = 0
        health.expect(NAME, within_s=EVERY_S * 12)

    def run(self, stop: Stop) -> None:
        """Take turns until `stop`."""
        while not stop.is_set():
            started = time.monotonic()
            self.turn()
            stop.wait(max(0.0, EVERY_S - (time.monotonic() - started)))

    def turn(self) -> None:
        """Queue and send what is due, and report to the health page."""
        try:
            fault = self._send_due(self._queue())
            if self._notices is not None:
                fault = self._notices.turn() or fault
            self._failures = 0
        except VaultUnreachableError:
            fault = "the vault does not answer"
        except Exception as error:  # noqa: BLE001 - what is unavailable now may be back in the next turn
            self._failures += 1
            log = _log.warning if self._failures > QUIET_FAILURES else _log.info
            log("mails.failed", reason=type(error).__name__)
            fault = f"mails can't be sent ({type(error).__name__})"
        self._health.report(NAME, ok=fault is None, degraded=True, sentence=fault or "no mail is overdue")

    def _queue(self) -> dict[str, RoundMails]:
        """Queue the mails of rounds that have new ones; return all rounds by id."""
        rounds = {found.round: found for found in self._rounds()}
        for name, found in rounds.items():
            state = (found.is_open, found.reminders)
            if self._queued.get(name) != state:
                self._outbox.queue(mails_of(found, now=self._calendar.now()), now=self._calendar.now())
                self._queued[name] = state
        self._queued = {name: state for name, state in self._queued.items() if name in rounds}
        return rounds

    def _send_due(self, rounds: dict[str, RoundMails]) -> str | None:
        """Send a batch; return what hinders, None if nothing does."""
        due = self._outbox.take(now=self._calendar.now(), most=BATCH_MAX)
        people = {
            one.invitation.invitation: one
            for one in self._invitations.named([one.mail.invitation for one in due])
        }
        colleagues = [one.invitee.person for one in people.values() if one.invitee.person is not None]
        here = self._works_here(colleagues) if colleagues else set()

        def letter_of(mail: Mail) -> Letter | None:
            person = people.get(mail.invitation)
            found = rounds.get(person.invitation.round) if person is not None else None
            if person is None or found is None or not _is_wanted(mail, person, found, here):
                return None
            return Letter(self._message(mail, person, found), person.invitee.email or "")

        return self._sender.send(due, letter_of)

    def _message(self, mail: Mail, person: Invited, found: RoundMails) -> EmailMessage:
        settings = self._settings
        code = shown(person.code)
        facts = MailFacts(
            subject_name=found.subject_name,
            rater_name=person.invitee.name,
            code=code,
            link=f"{settings.page}/feedback#{code}",
            closes_at=self._calendar.local(found.closes_at),
            language=person.invitee.language,
        )
        envelope = Envelope(
            sender_name=settings.sender_name,
            sender=settings.sender,
            to_name=person.invitee.name,
            to=person.invitee.email or "",
            message_id=self._outbox.message_id(mail, domain=settings.domain),
            date=self._calendar.now(),
            language=person.invitee.language,
        )
        return message_of(envelope, mail_text(mail.kind, facts))


def _is_wanted(mail: Mail, person: Invited, found: RoundMails, here: set[str]) -> bool:
    """Whether a mail still has somebody to go to: not when the round is over, nor to who left."""
    if person.invitee.email is None or mail.invitation not in found.invited:
        return False
    if person.invitee.person is not None and person.invitee.person not in here:
        return False
    return found.is_open if mail.kind is not MailKind.KEY_LOST else found.key_lost_at is not None
