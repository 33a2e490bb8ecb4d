"""
The client's connections, with its costly turns left out.

The client's loop writes a request two turns after it was made: it first has the socket watched until it may
be written, which nearly every socket always may. And before each wait it looks a socket up that is not
registered, for which Python's selectors describe the socket in an error, with two system calls.

This file alone uses names of the client that are not public. `MADE_FOR` is the version whose they are; the
setting `kafka_plain_client` does without this file.
"""

import selectors
import time
from typing import Any, Final

from kafka.net.manager import KafkaConnectionManager
from typing_extensions import override

MADE_FOR: Final = "3.0.12"


class Connections(KafkaConnectionManager):  # type: ignore[misc]  # the client has no types
    """Writes each request at once, on the thread that makes it; all else is the client's."""

    @override
    async def _build_transport(self, node: Any, timeout_at: float | None = None) -> Any:
        transport = await super()._build_transport(node, timeout_at=timeout_at)
        transport.write = _Writing(transport).write
        return transport


class _Writing:
    def __init__(self, transport: Any) -> None:
        self._transport, self._write_later = transport, transport.write

    def write(self, data: bytes) -> None:
        """Write what the socket takes; the loop writes the rest, and before anything that comes after it."""
        transport = self._transport
        if transport._writing or transport.is_closing():  # noqa: SLF001 - see above, as in all of this class
            self._write_later(data)
            return
        buffer = transport._write_buffer  # noqa: SLF001
        buffer.append(data)
        _, error = transport._sock_send()  # noqa: SLF001
        transport.last_write = time.monotonic()
        if error:
            # In a turn of its own: this fails the future of a request that its sender has not seen yet.
            transport._net.call_soon(lambda: transport.abort(error))  # noqa: SLF001
        elif buffer:
            self._write_later(buffer.popleft())


class Sockets(selectors.DefaultSelector):
    """Says that a socket is not registered without describing it."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[Any, selectors.SelectorKey] = {}

    @override
    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = self._known[fileobj] = super().register(fileobj, events, data)
        return key

    @override
    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = self._known[fileobj] = super().modify(fileobj, events, data)
        return key

    @override
    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        self._known.pop(fileobj, None)
        return super().unregister(fileobj)

    @override
    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._known[fileobj]
