"""The keys of mirrors' rows: kept once, wrapped, for one round only, and destroyed on their day."""

import os
import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from events.privacy.mirror_keys import KEPT_DAYS, MirrorKeys
from events.privacy.sealing import KEY_BYTES, VaultUnreachableError
from events.privacy.vault import Vault
from kit.postgres.connections import connect_own
from kit.secrets import MasterKey

pytestmark = pytest.mark.postgres
MASTER = MasterKey(key=os.urandom(32))
RELEASED = date(2026, 11, 30)


@pytest.fixture
def mirror_keys(database: str) -> Iterator[MirrorKeys]:
    vault = Vault(database, MASTER)
    vault.create_tables()
    vault.close()
    kept = MirrorKeys(database, MASTER)
    yield kept
    kept.close()


def test_a_key_is_kept_once_and_never_in_clear(mirror_keys: MirrorKeys, database: str) -> None:
    round_, key = uuid.uuid4().hex, os.urandom(KEY_BYTES)
    mirror_keys.keep(round_, key, released_on=RELEASED)
    mirror_keys.keep(round_, os.urandom(KEY_BYTES), released_on=RELEASED + timedelta(days=9))
    assert mirror_keys.key_of(round_) == key
    with connect_own(database, application_name="test") as conn:
        rows = conn.execute("SELECT wrapped, destroy_on FROM vault_mirror_keys").fetchall()
    assert [(key in wrapped, day) for wrapped, day in rows] == [(False, RELEASED + timedelta(days=KEPT_DAYS))]


def test_a_key_opens_for_its_own_round_and_under_its_master_key(
    mirror_keys: MirrorKeys, database: str
) -> None:
    round_, other = uuid.uuid4().hex, uuid.uuid4().hex
    mirror_keys.keep(round_, os.urandom(KEY_BYTES), released_on=RELEASED)
    assert mirror_keys.key_of(other) is None
    with connect_own(database, application_name="test") as conn:
        conn.execute("UPDATE vault_mirror_keys SET round = %s", (other,))
    with pytest.raises(VaultUnreachableError):
        mirror_keys.key_of(other)
    strange = MirrorKeys(database, MasterKey(key=os.urandom(32)))
    with pytest.raises(VaultUnreachableError):
        strange.key_of(other)
    strange.close()


def test_keys_are_destroyed_on_their_day_and_not_before(mirror_keys: MirrorKeys) -> None:
    earlier, later = uuid.uuid4().hex, uuid.uuid4().hex
    mirror_keys.keep(earlier, os.urandom(KEY_BYTES), released_on=RELEASED)
    mirror_keys.keep(later, os.urandom(KEY_BYTES), released_on=RELEASED + timedelta(days=1))
    day = RELEASED + timedelta(days=KEPT_DAYS)
    assert mirror_keys.destroy_due(day - timedelta(days=1)) == 0
    assert mirror_keys.destroy_due(day) == 1
    assert mirror_keys.key_of(earlier) is None
    assert mirror_keys.key_of(later) is not None


def test_what_is_no_key_is_not_kept(mirror_keys: MirrorKeys) -> None:
    with pytest.raises(ValueError, match="32"):
        mirror_keys.keep(uuid.uuid4().hex, b"short", released_on=RELEASED)
