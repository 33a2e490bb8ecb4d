"""What fails in a known way is called again until it succeeds or the process stops; all else is raised."""

from threading import Event

import pytest
from tenacity import RetryError, wait_fixed

from kit.retry import retrying


class Flaky:
    """Raises these errors, one a call, and then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)

    def __call__(self) -> str:
        if self._errors:
            raise self._errors.pop(0)
        return "done"


def test_a_known_error_is_reported_and_tried_again() -> None:
    seen: list[tuple[str, int]] = []
    again = retrying(
        ConnectionError,
        TimeoutError,
        wait=wait_fixed(0),
        stop=Event(),
        on_error=lambda error, attempt: seen.append((str(error), attempt)),
    )
    assert again(Flaky(ConnectionError("away"), TimeoutError("slow"))) == "done"
    assert seen == [("away", 1), ("slow", 2)]


def test_another_error_is_raised_at_once() -> None:
    again = retrying(ConnectionError, wait=wait_fixed(60), stop=Event(), on_error=lambda *_: None)
    with pytest.raises(ValueError, match="a bug"):
        again(Flaky(ValueError("a bug")))


def test_a_stop_ends_the_wait_and_the_trying() -> None:
    stop = Event()
    again = retrying(ConnectionError, wait=wait_fixed(60), stop=stop, on_error=lambda *_: stop.set())
    with pytest.raises(RetryError):
        again(Flaky(*[ConnectionError()] * 9))
