"""A keeper on a log in memory, with a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from processes.keeper.keeper import LocalKeeper
from tests.events.log.inbox.memory import MemoryLog
from tests.processes.keeper.rounds import running


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keeper"


@pytest.fixture
def keeper(folder: Path, log: MemoryLog) -> Iterator[LocalKeeper]:
    with running(folder, log) as keeper:
        yield keeper
