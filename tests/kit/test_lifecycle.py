import os
import signal
import threading

import pytest

from kit.lifecycle import StillRunningError, Stop, run_all


def wait_for_stop(stop: Stop) -> None:
    stop.wait()


def test_the_first_crash_stops_all_and_is_raised() -> None:
    ended = threading.Event()

    def steady(stop: Stop) -> None:
        stop.wait()
        ended.set()

    def crashing(_stop: Stop) -> None:
        raise RuntimeError("out of luck")

    stop = Stop()
    with pytest.raises(RuntimeError, match="out of luck"):
        run_all({"steady": steady, "crashing": crashing}, stop)
    assert ended.is_set()
    assert stop.reason == "crashing crashed: RuntimeError"  # its text may quote a person


def test_a_loop_that_ends_unasked_stops_the_rest() -> None:
    stop = Stop()
    run_all({"steady": wait_for_stop, "brief": lambda _stop: None}, stop)
    assert stop.reason == "brief ended"


def test_a_loop_that_does_not_end_in_time_is_named() -> None:
    never = threading.Event()
    stop = Stop()
    stop.request("enough")
    with pytest.raises(StillRunningError, match="stubborn did not end"):
        run_all({"stubborn": lambda _stop: bool(never.wait())}, stop, grace_s=0.1)  # type: ignore[dict-item]
    never.set()


def test_sigterm_asks_to_stop_and_only_the_first_reason_counts() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Stop().on_signals() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(5)
        stop.request("later")
        assert stop.reason == "signal SIGTERM"
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_others_wait_for_is_stopped_after_them() -> None:
    answered, order = threading.Event(), []

    def asking(stop: Stop) -> None:
        stop.wait()
        assert answered.wait(5), "nobody answers any more"
        order.append("asking")

    def answering(stop: Stop) -> None:
        stop.wait(0.05)
        answered.set()
        stop.wait()
        order.append("answering")

    stop = Stop()
    stop.request("enough")
    run_all({"asking": asking}, stop, beneath={"answering": answering})
    assert order == ["asking", "answering"]


def test_a_crash_beneath_stops_all() -> None:
    def crashing(_stop: Stop) -> None:
        raise RuntimeError("out of luck")

    stop = Stop()
    with pytest.raises(RuntimeError, match="out of luck"):
        run_all({"steady": wait_for_stop}, stop, beneath={"crashing": crashing})
    assert stop.reason == "crashing crashed: RuntimeError"
