"""A harness for each test; the issuer's key is made once, since making one takes long."""

from pathlib import Path

import pytest

from tests.gateway.both_ways import BothWays
from tests.gateway.harness import Harness
from tests.gateway.world import World


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("issuer")


@pytest.fixture
def harness(key_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Harness:
    made = Harness(key_folder)
    made.views.replace_reads(monkeypatch)
    return made


@pytest.fixture
def world(key_folder: Path, database_with_tables: str) -> World:
    return World(key_folder, database_with_tables)


@pytest.fixture(autouse=True)
def both_ways(monkeypatch: pytest.MonkeyPatch) -> BothWays:
    """Answer each query by the short way and by the whole way, which must agree."""
    return BothWays(monkeypatch)
