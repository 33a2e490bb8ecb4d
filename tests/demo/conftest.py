"""One organisation for all who look at it; each leaves it as it was."""

from collections.abc import Iterator

import pytest

from tests.backends.postgres import fresh_database
from tests.demo.organisation import Organisation, filled


@pytest.fixture(scope="package")
def whole(postgres_url: str) -> Iterator[Organisation]:
    with fresh_database(postgres_url) as database, filled(database) as organisation:
        yield organisation
