"""
The outbox: which mails of feedback rounds are to be sent, and what became of each; in the vault.

A row is one mail: an invitation, a kind, a number. It is deleted with its invitation. Of letters, to people
who get no mail, it keeps which were printed.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import msgspec

from events.privacy.mail_queue import MailQueue, MailState, MailTable
from kit.secrets import MasterKey


class MailKind(StrEnum):
    INVITATION = "invitation"
    REMINDER = "reminder"
    KEY_LOST = "key_lost"
    """The keeper lost the round's key, so what was handed in can't be opened."""


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """The name of a mail. Reminders are numbered from 1, other kinds have one mail."""

    invitation: str
    kind: MailKind
    number: int = 1


def _key_of(mail: Mail) -> tuple[str, str, int]:
    return mail.invitation, mail.kind.value, mail.number


def _mail_of(invitation: str, kind: str, number: int) -> Mail:
    return Mail(invitation=invitation, kind=MailKind(kind), number=number)


_TABLE: Final = MailTable[Mail](
    name="vault_mails", key=("invitation", "kind", "number"), key_of=_key_of, mail_of=_mail_of
)


class Outbox(MailQueue[Mail]):
    """The vault's table of mails; safe from several threads. Every method raises VaultUnreachableError."""

    def __init__(self, url: str, master_key: MasterKey) -> None:
        super().__init__(url, _TABLE, name="vault-outbox", ids=master_key.derived(b"mail ids"))

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
