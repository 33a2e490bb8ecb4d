"""Turns of one caller: their operations wait for each other, and nobody else waits for all of them."""

import asyncio
from typing import Final
from weakref import WeakValueDictionary

READS_AT_ONCE_MAX: Final = 3
"""Database connections of one caller, over all their requests to this process."""
DOCUMENTS_AT_ONCE_MAX: Final = 1
"""Documents of one caller that are read before the event loop turns to anything else."""


class CallerTurns:
    """The queues of one caller."""

    def __init__(self) -> None:
        self.reads = asyncio.Semaphore(READS_AT_ONCE_MAX)
        self.documents = asyncio.Semaphore(DOCUMENTS_AT_ONCE_MAX)


class Turns:
    """The queues of each caller with operations in progress; used within one event loop."""

    def __init__(self) -> None:
        self._of: WeakValueDictionary[str, CallerTurns] = WeakValueDictionary()

    def of(self, caller: str) -> CallerTurns:
        """Return the caller's queues, which last as long as somebody holds them."""
        turns = self._of.get(caller)
        if turns is None:
            turns = self._of[caller] = CallerTurns()
        return turns
