"""Keys in the vault's memory while another thread destroys one."""

import os

import pytest

from events.privacy.sealing import KeyDestroyedError
from events.privacy.vault import Vault
from kit.secrets import MasterKey

pytestmark = pytest.mark.postgres


def test_a_key_destroyed_while_it_is_read_is_not_kept(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(database, MasterKey(key=os.urandom(32)))
    vault.create_tables()
    person = vault.person_for_or_new("e1")
    vault.forget_opened(person)
    unwrapped = vault._unwrapped

    def destroyed_meanwhile(subject: str, wrapped: bytes) -> bytes:
        vault.destroy(subject)
        return unwrapped(subject, wrapped)

    monkeypatch.setattr(vault, "_unwrapped", destroyed_meanwhile)
    vault.key_of(person)
    with pytest.raises(KeyDestroyedError):
        vault.key_of(person)
    vault.close()
