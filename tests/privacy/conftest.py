"""One round on real stores for all tests that look at what was stored."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.postgres import fresh_database
from tests.privacy.story import Story, playing


@pytest.fixture(scope="session")
def story(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder: Path = tmp_path_factory.mktemp("keeper")
    with fresh_database(postgres_url) as url, playing(url, folder) as story:
        yield story
