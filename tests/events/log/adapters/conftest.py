"""The adapters of the port: a table; Kafka by connections of the client; Kafka by its producer, consumer."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.events.log.conftest import ADAPTERS
from tests.events.log.harness import LogUnderTest, unique_name


@pytest.fixture(params=[*ADAPTERS, pytest.param("plain client", marks=pytest.mark.kafka)])
def unfolded(request: Any, database: str) -> Iterator[LogUnderTest]:
    """Give a log of three partitions that nobody folds yet."""
    bootstrap = None if request.param == "embedded" else request.getfixturevalue("kafka").bootstrap
    log = LogUnderTest(
        url=database,
        name=unique_name(),
        partitions=3,
        bootstrap=bootstrap,
        plain_client=request.param == "plain client",
    )
    log.create()
    yield log
    log.drop()
