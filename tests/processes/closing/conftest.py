"""A house of rounds for a whole file: each test opens rounds of its own in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.postgres import fresh_database
from tests.events.log.harness import LogUnderTest, unique_name
from tests.processes.closing.house import ClosingHouse, opened_house


@pytest.fixture(scope="module")
def house(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClosingHouse]:
    folder: Path = tmp_path_factory.mktemp("keeper")
    with fresh_database(postgres_url) as url:
        log = LogUnderTest(url=url, name=unique_name(), partitions=3)
        log.create()
        with log.folding(), opened_house(url, log, folder) as house:
            yield house
        log.drop()
