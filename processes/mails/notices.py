"""Notices to colleagues by mail, once each: of sharings, work and releases, and checkpoints to keep."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Final, Protocol

import msgspec

from events.privacy.notices import Notice, NoticeKind, NoticeOutbox
from kit.clock import Calendar
from processes.mails.message import Envelope, message_of
from processes.mails.notice_wording import NoticeFacts, notice_text
from processes.mails.sending import BATCH_MAX, BatchSender, Letter, MailSettings
from rules.kinds import ItemKind, Language
from rules.pages import Page, address_of

LOOK_EVERY: Final = timedelta(minutes=5)
"""How often the views are asked for new ones."""
EXPLAINED: Final = {
    NoticeKind.SHARING_ENDS: Page.STAFF,
    NoticeKind.WORK_TAKEN_UP: Page.STAFF,
    NoticeKind.WORK_LAPSED: Page.STAFF,
    NoticeKind.RELEASE_OUT: Page.CAPABILITIES,
    NoticeKind.RELEASE_HELD: Page.CAPABILITIES,
}
"""The pages that notices lead to."""


def page_of(kind: NoticeKind, language: Language, *, public_url: str) -> str:
    """Return the address of the page that explains a notice; empty where there is none."""
    page = EXPLAINED.get(kind)
    return address_of(page, language, public_url=public_url) if page is not None else ""


class NoticeDue(msgspec.Struct, frozen=True, kw_only=True):
    """
    A notice that is due, and what it is about.

    `on` is the last day of a sharing, and otherwise the day on which it happened. `item` is the kind of what
    is shared; with these `people`, with the `team`, or with everybody. `note` is a signed checkpoint.
    """

    notice: Notice
    on: date
    item: ItemKind | None = None
    people: tuple[str, ...] = ()
    team: str | None = None
    note: str = ""


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague who works here: name, address and language."""

    name: str
    email: str
    language: Language


class NoticeViews(Protocol):
    """What is read of the views (processes/mails/notice_views.py). It raises the database's errors."""

    def due(self, today: date) -> Sequence[NoticeDue]: ...
    def addressees(self, people: Sequence[str]) -> dict[str, Addressee]:
        """Return those of these people who work here."""
        ...

    def audience(self, found: NoticeDue) -> Sequence[str] | None:
        """Return the names of the people or of the team that it is about; None: everybody."""
        ...


class NoticeMailer:
    """Queues notices when they are due and sends them, each once; nothing to anybody who left."""

    def __init__(
        self, settings: MailSettings, *, outbox: NoticeOutbox, views: NoticeViews, calendar: Calendar
    ) -> None:
        self._settings = settings
        self._outbox = outbox
        self._sender = BatchSender(outbox, settings=settings, clock=calendar)
        self._views = views
        self._calendar = calendar
        self._look_at: datetime | None = None
        self._queued: frozenset[Notice] = frozenset()

    def turn(self) -> str | None:
        """Queue and send what is due; return what hinders. Raises errors of the views and of the vault."""
        now = self._calendar.now()
        if self._look_at is None or now >= self._look_at:
            due = frozenset(found.notice for found in self._due())
            self._outbox.queue(due - self._queued, now=now)
            self._queued = due
            self._outbox.tidy(now=now)
            self._look_at = now + LOOK_EVERY
        return self._send() if self._outbox.is_due(now=now) else None

    def _send(self) -> str | None:
        # Read before any is taken: one that is taken and then not sent would count as perhaps sent.
        due = {found.notice: found for found in self._due()}
        taken = self._outbox.take(now=self._calendar.now(), most=BATCH_MAX)

        def letter_of(notice: Notice) -> Letter | None:
            found = due.get(notice)
            to = self._views.addressees([notice.person]).get(notice.person) if found is not None else None
            return None if found is None or to is None else Letter(self._message(found, to), to.email)

        return self._sender.send(taken, letter_of)

    def _due(self) -> Sequence[NoticeDue]:
        return self._views.due(self._calendar.today())

    def _message(self, found: NoticeDue, to: Addressee) -> EmailMessage:
        settings = self._settings
        facts = NoticeFacts(
            name=to.name,
            on=found.on,
            link=settings.page,
            explained=page_of(found.notice.kind, to.language, public_url=settings.page),
            language=to.language,
            item=found.item,
            audience=self._views.audience(found),
            note=found.note,
        )
        envelope = Envelope(
            sender_name=settings.sender_name,
            sender=settings.sender,
            to_name=to.name,
            to=to.email,
            message_id=self._outbox.message_id(found.notice, domain=settings.domain),
            date=self._calendar.now(),
            language=to.language,
        )
        return message_of(envelope, notice_text(found.notice.kind, facts))
