"""A lane outlives whatever its appender raises."""

from concurrent.futures import Future

import pytest
from typing_extensions import override

from events.log.outcomes import OutcomeUnknownError
from tests.log.harness import LogUnderTest, Wrapped, event, subject

pytestmark = pytest.mark.postgres


class FailsOnce(Wrapped):
    """A real appender that raises what nobody foresaw at its first record, and works on."""

    failed = False

    @override
    def append(self, partition: int, record: bytes) -> "Future[int]":
        if not self.failed:
            self.failed = True
            raise RuntimeError("not foreseen")
        return super().append(partition, record)


def test_after_an_error_of_the_appender_the_same_partition_is_appended_to_again(log: LogUnderTest) -> None:
    log.append_timeout_s = 1
    recorder, one = log.recorder(wrap=FailsOnce), subject()
    with pytest.raises(OutcomeUnknownError):
        recorder.append([event(one, 1)])
    recorder.writer._append_timeout_s = 8
    assert recorder.append([event(one, 1)]).events == 1
