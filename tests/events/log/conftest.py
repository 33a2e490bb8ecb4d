"""A log on each adapter, with a journal worker folding it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.events.log.harness import LogUnderTest, unique_name

ADAPTERS = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]


@pytest.fixture(params=ADAPTERS)
def unfolded(request: Any, database: str) -> Iterator[LogUnderTest]:
    """Give a log of three partitions that nobody folds yet."""
    bootstrap = request.getfixturevalue("kafka").bootstrap if request.param == "kafka" else None
    log = LogUnderTest(url=database, name=unique_name(), partitions=3, bootstrap=bootstrap)
    log.create()
    yield log
    log.drop()


@pytest.fixture
def log(unfolded: LogUnderTest) -> Iterator[LogUnderTest]:
    with unfolded.folding():
        yield unfolded
