"""
The outbox of notices to colleagues: of sharings, work and releases, and checkpoints to keep.

A row is one notice: of one thing to one person. It holds ids only; what a mail says is read when it is sent.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from events.privacy.mail_queue import MailQueue, MailTable
from kit.secrets import MasterKey

NOTICES_KEPT_DAYS: Final = 90
"""How long a row shows that its notice was sent; every notice is due for a shorter time than that."""


class NoticeKind(StrEnum):
    SHARING_ENDS = "sharing_ends"
    WORK_TAKEN_UP = "work_taken_up"
    WORK_LAPSED = "work_lapsed"
    RELEASE_OUT = "release_out"
    RELEASE_HELD = "release_held"
    CHECKPOINT = "checkpoint"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """The name of a notice: to whom, and of which thing; a thing that changes has another name."""

    person: str
    kind: NoticeKind
    thing: str


def _key_of(notice: Notice) -> tuple[str, str, str]:
    return notice.person, notice.kind.value, notice.thing


def _notice_of(person: str, kind: str, thing: str) -> Notice:
    return Notice(person=person, kind=NoticeKind(kind), thing=thing)


_TABLE: Final = MailTable[Notice](
    name="vault_notices", key=("person", "kind", "thing"), key_of=_key_of, mail_of=_notice_of
)


class NoticeOutbox(MailQueue[Notice]):
    """The vault's table of notices. Every method raises VaultUnreachableError."""

    def __init__(self, url: str, master_key: MasterKey) -> None:
        super().__init__(url, _TABLE, name="vault-notices", ids=master_key.derived(b"notice ids"))

    def queue(self, notices: Iterable[Notice], *, now: datetime) -> int:
        """Add notices that are not there yet, of people who are not forgotten; return how many were added."""
        rows = [(kind, thing, now, now, person) for person, kind, thing in map(_key_of, notices)]
        if not rows:
            return 0
        with self._connection() as conn, conn.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO vault_notices (person, kind, thing, queued_at, next_at)"
                " SELECT subject, %s, %s, %s, %s FROM vault_keys WHERE subject = %s AND wrapped IS NOT NULL"
                " ON CONFLICT DO NOTHING",
                rows,
            )
            return cursor.rowcount

    def is_due(self, *, now: datetime) -> bool:
        """Whether `take` may return any."""
        with self._connection() as conn:
            found = conn.execute(
                "SELECT EXISTS (SELECT FROM vault_notices"
                " WHERE state IN ('waiting', 'sending') AND next_at <= %s)",
                (now,),
            ).fetchone()
        return bool(found and found[0])

    def tidy(self, *, now: datetime) -> None:
        """Delete what was queued long ago."""
        with self._connection() as conn:
            conn.execute(
                "DELETE FROM vault_notices WHERE queued_at < %s", (now - timedelta(days=NOTICES_KEPT_DAYS),)
            )
