"""The vault: each person's key, and the claim that identifies the person; in a database of its own."""

import hmac
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg

from events.privacy.database import VaultDatabase
from events.privacy.sealing import (
    KEY_BYTES,
    KeyDestroyedError,
    NoKeyError,
    PersonKey,
    VaultUnreachableError,
)
from kit.ids import new_id
from kit.postgres.creation import create_once
from kit.secrets import MasterKey, SecretError

KEYS_CACHED_MAX: Final = 20_000
"""With the cipher that a used key keeps, each takes about 3 KB."""
KEY_CACHED_S_MAX: Final = 60.0
"""How long an unwrapped key is used before the vault is asked again whether it was destroyed."""

_SETUP_LOCK: Final = 0x69707006
_DDL: Final = Path(__file__).with_name("vault.sql").read_bytes()


class _Opened(msgspec.Struct, frozen=True):
    """A subject's key as it was last read, until when it may be used; None: it was destroyed."""

    key: bytes | None
    until: float


def create_tables(conn: psycopg.Connection[Any]) -> None:
    """Create the tables that are missing; safe from several processes at once."""
    create_once(conn, lock=_SETUP_LOCK, ddl=_DDL)


def _person_locked(conn: psycopg.Connection[Any], claim_value: str) -> str | None:
    """Return the person with this claim value; other writers of it wait until the transaction ends."""
    conn.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"claim {claim_value}",))
    row = conn.execute("SELECT person FROM vault_persons WHERE claim = %s", (claim_value,)).fetchone()
    return str(row[0]) if row else None


class Persons(VaultDatabase):
    """
    Finds persons by claim. A gateway may do only this. Safe from several threads.

    Every method raises VaultUnreachableError when the database is away.
    """

    def person_for(self, claim_value: str) -> str | None:
        """Return the person with this claim value, or None."""
        with self._reading() as conn:
            row = conn.execute("SELECT person FROM vault_persons WHERE claim = %s", (claim_value,)).fetchone()
            return row[0] if row else None

    def caller_for(self, claim_value: str) -> str | None:
        """Return the person who comes in by a token with this claim value; None also while it is in doubt."""
        with self._reading() as conn:
            row = conn.execute(
                "SELECT person FROM vault_persons WHERE claim = %s AND doubted_at IS NULL", (claim_value,)
            ).fetchone()
            return row[0] if row else None

    def claims_of(self, persons: Sequence[str]) -> dict[str, str]:
        """Return the claim values of these persons by person; unknown persons are left out."""
        with self._reading() as conn:
            rows = conn.execute(
                "SELECT person, claim FROM vault_persons WHERE person = ANY(%s)", (list(persons),)
            ).fetchall()
            return dict(rows)


