"""Several processes serve one port: each of them answers, one that dies is replaced, and all of them stop."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import socket

from fastapi import FastAPI

from kit.http.server import serve
from kit.http.workers import YOUNG_S, Work, WorkerFailedError, run_workers, stop_with_parent
from kit.lifecycle import Stop
from tests.e2e.demo import free_port

ROOT = Path(__file__).parents[3]
S_MAX = 60.0
"""Never reached, however busy the machine is, unless something waits for ever."""
FAILED = 1


def work(listening: socket, number: int) -> None:
    """Serve the number of the worker and its process."""
    app = FastAPI()

    @app.get("/")
    def mine() -> list[int]:
        return [number, os.getpid()]

    with Stop().on_signals() as stop:
        stop_with_parent(stop)
        serve(app, host="", port=0, stop=stop, listening=listening)


def fail(_listening: socket, number: int) -> None:
    """End at once, as a worker whose database does not answer."""
    sys.exit(number)


def main(port: str, what: str, count: str) -> None:
    """Run workers; one that is killed at once is replaced, one that ends by itself could not start."""
    kinds: dict[str, tuple[Work, float]] = {"work": (work, 0.0), "fail": (fail, YOUNG_S)}
    chosen, young_s = kinds[what]
    try:
        with Stop().on_signals() as stop:
            run_workers(
                chosen, count=int(count), host="127.0.0.1", port=int(port), stop=stop, young_s=young_s
            )
    except WorkerFailedError:
        sys.exit(FAILED)


@contextmanager
def running(what: str, count: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start the program below and give it with its port; at the end it is killed if it has not ended."""
    port = free_port()
    program = [sys.executable, "-m", __name__, str(port), what, str(count)]
    with subprocess.Popen(program, cwd=ROOT) as process:  # noqa: S603 - this file
        try:
            yield process, port
        finally:
            process.kill()


def answering(port: int, count: int) -> dict[int, int]:
    """Return the process of each worker, asked with a new connection each time until so many answered."""
    found: dict[int, int] = {}
    deadline = time.monotonic() + S_MAX
    while len(found) < count:
        assert time.monotonic() < deadline
        with suppress(OSError, HTTPException), closing(HTTPConnection("127.0.0.1", port)) as connection:
            connection.request("GET", "/")
            number, process = json.loads(connection.getresponse().read())
            found[number] = process
            continue
        time.sleep(0.05)
    return found


def is_there(process: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False


def gone(processes: Iterable[int]) -> bool:
    """Whether none of these processes is there any more, after some time if need be."""
    deadline = time.monotonic() + S_MAX
    while any(map(is_there, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(is_there, processes))


def test_each_worker_answers_one_that_is_killed_is_replaced_and_a_stop_ends_all() -> None:
    with running("work", 2) as (process, port):
        before = answering(port, 2)
        assert set(before) == {0, 1}
        os.kill(before[0], signal.SIGKILL)
        assert gone([before[0]])
        after = answering(port, 2)
        assert after[0] != before[0]
        assert after[1] == before[1]
        process.terminate()
        assert process.wait(S_MAX) == 0
        assert gone(after.values())


def test_a_worker_stops_when_the_process_that_started_it_is_killed() -> None:
    with running("work", 1) as (process, port):
        found = answering(port, 1)
        process.kill()
        assert gone(found.values())


def test_a_worker_that_can_t_start_ends_the_whole_so_that_it_is_noticed() -> None:
    with running("fail", 1) as (process, _):
        assert process.wait(S_MAX) == FAILED


if __name__ == "__main__":
    main(*sys.argv[1:])
