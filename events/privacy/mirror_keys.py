"""The keys of mirrors' rows: in the vault, wrapped by the master key, and destroyed after a time."""

from datetime import date, timedelta
from typing import Final

from events.privacy.database import VaultDatabase
from events.privacy.sealing import KEY_BYTES, VaultUnreachableError
from kit.secrets import MasterKey, SecretError

KEPT_DAYS: Final = 30
"""How long after its release a mirror can be computed again."""


class MirrorKeys(VaultDatabase):
    """Safe from several threads. Every method raises VaultUnreachableError when the database is away."""

    def __init__(self, url: str, master_key: MasterKey) -> None:
        super().__init__(url, name="vault-mirror-keys")
        self._master = master_key

    def keep(self, round_: str, key: bytes, *, released_on: date) -> None:
        """Keep the key of a round's rows; one that is there already stays as it is."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"a mirror key has {KEY_BYTES} bytes, not {len(key)}")
        with self._connection() as conn:
            conn.execute(
                "INSERT INTO vault_mirror_keys (round, wrapped, destroy_on) VALUES (%s, %s, %s)"
                " ON CONFLICT (round) DO NOTHING",
                (
                    round_,
                    self._master.wrap(key, context=_context(round_)),
                    released_on + timedelta(days=KEPT_DAYS),
                ),
            )

    def key_of(self, round_: str) -> bytes | None:
        """Return the key of a round's rows; None if it was destroyed, or there never was one."""
        with self._connection() as conn:
            row = conn.execute("SELECT wrapped FROM vault_mirror_keys WHERE round = %s", (round_,)).fetchone()
        if row is None:
            return None
        try:
            return self._master.unwrap(row[0], context=_context(round_))
        except SecretError as error:
            raise VaultUnreachableError("the vault's keys don't open under this master key") from error

    def destroy_due(self, today: date) -> int:
        """Destroy the keys whose day has come; return how many."""
        with self._connection() as conn:
            return conn.execute("DELETE FROM vault_mirror_keys WHERE destroy_on <= %s", (today,)).rowcount


def _context(round_: str) -> bytes:
    """Return what a key is wrapped for: it opens for no other round, and as no person's key."""
    return b"mirror " + round_.encode()
