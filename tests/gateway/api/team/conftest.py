"""The team on real parts, for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.api.team.real_team import RealTeam, real_team


@pytest.fixture
def real(key_folder: Path, database_with_tables: str) -> Iterator[RealTeam]:
    with real_team(database_with_tables, key_folder) as team:
        yield team