class Vault(Persons):
    """
    Finds persons by claim, and keys by person or other subject. Safe from several threads.

    In the table keys are wrapped by the master key; unwrapped ones are in memory until the first reading
    after the minute in which they may be used. Every method raises VaultUnreachableError when the database
    is away.
    """

    def __init__(self, url: str, master_key: MasterKey) -> None:
        super().__init__(url)
        self._master = master_key
        self._cache: OrderedDict[str, _Opened] = OrderedDict()
        self._dropped = 0
        self._lock = threading.Lock()
        self._organisation: str | None = None

    def create_tables(self) -> None:
        with self._connection() as conn:
            create_tables(conn)

    def person_for_or_new(self, claim_value: str) -> str:
        """Return the person with this claim value; make a new person with a new key if there is none."""
        with self._connection() as conn, conn.transaction():
            found = _person_locked(conn, claim_value)
            if found is not None:
                return found
            person = self._new_subject(conn)
            conn.execute("INSERT INTO vault_persons (claim, person) VALUES (%s, %s)", (claim_value, person))
            return person

    def replace_person(self, claim_value: str, *, former: str) -> str:
        """
        Let a claim value name a new person with a new key, in place of `former`, and return the new person.

        The former person keeps their key, and the vault keeps that this value named them. When the value
        names another person than `former` already, nothing changes and that person is returned.
        """
        with self._connection() as conn, conn.transaction():
            found = _person_locked(conn, claim_value)
            if found is not None and found != former:
                return found
            person = self._new_subject(conn)
            if found is not None:
                conn.execute(
                    "INSERT INTO vault_former_persons (person, claim) VALUES (%s, %s)", (former, claim_value)
                )
            conn.execute(
                "INSERT INTO vault_persons (claim, person) VALUES (%s, %s)"
                " ON CONFLICT (claim) DO UPDATE SET person = excluded.person, doubted_at = NULL",
                (claim_value, person),
            )
            return person

    def doubt(self, claim_value: str, *, person: str) -> None:
        """Let nobody come in by a claim value that names this person, until `trust`."""
        with self._connection() as conn:
            conn.execute(
                "UPDATE vault_persons SET doubted_at = now()"
                " WHERE claim = %s AND person = %s AND doubted_at IS NULL",
                (claim_value, person),
            )

    def trust(self, claim_value: str, *, person: str) -> None:
        """Let the person come in by their claim value again."""
        with self._connection() as conn:
            conn.execute(
                "UPDATE vault_persons SET doubted_at = NULL"
                " WHERE claim = %s AND person = %s AND doubted_at IS NOT NULL",
                (claim_value, person),
            )

    def organisation(self) -> str | None:
        """Return the organisation's id, or None before it is founded."""
        if self._organisation is None:
            with self._reading() as conn:
                row = conn.execute("SELECT organisation FROM vault_organisation").fetchone()
                self._organisation = row[0] if row else None
        return self._organisation

    def organisation_or_new(self) -> str:
        """Return the organisation's id; make one if there is none."""
        with self._connection() as conn, conn.transaction():
            conn.execute("SELECT pg_advisory_xact_lock(hashtext('organisation'))")
            row = conn.execute("SELECT organisation FROM vault_organisation").fetchone()
            if row is None:
                row = (self._new_subject(conn),)
                conn.execute("INSERT INTO vault_organisation (organisation) VALUES (%s)", row)
            self._organisation = str(row[0])
            return self._organisation

    def key_of(self, subject: str) -> bytes:
        """Return a subject's key. Raises KeyDestroyedError, NoKeyError, VaultUnreachableError."""
        opened = self._cache.get(subject)  # one step, so it needs no lock
        if opened is None or opened.until <= time.monotonic():
            opened = self._read([subject]).get(subject)
        if opened is None:
            raise NoKeyError(f"{subject} has no key")
        if opened.key is None:
            raise KeyDestroyedError(f"the key of {subject} was destroyed")
        return opened.key

    def keys_of(self, subjects: Iterable[str]) -> dict[str, bytes]:
        """
        Return the keys of the subjects that have one, and cache them for `key_of`.

        It always reads the vault, once for all subjects: so a worker that calls it for each batch uses no
        destroyed key for longer than one batch.
        """
        opened = self._read(sorted(set(subjects)))
        return {subject: one.key for subject, one in opened.items() if one.key is not None}

    def _read(self, subjects: list[str]) -> dict[str, _Opened]:
        until, dropped = time.monotonic() + KEY_CACHED_S_MAX, self._dropped
        with self._reading() as conn:
            found = dict(
                conn.execute(
                    "SELECT subject, wrapped FROM vault_keys WHERE subject = ANY(%s)", (subjects,)
                ).fetchall()
            )
        with self._lock:
            known = {subject: self._cache.pop(subject, None) for subject in subjects}
        opened = {}
        for subject, wrapped in found.items():
            before = known[subject]
            if wrapped is None:
                key = None
            elif before is not None and before.key is not None:
                key = before.key  # a key never changes, so it needs no unwrapping again
            else:
                key = self._unwrapped(subject, wrapped)
            opened[subject] = _Opened(key, until)
        with self._lock:
            if dropped == self._dropped:  # otherwise it may have been read just before it was destroyed
                self._cache.update(opened)
            self._drop_oldest()
        return opened

    def _drop_oldest(self) -> None:
        """Drop the keys read longest ago: what is too much, and what may be used no more."""
        now = time.monotonic()
        while self._cache:
            oldest = next(iter(self._cache.values()))
            if len(self._cache) <= KEYS_CACHED_MAX and oldest.until > now:
                break
            self._cache.popitem(last=False)

    def fingerprint_key(self, subject: str) -> bytes:
        """
        Return the key for fingerprints of requests about a subject, derived from the subject's own key.

        A team has no key; the organisation's is used. Raises the same errors as `key_of`.
        """
        try:
            key = self.key_of(subject)
        except NoKeyError:
            organisation = self.organisation()
            if organisation is None or organisation == subject:
                raise
            key = self.key_of(organisation)
        return hmac.digest(key, b"request fingerprint", "sha256")

    def destroy(self, subject: str) -> None:
        """Destroy a subject's key for good and leave a tombstone; the person's claim is deleted."""
        with self._connection() as conn, conn.transaction():
            conn.execute("DELETE FROM vault_persons WHERE person = %s", (subject,))
            conn.execute("DELETE FROM vault_former_persons WHERE person = %s", (subject,))
            conn.execute("DELETE FROM vault_notices WHERE person = %s", (subject,))
            conn.execute("UPDATE vault_keys SET wrapped = NULL WHERE subject = %s", (subject,))
        self.forget_opened(subject)

    def forget_opened(self, subject: str) -> None:
        """Drop a cached key: another process has destroyed it."""
        with self._lock:
            self._dropped += 1
            self._cache.pop(subject, None)

    def _unwrapped(self, subject: str, wrapped: bytes) -> bytes:
        try:
            return PersonKey(self._master.unwrap(wrapped, context=subject.encode()))
        except SecretError as error:
            # A fault of the whole installation, not of this subject: workers must stop, not park.
            raise VaultUnreachableError("the vault's keys don't open under this master key") from error

    def _new_subject(self, conn: psycopg.Connection[Any]) -> str:
        subject = new_id()
        wrapped = self._master.wrap(os.urandom(KEY_BYTES), context=subject.encode())
        conn.execute("INSERT INTO vault_keys (subject, wrapped) VALUES (%s, %s)", (subject, wrapped))
        return subject
