"""One read for all who want the same at the same moment, such as every subscriber of a release."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import Context
from typing import Generic, TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")
Read = Callable[[Sequence[Key]], Awaitable[Mapping[Key, Found]]]


class Together(Generic[Key, Found]):
    """Collects what is asked for in one turn of the event loop, and reads it in one statement."""

    def __init__(self) -> None:
        self._wanted: dict[Key, asyncio.Future[Found]] = {}
        self._reading: set[asyncio.Task[None]] = set()

    async def load(self, key: Key, read: Read[Key, Found]) -> Found:
        """Return what `read` finds of this key, with all others of this moment. Raises what `read` raises."""
        loop = asyncio.get_running_loop()
        if not self._wanted:
            # It is for all, so it must not wait for the turn of the caller who happens to be the first.
            loop.call_soon(self._begin, read, context=Context())
        wanted = self._wanted.setdefault(key, loop.create_future())
        return await asyncio.shield(wanted)  # one who leaves takes nothing from the others

    def _begin(self, read: Read[Key, Found]) -> None:
        wanted, self._wanted = self._wanted, {}
        task = asyncio.get_running_loop().create_task(_answer(wanted, read))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)


async def _answer(wanted: Mapping[Key, asyncio.Future[Found]], read: Read[Key, Found]) -> None:
    try:
        found = await read(list(wanted))
        for key, future in wanted.items():
            future.set_result(found[key])
    except Exception as error:  # noqa: BLE001 - each who waits gets it
        for future in wanted.values():
            if not future.done():
                future.set_exception(error)
                future.exception()  # those who left do not ask for it
