"""What was made of a cut-off is kept once, until the log has it."""

from collections.abc import Iterator

import pytest

from events.privacy.made_releases import MadeReleases
from events.privacy.vault import Vault
from kit.secrets import MasterKey

pytestmark = pytest.mark.postgres


@pytest.fixture
def made(database: str) -> Iterator[MadeReleases]:
    vault = Vault(database, MasterKey(key=bytes(range(32))))
    vault.create_tables()
    vault.close()
    kept = MadeReleases(database)
    yield kept
    kept.close()


def test_the_first_one_made_is_kept_whoever_comes_after(made: MadeReleases) -> None:
    assert made.of("a") is None
    assert made.keep("a", b"first") == b"first"
    assert made.keep("a", b"second") == b"first"
    assert made.of("a") == b"first"
    assert made.keep("b", b"another") == b"another"


def test_it_is_forgotten_when_the_log_has_it(made: MadeReleases) -> None:
    made.keep("a", b"first")
    made.keep("b", b"another")
    made.forget("a")
    made.forget("a")
    assert (made.of("a"), made.of("b")) == (None, b"another")
