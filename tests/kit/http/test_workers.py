"""A worker ends with the process that started it, and that one with a worker that can't start."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from pathlib import Path
from socket import socket

from fastapi import FastAPI

from kit.http.server import serve
from kit.http.workers import Work, WorkerFailedError, run_workers, stop_with_parent
from kit.lifecycle import Stop
from tests.e2e.demo import free_port

ROOT = Path(__file__).parents[3]
S_MAX = 60.0
"""Never reached, however busy the machine is, unless something waits for ever."""
FAILED = 1


def work(listening: socket, _number: int) -> None:
    """Serve the worker's process."""
    app = FastAPI()

    @app.get("/")
    def mine() -> int:
        return os.getpid()

    with Stop().on_signals() as stop:
        stop_with_parent(stop)
        serve(app, host="", port=0, stop=stop, listening=listening)


def fail(_listening: socket, number: int) -> None:
    """End at once, as a worker whose database does not answer."""
    sys.exit(number)


def main(port: str, what: str) -> None:
    """Run one worker."""
    # This module, by its own name: what another process is to run can't be of `__main__`.
    chosen: Work = getattr(import_module("tests.kit.http.test_workers"), what)
    try:
        with Stop().on_signals() as stop:
            run_workers(chosen, count=1, host="127.0.0.1", port=int(port), stop=stop)
    except WorkerFailedError:
        sys.exit(FAILED)


@contextmanager
def running(what: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start the program below and give it with its port; at the end it is killed if it has not ended."""
    port = free_port()
    program = [sys.executable, "-m", __name__, str(port), what]
    with subprocess.Popen(program, cwd=ROOT) as process:  # noqa: S603 - this file
        try:
            yield process, port
        finally:
            process.kill()


def answering(port: int) -> int:
    """Return the process of the worker, as soon as it answers."""
    deadline = time.monotonic() + S_MAX
    while time.monotonic() < deadline:
        with suppress(OSError, HTTPException), closing(HTTPConnection("127.0.0.1", port)) as connection:
            connection.request("GET", "/")
            return int(connection.getresponse().read())
        time.sleep(0.05)
    raise AssertionError


def is_there(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def test_a_worker_stops_when_the_process_that_started_it_is_killed() -> None:
    with running("work") as (process, port):
        worker = answering(port)
        process.kill()
        deadline = time.monotonic() + S_MAX
        while is_there(worker):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_worker_that_can_t_start_ends_the_whole_so_that_it_is_noticed() -> None:
    with running("fail") as (process, _):
        assert process.wait(S_MAX) == FAILED


if __name__ == "__main__":
    main(*sys.argv[1:])
