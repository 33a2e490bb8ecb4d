"""Doing one thing again and again in threads for a time: how often, and how long it took; processor time."""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from threading import Barrier, Thread
from typing import Final, NamedTuple

WARM_UP_S: Final = 2.0


class Measured(NamedTuple):
    """`done` counts those of the warm-up too, which the others leave out."""

    per_s: float
    p50_ms: float
    p99_ms: float
    done: int


class Timed(NamedTuple):
    """How long each took, in seconds, without those of the warm-up; `done` counts those too."""

    took: list[float]
    done: int


def measure(work: Callable[[], object], threads: int, seconds: float) -> Measured:
    """Do `work` in so many threads for a time. Raises what it raised."""
    return summary(timed(work, threads, seconds), seconds)


def summary(timed: Timed, seconds: float) -> Measured:
    took = sorted(timed.took)
    return Measured(
        per_s=len(took) / seconds,
        p50_ms=round(1000 * statistics.median(took), 2),
        p99_ms=round(1000 * took[int(len(took) * 0.99)], 2),
        done=timed.done,
    )


def timed(work: Callable[[], object], threads: int, seconds: float, *, warm_up_s: float = WARM_UP_S) -> Timed:
    """Do `work` in so many threads for a time. Raises what it raised."""
    barrier = Barrier(threads + 1)
    spans: list[list[tuple[float, float]]] = [[] for _ in range(threads)]
    failed: list[Exception] = []
    end = time.perf_counter() + 3600.0

    def repeat(mine: list[tuple[float, float]]) -> None:
        barrier.wait()
        try:
            while (begun := time.perf_counter()) < end and not failed:
                work()
                mine.append((begun, time.perf_counter()))
        except Exception as error:  # noqa: BLE001 - raised by the thread that started this one
            failed.append(error)

    workers = [Thread(target=repeat, args=(mine,), daemon=True) for mine in spans]
    for worker in workers:
        worker.start()
    barrier.wait()
    started = time.perf_counter()
    end = started + warm_up_s + seconds
    for worker in workers:
        worker.join()
    if failed:
        raise failed[0]
    return _within(spans, started + warm_up_s, seconds)


async def timed_tasks(
    work: Callable[[], Awaitable[object]], tasks: int, seconds: float, *, warm_up_s: float = WARM_UP_S
) -> Timed:
    """Do `work` in so many tasks of one loop for a time. Raises what it raised."""
    spans: list[list[tuple[float, float]]] = [[] for _ in range(tasks)]
    started = time.perf_counter()
    end = started + warm_up_s + seconds

    async def repeat(mine: list[tuple[float, float]]) -> None:
        while (begun := time.perf_counter()) < end:
            await work()
            mine.append((begun, time.perf_counter()))

    async with asyncio.TaskGroup() as group:
        for mine in spans:
            group.create_task(repeat(mine))
    return _within(spans, started + warm_up_s, seconds)


def _within(spans: list[list[tuple[float, float]]], begin: float, seconds: float) -> Timed:
    took = [b - a for mine in spans for a, b in mine if begin <= b < begin + seconds]
    return Timed(took, sum(map(len, spans)))


def cpu_s(process: int) -> float:
    """Return the processor time that a process has used, all its threads together."""
    of_all = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(of_all[11]) + int(of_all[12])) / os.sysconf("SC_CLK_TCK")


def cpu_of_all_s(process: int) -> float:
    """Return the processor time that a process and its children have used, those that ended included."""
    of_all = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    ended = (int(of_all[13]) + int(of_all[14])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    alive = 0.0
    for child in children:
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            alive += cpu_s(int(child))
    return cpu_s(process) + ended + alive
