"""A table of mails in the vault: which are to be sent, and what became of each. A row is one mail."""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

import msgspec

from events.privacy.database import VaultDatabase

SENDING_S_MAX: Final = 300
"""After so long, the process that was sending a mail has ended: nobody knows whether it arrived."""
REPEATS_MAX: Final = 1
"""How often such a mail is sent again: under the same Message-ID, so that mail programs know it."""

M = TypeVar("M")


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
    """There was nobody to send it to any more, or nothing to say any more."""


class Due(msgspec.Struct, Generic[M], frozen=True, kw_only=True):
    """A mail to be sent now; `attempts` counts this one."""

    mail: M
    attempts: int


class MailTable(msgspec.Struct, Generic[M], frozen=True, kw_only=True):
    """A table of mails: the columns of its key, in order, and how to turn a mail into its key and back."""

    name: str
    key: tuple[str, ...]
    key_of: Callable[[M], tuple[Any, ...]]
    mail_of: Callable[..., M]


class MailQueue(VaultDatabase, Generic[M]):
    """Takes mails and notes what became of them; safe from several threads and processes."""

    def __init__(self, url: str, table: MailTable[M], *, name: str, ids: bytes) -> None:
        """`ids` is the key that makes Message-IDs, another one for each table."""
        super().__init__(url, name=name)
        self._table = table
        self._ids = ids
        key = ", ".join(table.key)
        self._take = f"""
            UPDATE {table.name} m SET state = 'sending', next_at = %(now)s, attempts = attempts + 1,
                repeats = repeats + (m.state = 'sending')::int
            FROM (SELECT {key} FROM {table.name}
                  WHERE (state = 'waiting' AND next_at <= %(now)s)
                      OR (state = 'sending' AND next_at < %(left)s)
                  ORDER BY next_at, {key} LIMIT %(most)s FOR UPDATE SKIP LOCKED) due
            WHERE ({", ".join(f"m.{name}" for name in table.key)})
                = ({", ".join(f"due.{name}" for name in table.key)})
            RETURNING m.attempts, {", ".join(f"m.{name}" for name in table.key)}
        """
        self._where = " AND ".join(f"{name} = %({name})s" for name in table.key)

    def message_id(self, mail: M, *, domain: str) -> str:
        """Return the Message-ID, the same each time, which nobody else can compute."""
        name = " ".join(map(str, self._table.key_of(mail))).encode()
        return f"<{hmac.digest(self._ids, name, 'sha256')[:16].hex()}@{domain}>"

    def take(self, *, now: datetime, most: int) -> list[Due[M]]:
        """
        Return mails to send now, and note that they are being sent; no other process gets them.

        A mail that was left while it was being sent is returned once more, and then stays UNKNOWN.
        """
        left = now - timedelta(seconds=SENDING_S_MAX)
        with self._connection() as conn, conn.transaction():
            conn.execute(
                f"UPDATE {self._table.name} SET state = 'unknown'"
                " WHERE state = 'sending' AND next_at < %s AND repeats >= %s".encode(),
                (left, REPEATS_MAX),
            )
            rows = conn.execute(self._take.encode(), {"now": now, "left": left, "most": most}).fetchall()
        return [Due(mail=self._table.mail_of(*key), attempts=attempts) for attempts, *key in rows]

    def end(self, mail: M, state: MailState) -> None:
        """Note what became of a mail that was taken."""
        self._set(mail, state, next_at=None)

    def wait(self, mail: M, *, until: datetime) -> None:
        """Note that a mail that was taken was certainly not sent; it is due again at `until`."""
        self._set(mail, MailState.WAITING, next_at=until)

    def mails(self) -> list[tuple[M, MailState]]:
        """Return all mails and their states."""
        key = ", ".join(self._table.key)
        with self._connection() as conn:
            rows = conn.execute(
                f"SELECT state, {key} FROM {self._table.name} ORDER BY {key}".encode()
            ).fetchall()
        return [(self._table.mail_of(*found), MailState(state)) for state, *found in rows]

    def _set(self, mail: M, state: MailState, *, next_at: datetime | None) -> None:
        values: dict[str, Any] = dict(zip(self._table.key, self._table.key_of(mail), strict=True))
        with self._connection() as conn:
            conn.execute(
                f"UPDATE {self._table.name} SET state = %(state)s, next_at = coalesce(%(next_at)s, next_at)"
                f" WHERE {self._where}".encode(),
                {**values, "state": state.value, "next_at": next_at},
            )
