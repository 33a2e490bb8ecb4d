"""Events that are the same for many subscribers: executed once, encoded once, and paid for by each."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from graphql import ExecutionResult

KEPT_S: Final = 10.0
"""How long a result is shared. Not longer: names in it are those of the moment it was executed."""
KEPT_MAX: Final = 64
KEPT_BYTES_MAX: Final = 32 * 1024 * 1024
"""Results that are kept, and their bytes together; of what is more, the oldest is executed again."""


class SharedData(dict[str, Any]):
    """The data of a result that several subscribers get, and its JSON once somebody has written it."""

    __slots__ = ("text",)

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data)
        self.text: str | None = None

    def written(self, write: Callable[[object], str]) -> str:
        """Return the JSON of the data; it is the same text for everyone."""
        if self.text is None:
            self.text = write(dict(self))
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """A result, and what executing it cost."""

    result: ExecutionResult
    cost: int
    answer_bytes: int


@dataclass(slots=True, kw_only=True)
class _Kept:
    task: "asyncio.Task[Executed]"
    until_s: float
    answer_bytes: int = 0


class SharedResults:
    """
    The results of one process, by all that they depend on: document, variables, role and event.

    Who may get a result is checked for each subscriber before (privacy rule 13); what is in it does not
    depend on who that is.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self.executed = 0

    async def of(self, key: Hashable, execute: Callable[[], Coroutine[Any, Any, Executed]]) -> Executed:
        """Return the result of this key, executed now or a moment ago; one with errors is not kept."""
        loop = asyncio.get_running_loop()
        kept = self._kept.get(key)
        if kept is None or kept.until_s < loop.time():
            # a task of its own, so that a subscriber who leaves does not end it for the others
            kept = _Kept(task=loop.create_task(execute()), until_s=loop.time() + KEPT_S)
            kept.task.add_done_callback(partial(self._done, key, kept))
            self._kept[key] = kept
            self._kept.move_to_end(key)
            self.executed += 1
        return await asyncio.shield(kept.task)

    def _done(self, key: Hashable, kept: _Kept, task: "asyncio.Task[Executed]") -> None:
        """Forget a result that failed or has errors; count the bytes of any other."""
        if task.cancelled() or task.exception() is not None or task.result().result.errors:
            if self._kept.get(key) is kept:
                del self._kept[key]
            return
        kept.answer_bytes = task.result().answer_bytes
        self._drop_oldest()

    def _drop_oldest(self) -> None:
        size = sum(kept.answer_bytes for kept in self._kept.values())
        while len(self._kept) > KEPT_MAX or size > KEPT_BYTES_MAX:
            _, dropped = self._kept.popitem(last=False)
            size -= dropped.answer_bytes
