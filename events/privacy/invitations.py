"""
Who was invited to feedback rounds: in the vault alone, sealed, and forgotten when the round is over.

The log and the views have only an invitation's id. A row whose invitation is not on the log counts for
nothing; a job removes it.
"""

import hmac
import os
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, LiteralString

import msgspec
import psycopg
from psycopg.rows import kwargs_row

from events.privacy.database import VaultDatabase
from events.privacy.sealing import SealError, VaultUnreachableError, open_sealed, seal
from kit.ids import new_id
from kit.secrets import MasterKey
from rules.feedback.questions import Perspective
from rules.feedback.rater_code import CODE_BYTES, code_of, hash_of
from rules.feedback.raters import quarter_of, same_address
from rules.kinds import Language

_COLUMNS: Final = "invitation, round, subject, perspective, slot, created_on"


class Invitee(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person who is asked: a colleague with their id, or an outsider; without an address gets a letter."""

    name: str
    email: str | None = None
    language: Language = Language.NL
    person: str | None = None


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation without the person; `slot` is where the rater's answers are in the inbox."""

    invitation: str
    round: str
    subject: str
    perspective: Perspective
    slot: str
    created_on: date


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation, the person and their code."""

    invitation: Invitation
    invitee: Invitee
    code: str


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """What an invitation is kept with. `on` is today, in the organisation's zone."""

    invitation: str
    round: str
    subject: str
    perspective: Perspective
    on: date
    invitee: Invitee


class _Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed."""

    invitee: Invitee
    code: str


class Invitations(VaultDatabase):
    """
    The vault's tables of invitations; safe from several threads.

    Every method raises VaultUnreachableError when the database is away or its rows don't open.
    """

    def __init__(self, url: str, master_key: MasterKey) -> None:
        super().__init__(url, name="vault-invitations")
        self._secrets = master_key.derived(b"invitations")
        self._raters = master_key.derived(b"raters asked")

    def keep(self, new: NewInvitation, *, asked_max: int) -> bool:
        """
        Keep an invitation with a new code and slot; one that is there already stays as it is.

        Return False, and keep nothing, if the person would be asked more than `asked_max` times this quarter.
        Two who ask the same person at once wait for each other.
        """
        keys, quarter = self._rater_keys(new.invitee), quarter_of(new.on)
        with self._connection() as conn, conn.transaction():
            for key in sorted(keys):
                conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (key.hex(),))
            if self._asked(conn, keys, quarter, except_for=new.invitation) >= asked_max:
                return False
            if self._insert(conn, new) and keys:
                conn.execute(
                    "INSERT INTO vault_asked (invitation, rater_key, quarter) VALUES (%s, %s, %s)"
                    " ON CONFLICT (invitation) DO NOTHING",
                    (new.invitation, keys[0], quarter),
                )
        return True

    def asked(self, invitee: Invitee, on: date, *, except_for: str) -> int:
        """Return how often this person is asked in the quarter of a day, not counting one invitation."""
        with self._connection() as conn:
            return self._asked(conn, self._rater_keys(invitee), quarter_of(on), except_for=except_for)

    def of_round(self, round_: str) -> list[Invited]:
        """Return the invitations of a round, with the persons, in no order that means anything."""
        return self._invited("WHERE round = %s", round_)

    def named(self, invitations: Sequence[str]) -> list[Invited]:
        """Return these invitations with the persons; those that were forgotten are left out."""
        return self._invited("WHERE invitation = ANY(%s)", list(invitations))

    def without_address(self) -> list[Invited]:
        """Return the invitations of all rounds that no mail can be sent for, with the persons."""
        return [invited for invited in self._invited() if invited.invitee.email is None]

    def by_code(self, token_hash: bytes) -> Invitation | None:
        """Return the invitation that a code belongs to, by the code's SHA-256."""
        with self._connection() as conn, conn.cursor(row_factory=kwargs_row(_invitation)) as cursor:
            cursor.execute(
                f"SELECT {_COLUMNS} FROM vault_invitations WHERE token_hash = %s".encode(), (token_hash,)
            )
            return cursor.fetchone()

    def rounds(self, *, before: date | None = None) -> dict[str, str]:
        """Return the rounds with invitations (made before a day, if it is given), each with its subject."""
        with self._connection() as conn:
            rows = conn.execute(
                "SELECT DISTINCT round, subject FROM vault_invitations"
                " WHERE %(before)s::date IS NULL OR created_on < %(before)s",
                {"before": before},
            ).fetchall()
            return dict(rows)

    def of_rounds(self, rounds: Sequence[str]) -> list[Invitation]:
        """Return the invitations of these rounds, without the persons."""
        with self._connection() as conn, conn.cursor(row_factory=kwargs_row(_invitation)) as cursor:
            cursor.execute(
                f"SELECT {_COLUMNS} FROM vault_invitations WHERE round = ANY(%s)".encode(), (list(rounds),)
            )
            return cursor.fetchall()

    def forget(self, invitations: Sequence[str], *, give_back: bool) -> None:
        """
        Delete invitations; `give_back`: nobody was asked by them, so they count for no limit.

        Otherwise what counts for the limit goes on without the invitation's name, which the log has too: so
        nothing says for which round somebody was asked.
        """
        if not invitations:
            return
        with self._connection() as conn, conn.transaction():
            conn.execute("DELETE FROM vault_invitations WHERE invitation = ANY(%s)", (list(invitations),))
            if give_back:
                conn.execute("DELETE FROM vault_asked WHERE invitation = ANY(%s)", (list(invitations),))
            else:
                conn.execute(
                    "UPDATE vault_asked SET invitation = 'over ' || gen_random_uuid()"
                    " WHERE invitation = ANY(%s)",
                    (list(invitations),),
                )

    def forget_quarters_before(self, on: date) -> None:
        """Delete how often people were asked in the quarters before the one of a day."""
        with self._connection() as conn:
            conn.execute("DELETE FROM vault_asked WHERE quarter < %s", (quarter_of(on),))

    def _asked(
        self, conn: psycopg.Connection[Any], keys: Sequence[bytes], quarter: str, *, except_for: str
    ) -> int:
        row = conn.execute(
            "SELECT count(*) FROM vault_asked"
            " WHERE rater_key = ANY(%s) AND quarter = %s AND invitation <> %s",
            (list(keys), quarter, except_for),
        ).fetchone()
        return int(row[0]) if row else 0

    def _insert(self, conn: psycopg.Connection[Any], new: NewInvitation) -> bool:
        code = code_of(os.urandom(CODE_BYTES))
        content = msgspec.json.encode(_Secret(invitee=new.invitee, code=code))
        inserted = conn.execute(
            f"INSERT INTO vault_invitations ({_COLUMNS}, token_hash, secret)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (invitation) DO NOTHING".encode(),
            (
                new.invitation,
                new.round,
                new.subject,
                new.perspective.value,
                new_id(),
                new.on,
                hash_of(code),
                seal(self._secrets, new.invitation, content),
            ),
        )
        return inserted.rowcount == 1

    def _rater_keys(self, invitee: Invitee) -> list[bytes]:
        """
        Return the keys under which it is counted how often a person was asked; the first one is written.

        An outsider without an address may share a name with another, and is not counted.
        """
        names = [f"person {invitee.person}"] if invitee.person is not None else []
        if invitee.email is not None:
            names.append(f"address {same_address(invitee.email)}")
        return [hmac.digest(self._raters, name.encode(), "sha256") for name in names]

    def _invited(self, where: LiteralString = "", *values: Any) -> list[Invited]:
        with self._connection() as conn:
            rows = conn.execute(
                f"SELECT {_COLUMNS}, secret FROM vault_invitations {where} ORDER BY invitation".encode(),
                values,
            ).fetchall()
            return [self._opened(row) for row in rows]

    def _opened(self, row: tuple[Any, ...]) -> Invited:
        *columns, sealed = row
        invitation = _invitation(**dict(zip(Invitation.__struct_fields__, columns, strict=True)))
        try:
            secret = msgspec.json.decode(
                open_sealed(self._secrets, invitation.invitation, sealed), type=_Secret
            )
        except (SealError, msgspec.MsgspecError):
            raise VaultUnreachableError("the vault's invitations don't open under this master key") from None
        return Invited(invitation=invitation, invitee=secret.invitee, code=secret.code)


def _invitation(**columns: Any) -> Invitation:
    return msgspec.convert(columns, Invitation)
