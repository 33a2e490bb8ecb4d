"""Starts a process's loops together, stops them together, and logs the reason."""

import gc
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Final

import structlog

STOP_GRACE_S: Final = 25.0
"""More than an append may wait for its verdict, and less than an orchestrator waits before it kills."""
_log = structlog.get_logger("lifecycle")


class Stop(threading.Event):
    """An event that keeps the reason for which it was first set; loops check it in every turn."""

    def __init__(self) -> None:
        super().__init__()
        self._reason = ""
        self._asking = threading.Lock()

    @property
    def reason(self) -> str:
        """The first reason given; empty before the stop."""
        return self._reason

    def request(self, reason: str) -> None:
        # Not blocking: a signal handler may interrupt this very method in the same thread.
        if self._asking.acquire(blocking=False) and not self._reason:
            self._reason = reason
        self.set()

    @contextmanager
    def on_signals(self) -> Iterator["Stop"]:
        """Stop on SIGTERM and SIGINT while inside; only in the main thread."""

        def handle(number: int, _frame: FrameType | None) -> None:
            self.request(f"signal {signal.Signals(number).name}")

        before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class StillRunningError(Exception):
    """A loop did not end within the grace period."""


Loop = Callable[[Stop], None]
"""Runs until the given `Stop` is set. If it returns earlier, all loops stop, so that the end is noticed."""


def run_all(
    loops: Mapping[str, Loop],
    stop: Stop,
    *,
    beneath: Mapping[str, Loop] | None = None,
    grace_s: float = STOP_GRACE_S,
) -> None:
    """
    Run each loop in a thread of its own until `stop`; the first crash stops all and is raised here.

    The loops `beneath` do what the others wait for: they are stopped once the others have ended. Blocks.
    Raises StillRunningError when loops go on for more than `grace_s` after they were asked to stop.
    """
    _leave_out_of_collections()
    crashes: list[BaseException] = []
    last = Stop()
    threads = _started(loops, until=stop, stop=stop, crashes=crashes)
    threads_beneath = _started(beneath or {}, until=last, stop=stop, crashes=crashes)
    stop.wait()
    _log.info("process.stopping", reason=stop.reason)
    late = _still_running(threads, within_s=grace_s)
    last.request(stop.reason)
    late += _still_running(threads_beneath, within_s=grace_s)
    if crashes:
        raise crashes[0]
    if late:
        raise StillRunningError(f"{', '.join(late)} did not end within {grace_s:g} s of the stop.")


def _leave_out_of_collections() -> None:
    """Let no later garbage collection look at what was loaded until now: modules and schemas stay to the end.

    They are hundreds of thousands of objects; looking at them took a sixth of the gateway's time.
    """
    gc.collect()
    gc.freeze()


def _started(
    loops: Mapping[str, Loop], *, until: Stop, stop: Stop, crashes: list[BaseException]
) -> list[threading.Thread]:
    """Start loops that run until `until`; when one crashes or ends unasked, ask all to stop."""

    def guarded(name: str, loop: Loop) -> None:
        try:
            loop(until)
        except BaseException as error:  # noqa: BLE001 - handed to the caller of run_all
            crashes.append(error)
            stop.request(f"{name} crashed: {type(error).__name__}")
        else:
            if not until.is_set():
                stop.request(f"{name} ended")

    threads = [
        threading.Thread(target=guarded, args=(name, loop), name=name, daemon=True)
        for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    return threads


def _still_running(threads: Iterable[threading.Thread], *, within_s: float) -> list[str]:
    """Wait for threads to end; return the names of those that did not."""
    deadline = time.monotonic() + within_s
    for thread in threads:
        thread.join(timeout=max(0.0, deadline - time.monotonic()))
    return [thread.name for thread in threads if thread.is_alive()]
