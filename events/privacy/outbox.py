"""
The outbox: which mails of feedback rounds are to be sent, and what became of each; in the vault.

A row is one mail: an invitation, a kind, a number. It is deleted with its invitation. Of letters, to people
who get no mail, it keeps which were printed.
"""

import hmac
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec
from psycopg.rows import kwargs_row

from events.privacy.database import VaultDatabase
from kit.secrets import MasterKey

SENDING_S_MAX: Final = 300
"""After so long, the process that was sending a mail has ended: nobody knows whether it arrived."""
REPEATS_MAX: Final = 1
"""How often such a mail is sent again: under the same Message-ID, so that mail programs know it."""


class MailKind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"
    KEY_LOST = "key_lost"
    """The keeper lost the round's key, so what was handed in can't be opened."""


class MailState(StrEnum):
    """What became of a mail."""

    WAITING = "waiting"
    SENDING = "sending"
    """A process is at it."""
    SENT = "sent"
    """A mail server took it."""
    REFUSED = "refused"
    """A mail server says that nobody has this address."""
    UNKNOWN = "unknown"
    """It may have been sent, and was repeated once."""
    DROPPED = "dropped"
    """There was nobody to send it to any more: the round was over, or a colleague left."""


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """The name of a mail. Reminders are numbered from 1, other kinds have one mail."""

    invitation: str
    kind: MailKind
    number: int = 1


class DueMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail to be sent now; `attempts` counts this one."""

    mail: Mail
    attempts: int


class Outbox(VaultDatabase):
    """The vault's table of mails; safe from several threads. Every method raises VaultUnreachableError."""

    def __init__(self, url: str, master_key: MasterKey) -> None:
        super().__init__(url, name="vault-outbox")
        self._ids = master_key.derived(b"mail ids")

    def message_id(self, mail: Mail, *, domain: str) -> str:
        """Return the Message-ID, the same each time, which nobody else can compute for an invitation."""
        name = f"{mail.invitation} {mail.kind} {mail.number}".encode()
        return f"<{hmac.digest(self._ids, name, 'sha256')[:16].hex()}@{domain}>"

    def queue(self, mails: Iterable[Mail], *, now: datetime) -> int:
        """Add mails that are not there yet; those that are stay as they are. Return how many were added."""
        rows = [(mail.invitation, mail.kind.value, mail.number, now) for mail in mails]
        if not rows:
            return 0
        with self._connection() as conn, conn.cursor() as cursor:
            # A mail whose invitation was forgotten meanwhile has nobody to go to.
            cursor.executemany(
                "INSERT INTO vault_mails (invitation, kind, number, next_at)"
                " SELECT invitation, %s, %s, %s FROM vault_invitations WHERE invitation = %s"
                " ON CONFLICT DO NOTHING",
                [(kind, number, at, invitation) for invitation, kind, number, at in rows],
            )
            return cursor.rowcount

    def take(self, *, now: datetime, most: int) -> list[DueMail]:
        """
        Return mails to send now, and note that they are being sent; no other process gets them.

        A mail that was left while it was being sent is returned once more, and then stays UNKNOWN.
        """
        left = now - timedelta(seconds=SENDING_S_MAX)
        with self._connection() as conn, conn.transaction():
            conn.execute(
                "UPDATE vault_mails SET state = 'unknown'"
                " WHERE state = 'sending' AND next_at < %s AND repeats >= %s",
                (left, REPEATS_MAX),
            )
            rows = conn.execute(
                "UPDATE vault_mails m SET state = 'sending', next_at = %(now)s, attempts = attempts + 1,"
                " repeats = repeats + (m.state = 'sending')::int"
                " FROM (SELECT invitation, kind, number FROM vault_mails"
                "       WHERE (state = 'waiting' AND next_at <= %(now)s)"
                "          OR (state = 'sending' AND next_at < %(left)s)"
                "       ORDER BY next_at, invitation LIMIT %(most)s FOR UPDATE SKIP LOCKED) due"
                " WHERE (m.invitation, m.kind, m.number) = (due.invitation, due.kind, due.number)"
                " RETURNING m.invitation, m.kind, m.number, m.attempts",
                {"now": now, "left": left, "most": most},
            ).fetchall()
        return [
            DueMail(mail=Mail(invitation=invitation, kind=MailKind(kind), number=number), attempts=attempts)
            for invitation, kind, number, attempts in rows
        ]

    def end(self, mail: Mail, state: MailState) -> None:
        """Note what became of a mail that was taken."""
        self._set(mail, state, next_at=None)

    def wait(self, mail: Mail, *, until: datetime) -> None:
        """Note that a mail that was taken was certainly not sent; it is due again at `until`."""
        self._set(mail, MailState.WAITING, next_at=until)

    def states(self, invitations: Sequence[str]) -> dict[str, MailState]:
        """Return what became of the last mail of each invitation; those without any are left out."""
        with self._connection() as conn:
            rows = conn.execute(
                "SELECT DISTINCT ON (invitation) invitation, state FROM vault_mails"
                " WHERE invitation = ANY(%s)"
                " ORDER BY invitation, kind = 'key_lost' DESC, kind = 'reminder' DESC, number DESC",
                (list(invitations),),
            ).fetchall()
            return {invitation: MailState(state) for invitation, state in rows}

    def refused(self) -> set[str]:
        """Return the invitations of which no mail was taken, and one was refused for good."""
        with self._connection() as conn:
            rows = conn.execute(
                "SELECT invitation FROM vault_mails GROUP BY invitation"
                " HAVING bool_or(state = 'refused') AND NOT bool_or(state IN ('sent', 'unknown'))"
            ).fetchall()
            return {invitation for (invitation,) in rows}

    def printed(self) -> set[str]:
        """Return the invitations whose letters were printed."""
        with self._connection() as conn:
            rows = conn.execute("SELECT invitation FROM vault_letters").fetchall()
            return {invitation for (invitation,) in rows}

    def note_printed(self, invitations: Sequence[str], *, on: date) -> None:
        """Note that letters were printed; those noted before, or forgotten, stay as they are."""
        with self._connection() as conn:
            conn.execute(
                "INSERT INTO vault_letters (invitation, printed_on)"
                " SELECT invitation, %s FROM vault_invitations WHERE invitation = ANY(%s)"
                " ON CONFLICT (invitation) DO NOTHING",
                (on, list(invitations)),
            )

    def mails(self) -> list[tuple[Mail, MailState]]:
        """Return all mails and their states."""

        def read(invitation: str, kind: str, number: int, state: str) -> tuple[Mail, MailState]:
            return Mail(invitation=invitation, kind=MailKind(kind), number=number), MailState(state)

        with self._connection() as conn, conn.cursor(row_factory=kwargs_row(read)) as cursor:
            cursor.execute(
                "SELECT invitation, kind, number, state FROM vault_mails ORDER BY invitation, kind, number"
            )
            return cursor.fetchall()

    def _set(self, mail: Mail, state: MailState, *, next_at: datetime | None) -> None:
        values: dict[str, Any] = {
            "state": state.value,
            "next_at": next_at,
            "invitation": mail.invitation,
            "kind": mail.kind.value,
            "number": mail.number,
        }
        with self._connection() as conn:
            conn.execute(
                "UPDATE vault_mails SET state = %(state)s, next_at = coalesce(%(next_at)s, next_at)"
                " WHERE invitation = %(invitation)s AND kind = %(kind)s AND number = %(number)s",
                values,
            )
