"""Starts a process's loops together, stops them together, and logs the reason."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Final

import structlog

STOP_GRACE_S: Final = 20.0
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


def run_all(loops: Mapping[str, Loop], stop: Stop, *, grace_s: float = STOP_GRACE_S) -> None:
    """
    Run each loop in a thread of its own until `stop`; the first crash stops all and is raised here.

    Blocks. Raises StillRunningError when a loop goes on for more than `grace_s` after the stop.
    """
    crashes: list[BaseException] = []

    def guarded(name: str, loop: Loop) -> None:
        try:
            loop(stop)
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            crashes.append(error)
            stop.request(f"{name} crashed: {type(error).__name__}")
        else:
            if not stop.is_set():
                stop.request(f"{name} ended")

    threads = [
        threading.Thread(target=guarded, args=(name, loop), name=name, daemon=True)
        for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    _log.info("process.stopping", reason=stop.reason)
    deadline = time.monotonic() + grace_s
    for thread in threads:
        thread.join(timeout=max(0.0, deadline - time.monotonic()))
    if crashes:
        raise crashes[0]
    late = [thread.name for thread in threads if thread.is_alive()]
    if late:
        raise StillRunningError(f"{', '.join(late)} did not end within {grace_s:g} s of the stop.")
