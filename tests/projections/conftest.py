"""A real log with its journal worker running, for the tests of view workers."""

from collections.abc import Iterator

import pytest

from events.codec import EventMapper
from events.log.recorder import LogRecorder
from tests.events.log.harness import LogUnderTest
from tests.forgotten import nothing_forgotten
from tests.projections.keys import NoKeys

__all__ = ["nothing_forgotten"]


@pytest.fixture
def log(database: str) -> Iterator[LogUnderTest]:
    log = LogUnderTest(url=database, name="ipp", partitions=3)
    log.create()
    with log.folding():
        yield log
    log.drop()


@pytest.fixture
def recorder(log: LogUnderTest) -> LogRecorder:
    return log.recorder()


@pytest.fixture
def mapper() -> EventMapper:
    return EventMapper(NoKeys())
