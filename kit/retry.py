"""Calls a function again after an error, until it succeeds or the process stops."""

from collections.abc import Callable
from threading import Event

from tenacity import RetryCallState, Retrying, retry_if_exception_type, sleep_using_event, stop_when_event_set
from tenacity.wait import wait_base


def retrying(
    *errors: type[Exception],
    wait: wait_base,
    stop: Event,
    on_error: Callable[[BaseException, int], None],
) -> Retrying:
    """
    Return a caller of functions that calls again after each of these errors.

    `on_error` gets the error and the number of the attempt before each wait. Once `stop` is set, a failing
    call raises tenacity.RetryError.
    """

    def before_sleep(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error is not None:
            on_error(error, state.attempt_number)

    return Retrying(
        retry=retry_if_exception_type(errors),
        wait=wait,
        sleep=sleep_using_event(stop),
        stop=stop_when_event_set(stop),
        before_sleep=before_sleep,
    )
