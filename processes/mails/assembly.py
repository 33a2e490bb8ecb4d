"""Builds the loop that sends mails, as the settings say."""

from collections.abc import Sequence
from datetime import timedelta

from events.assembly import open_notices, open_outbox
from events.privacy.invitations import Invitations
from kit.clock import Calendar
from kit.health import Health
from kit.lifecycle import Loop, Stop
from kit.settings import Settings
from processes.job import read_views
from processes.mails.mailer import EVERY_S, KEY_LOST_DAYS, NAME, Mailer, RoundMails
from processes.mails.notice_views import ViewsForNotices
from processes.mails.notices import NoticeMailer
from processes.mails.sending import MailSettings
from processes.mails.smtp import SmtpServer
from projections.views import directory, rounds

NO_SERVER = "no mail server is set (IPP_SMTP_HOST), so no mail is sent"


def mails_loop(settings: Settings, *, invitations: Invitations, calendar: Calendar, health: Health) -> Loop:
    """Return the loop; without a mail server it says on the health page that no mail is sent."""
    if not settings.smtp_host:
        return lambda stop: _say_that_nothing_is_sent(health, stop)
    readers = _Readers(settings.database_url, calendar)

    def run(stop: Stop) -> None:
        with open_outbox(settings) as outbox, open_notices(settings) as notices:
            mails = mail_settings(settings)
            Mailer(
                mails,
                outbox=outbox,
                invitations=invitations,
                rounds=readers.rounds,
                works_here=readers.works_here,
                calendar=calendar,
                health=health,
                notices=NoticeMailer(
                    mails,
                    outbox=notices,
                    views=ViewsForNotices(settings.database_url, calendar),
                    calendar=calendar,
                ),
            ).run(stop)

    return run


def mail_settings(settings: Settings) -> MailSettings:
    """Return who sends, and over which server. Raises OSError for the password's file."""
    password = settings.smtp_password_file
    return MailSettings(
        server=SmtpServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=password.read_text(encoding="utf-8").strip() if password else "",
        ),
        sender=settings.mail_from,
        sender_name=settings.mail_from_name,
        page=settings.public_url,
    )


class _Readers:
    """Reads what the mailer needs to know from the views."""

    def __init__(self, database_url: str, calendar: Calendar) -> None:
        self._url = database_url
        self._calendar = calendar

    def rounds(self) -> Sequence[RoundMails]:
        since = self._calendar.now() - timedelta(days=KEY_LOST_DAYS)
        found = read_views(self._url, lambda connection: rounds.rounds_to_mail(connection, lost_since=since))
        if not found:
            return ()
        subjects = sorted({one.subject for one in found})
        people = read_views(self._url, lambda connection: directory.persons_by_ids(connection, subjects))
        return [
            RoundMails(
                round=one.round,
                subject=one.subject,
                subject_name=people[one.subject].display_name,
                is_open=one.key_lost_at is None,
                key_lost_at=one.key_lost_at,
                closes_at=one.closes_at,
                reminders=one.reminders,
                invited=tuple(invitation.invitation for invitation in one.invitations),
            )
            for one in found
            if one.subject in people
        ]

    def works_here(self, people: Sequence[str]) -> set[str]:
        known = read_views(self._url, lambda connection: directory.persons_by_ids(connection, people))
        today = self._calendar.today()
        return {name for name, one in known.items() if one.ended_on is None or one.ended_on > today}


def _say_that_nothing_is_sent(health: Health, stop: Stop) -> None:
    health.expect(NAME, within_s=EVERY_S * 12)
    while not stop.is_set():
        health.report(NAME, ok=False, degraded=True, sentence=NO_SERVER)
        stop.wait(EVERY_S)
