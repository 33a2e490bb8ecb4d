"""Threads that make the lives of several people or teams of the demo at once."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

THREADS: Final = 48
"""
How many lives are made at once.

Commands that wait for a partition at the same moment leave in one record: the more, the fewer turns of the
workers of journal and views there are for each event.
"""


def at_once(lives: Iterable[Callable[[], None]]) -> Iterator[int]:
    """
    Run all of them, THREADS at a time, and yield how many of them are done.

    Raises what the first of them raised; those that did not begin by then don't.
    """
    with ThreadPoolExecutor(THREADS, "demo") as threads:
        begun = [threads.submit(life) for life in lives]
        try:
            for done, life in enumerate(begun, start=1):
                life.result()
                yield done
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
