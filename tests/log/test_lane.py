"""A lane outlives whatever its appender raises."""

from concurrent.futures import Future

import pytest

from events.log.outcomes import OutcomeUnknownError
from events.log.port import LogAppender
from tests.log.harness import LogUnderTest, event, subject

pytestmark = pytest.mark.postgres


class FailsOnce:
    """A real appender that raises what nobody foresaw at its first record, and works on."""

    def __init__(self, inner: LogAppender) -> None:
        self._inner, self._failed = inner, False

    def append(self, partition: int, record: bytes) -> "Future[int]":
        if not self._failed:
            self._failed = True
            raise RuntimeError("not foreseen")
        return self._inner.append(partition, record)

    def close(self) -> None:
        self._inner.close()


def test_after_an_error_of_the_appender_the_same_partition_is_appended_to_again(log: LogUnderTest) -> None:
    log.append_timeout_s = 1
    recorder, one = log.recorder(wrap=FailsOnce), subject()
    with pytest.raises(OutcomeUnknownError):
        recorder.append([event(one, 1)])
    recorder.writer._append_timeout_s = 8
    assert recorder.append([event(one, 1)]).events == 1
