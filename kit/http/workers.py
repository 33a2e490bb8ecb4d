"""Several processes that serve one port: one that dies is replaced, and all of them stop together."""

import multiprocessing
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import Final

import structlog

from kit.http.server import listen
from kit.lifecycle import STOP_GRACE_S, Stop

YOUNG_S: Final = 10.0
"""A worker that ends by itself sooner could not start, and no other could: all of them stop. One that was
killed is replaced at any age."""
LOOK_S: Final = 0.2
"""How often it is looked whether to stop."""
_spawn = multiprocessing.get_context("spawn")
_log = structlog.get_logger("workers")

Work = Callable[[socket.socket, int], None]
"""Serves a listening socket until SIGTERM, as the worker with this number. A function of a module that has a
name of its own: those of `__main__` are not found by another process."""


class WorkerFailedError(Exception):
    """A worker ended while it was starting; the others were stopped."""


@dataclass(frozen=True, slots=True)
class _Worker:
    number: int
    process: SpawnProcess
    since_s: float


def run_workers(work: Work, *, count: int, host: str, port: int, stop: Stop) -> None:
    """
    Run `work` in so many processes until `stop`, all on one socket, which is listened on before they start.

    A worker that dies is replaced; what has connected and was not accepted yet goes to another one. Raises
    PortTakenError, and WorkerFailedError when one ends by itself within YOUNG_S of its start.
    """
    with listen(host, port) as listening:

        def start(number: int) -> _Worker:
            process = _spawn.Process(target=work, args=(listening, number), name=f"worker {number}")
            process.start()
            return _Worker(number, process, time.monotonic())

        workers: list[_Worker] = []
        try:
            workers.extend(map(start, range(count)))
            while not stop.is_set():
                for number, worker in enumerate(workers):
                    workers[number] = _living(worker, start)
                wait([worker.process.sentinel for worker in workers], timeout=LOOK_S)
        finally:
            _end(workers)


def stop_with_parent(stop: Stop) -> None:
    """Stop this worker when the process that started it is no longer there, which would leave it behind."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        stop.request("the parent process ended")

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _living(worker: _Worker, start: Callable[[int], _Worker]) -> _Worker:
    """Return the worker, or the one that replaces it. Raises WorkerFailedError."""
    if worker.process.is_alive():
        return worker
    status = worker.process.exitcode
    was_killed = status is not None and status < 0
    if not was_killed and time.monotonic() - worker.since_s < YOUNG_S:
        raise WorkerFailedError(f"Worker {worker.number} ended with status {status} while it was starting.")
    _log.error("worker.died", number=worker.number, status=status)
    return start(worker.number)


def _end(workers: list[_Worker]) -> None:
    """Ask all workers to stop, and kill those that have not ended in time."""
    for worker in workers:
        worker.process.terminate()
    deadline = time.monotonic() + STOP_GRACE_S
    for worker in workers:
        worker.process.join(max(0.0, deadline - time.monotonic()))
        if worker.process.is_alive():
            _log.error("worker.killed", number=worker.number)
            worker.process.kill()
            worker.process.join()
