"""Releases that were made and are not on the log yet: what is tried again has the same bytes."""

from events.privacy.database import VaultDatabase


class MadeReleases(VaultDatabase):
    """
    Keeps the release of a cut-off. Safe from several threads; raises VaultUnreachableError.

    A release is made from everybody who is not forgotten. Made again after somebody was, it could differ by
    that one person; and every attempt stays on the log for ever, the refused ones too (privacy rule 17). So
    the first one made is kept before any is appended, and all attempts append that.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, name="vault-made-releases")

    def of(self, cut_off: str) -> bytes | None:
        """Return the release of this cut-off; None if none was made, or if it was forgotten since."""
        with self._connection() as conn:
            row = conn.execute(
                "SELECT content FROM vault_made_releases WHERE cut_off = %s", (cut_off,)
            ).fetchone()
        return bytes(row[0]) if row is not None else None

    def keep(self, cut_off: str, content: bytes) -> bytes:
        """Keep what was made, unless another process was first; return what is kept."""
        with self._connection() as conn:
            # An update that changes nothing, so that the row that was first is returned.
            row = conn.execute(
                "INSERT INTO vault_made_releases (cut_off, content) VALUES (%s, %s)"
                " ON CONFLICT (cut_off) DO UPDATE SET cut_off = excluded.cut_off RETURNING content",
                (cut_off, content),
            ).fetchone()
        return bytes(row[0]) if row is not None else content

    def forget(self, cut_off: str) -> None:
        """Forget the release of a cut-off, because the log has it."""
        with self._connection() as conn:
            conn.execute("DELETE FROM vault_made_releases WHERE cut_off = %s", (cut_off,))
