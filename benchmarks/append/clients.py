"""The writer processes of a system: each opens its client once, and loads the system when it is its turn."""

import multiprocessing
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import NamedTuple, Self

from benchmarks.append.systems import System
from benchmarks.measuring import Measured, Timed, summary
from benchmarks.servers import log_to_stderr


class Loaded(NamedTuple):
    """What was measured in one turn, and the writer processes' processor time for each event."""

    measured: Measured
    client_us: float


class Clients:
    """So many writer processes of a system."""

    def __init__(self, system: System, *, processes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(processes):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(system, theirs), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(10)
            process.terminate()

    def load(self, writers: int, seconds: float) -> Loaded:
        """Append from so many writers, shared among the processes. Raises EOFError if one of them failed."""
        for pipe in self._pipes:
            pipe.send((writers // len(self._pipes), seconds))
        answers: list[tuple[Timed, float]] = [pipe.recv() for pipe in self._pipes]
        together = Timed(
            [took for timed, _ in answers for took in timed.took], sum(timed.done for timed, _ in answers)
        )
        cpu_s = sum(used for _, used in answers)
        return Loaded(summary(together, seconds), round(1e6 * cpu_s / together.done, 1))


def _serve(system: System, pipe: Connection) -> None:
    log_to_stderr()
    with system.client() as load, suppress(EOFError):  # EOFError: the benchmark is over
        while True:
            writers, seconds = pipe.recv()
            before = time.process_time()
            timed = load(writers, seconds)
            pipe.send((timed, time.process_time() - before))
