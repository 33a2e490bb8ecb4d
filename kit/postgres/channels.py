"""A few channels for all reads of a process: they come back when they are lost, and nobody waits for ever."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar

import psycopg
import structlog

from kit import metrics
from kit.postgres.channel import Asked, Channel
from kit.postgres.connections import POOL_WAIT_S, RECONNECT_S_MAX, describe_error
from kit.postgres.statements import Read

T = TypeVar("T")
WAITING_MAX: Final = 2_000
"""Reads that are not answered yet, also of callers who left; the next ones are refused."""
CLOSE_S_MAX: Final = 5.0
"""How long closing waits for answers."""
_RECONNECT_S: Final = 0.1
_log = structlog.get_logger("reads")

_took: Final = metrics.latency("ipp_read_seconds", "How long a read took, from asking to its answer.")
_failed: Final = metrics.counter("ipp_reads_failed_total", "Reads that ended in an error, or were refused.")
_lost: Final = metrics.counter("ipp_read_connections_lost_total", "Connections for reads that broke.")
_open: Final = metrics.gauge("ipp_read_connections_open", "Connections for reads that are open.")
_waiting: Final = metrics.gauge("ipp_reads_waiting", "Reads that are not answered yet.")


class ReadsRefusedError(psycopg.OperationalError):
    """A read was not asked: there is no connection, too many wait already, or this is being closed."""


class Channels:
    """
    Opens `count` channels to one database in the background.

    What is asked in one turn of the loop goes to one of them, up to a number; else to the one with the fewest
    waiting.
    """

    def __init__(self, url: str, *, count: int, name: str) -> None:
        self._url = url
        self._name = name
        self._channels: list[Channel] = []
        self._unsent: deque[Asked] = deque()
        """What waits for a connection."""
        self._pending: set[asyncio.Future[bytes | None]] = set()
        self._is_closed = False
        _waiting.set_function(lambda: len(self._pending))
        self._loop = asyncio.get_running_loop()
        self._opening = {self._loop.create_task(self._open()) for _ in range(count)}

    async def ask(self, read: Read[T], *, ended: Callable[[], None] | None = None) -> T:
        """
        Return the answer of a read, which must not write.

        `ended` is called once, when PostgreSQL works on it no longer: for a caller who left, that is later.

        When a connection is lost, what it had not answered is asked again on another, once. Raises psycopg's
        errors; ReadsRefusedError when there is no connection for POOL_WAIT_S, or WAITING_MAX reads wait.
        """
        begun = self._loop.time()
        sent = None
        try:
            sent = self._sent(read, ended)
            answer = await sent
        except psycopg.Error:
            _failed.inc()
            raise
        finally:
            if sent is None and ended is not None:
                ended()
        _took.observe(self._loop.time() - begun)
        return read.statement.decode(answer)

    def _sent(self, read: Read[Any], ended: Callable[[], None] | None) -> asyncio.Future[bytes | None]:
        values = read.texts()
        if self._is_closed:
            raise ReadsRefusedError("the connections for reads are closed")
        # Not the callers who wait: PostgreSQL answers those who left too, and until then they take memory.
        if len(self._unsent) + sum(map(_waiting_of, self._channels)) >= WAITING_MAX:
            raise ReadsRefusedError(f"{WAITING_MAX} reads wait already")
        answer: asyncio.Future[bytes | None] = self._loop.create_future()
        self._pending.add(answer)
        answer.add_done_callback(self._pending.discard)
        self._send(Asked(read.statement.numbered, values, answer, ended))
        return answer

    def _send(self, asked: Asked) -> None:
        if self._channels:
            with_others = (channel for channel in self._channels if channel.takes_more)
            channel = next(with_others, None) or min(self._channels, key=_waiting_of)
            channel.ask(asked)
            return
        self._unsent.append(asked)
        self._loop.call_later(POOL_WAIT_S, self._give_up, asked)

    def _give_up(self, asked: Asked) -> None:
        with suppress(ValueError):  # it was sent meanwhile
            self._unsent.remove(asked)
            asked.fail(ReadsRefusedError(f"there was no connection for {POOL_WAIT_S:g} s"))

    async def _open(self) -> None:
        """Open one channel, trying until it is open."""
        wait_s = _RECONNECT_S
        while True:
            try:
                channel = await Channel.open(self._url, name=self._name, on_lost=self._on_lost)
                break
            except psycopg.Error as error:
                _log.warning("reads.not_connected", reason=describe_error(error))
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, RECONNECT_S_MAX)
        self._channels.append(channel)
        _open.inc()
        unsent, self._unsent = self._unsent, deque()
        for asked in unsent:
            if asked.answer.done():
                asked.end()
            else:
                self._send(asked)

    def _on_lost(self, channel: Channel, unanswered: Sequence[Asked], error: Exception) -> None:
        self._channels.remove(channel)
        _open.dec()
        if not self._is_closed:
            _lost.inc()
            _log.warning("reads.connection_lost", unanswered=len(unanswered))
            self._opening = {task for task in self._opening if not task.done()}
            self._opening.add(self._loop.create_task(self._open()))
        for asked in unanswered:
            if asked.answer.done():
                asked.end()
            elif asked.lost or self._is_closed:
                asked.fail(error)
            else:
                asked.lost, asked.alone = True, False
                self._send(asked)

    async def close(self) -> None:
        """Wait for answers that are due, CLOSE_S_MAX at most, and end the connections."""
        self._is_closed = True
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        for asked in self._unsent:
            asked.fail(ReadsRefusedError("the connections for reads are closed"))
        if self._pending:
            await asyncio.wait(self._pending, timeout=CLOSE_S_MAX)
        for channel in list(self._channels):
            channel.close()


def _waiting_of(channel: Channel) -> int:
    return channel.waiting


@asynccontextmanager
async def open_channels(url: str, *, count: int, name: str) -> AsyncIterator[Channels]:
    """Open channels in the running loop, also when the server comes up later; close them at the end."""
    channels = Channels(url, count=count, name=name)
    try:
        yield channels
    finally:
        await channels.close()
