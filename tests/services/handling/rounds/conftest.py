"""An organisation for all tests of a file, and a new subject for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends.postgres import fresh_database
from tests.services.round_house import RoundHouse, round_house


@pytest.fixture(scope="module")
def organisation(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundHouse]:
    folder: Path = tmp_path_factory.mktemp("keys")
    with fresh_database(postgres_url) as url, round_house(url, folder) as house:
        yield house


@pytest.fixture
def house(organisation: RoundHouse) -> RoundHouse:
    return organisation.subject()
