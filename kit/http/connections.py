"""HTTP connections with limits and timeouts: their bytes are counted before anything reads them."""

import asyncio
import resource
from asyncio import TimerHandle
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

FILES_OF_OUR_OWN: Final = 256
"""Open files that a process needs in addition to its connections."""
HEADER_OVERHEAD_BYTES: Final = 32
"""Counted for each header in addition to its text, as HTTP/2 does: many short ones take long to read."""
UPGRADE_LINE_BYTES_MAX: Final = 8_000
UPGRADE_HEADERS_MAX: Final = 100
"""Limits of the request that opens a WebSocket: the library websockets reads no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """The limits of every process that serves HTTP. A header is counted with its name and an overhead."""

    header_bytes_max: int = 32 * 1024
    headers_s_max: float = 10.0
    """From the first byte of a request, or the start of the connection, until the headers are complete."""
    body_s_max: float = 60.0
    write_s_max: float = 60.0
    """How long written data may wait for a client that does not read."""
    connections_max: int = 4_000


CONNECTION_LIMITS: Final = ConnectionLimits()


class Connections:
    """The connections of one server: their maximum, and those without a request in progress, oldest first."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        open_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.at_most = max(1, min(limits.connections_max, open_files - FILES_OF_OUR_OWN))
        self.idle: dict[BoundedHttp, None] = {}


class _TooLargeError(Exception):
    """The headers are larger than allowed; caught by the parser, which calls this from the middle of one."""


class BoundedHttp(HttpToolsProtocol):
    """Uvicorn's protocol; it bounds bodies and connections, but neither headers nor any time."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._of = connections
        self._limits = connections.limits
        self._clock: TimerHandle | None = None
        self._write_clock: TimerHandle | None = None
        self._head_bytes = self._pending_bytes = 0
        self._in_head = True
        self._begun = False
        self._in_body = False
        self._too_large = False
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._of.at_most:
            oldest = next(iter(self._of.idle), None)
            if oldest is None:
                self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
                return
            oldest.end()
        self._becomes_idle()
        self._start_clock(self._limits.headers_s_max)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        if self._write_clock is not None:
            self._write_clock.cancel()
        self._of.idle.pop(self, None)
        super().connection_lost(exc)

    def end(self) -> None:
        """Close at once, to make room."""
        self._of.idle.pop(self, None)
        self.connections.discard(self)
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._in_head:
            self._pending_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        if self._in_head and self._pending_bytes > self._limits.header_bytes_max:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self in self._of.idle and self._clock is None:  # blank lines before a request are none
            self._start_clock(self._limits.headers_s_max)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0
        if self._begun:  # the bytes of the first request are counted from the start of the connection
            self._pending_bytes = 0
        self._begun = True
        self._start_clock(self._limits.headers_s_max)

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + HEADER_OVERHEAD_BYTES)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._in_body = True
        self._of.idle.pop(self, None)
        self._start_clock(self._limits.body_s_max)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body = False
        self._stop_clock()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._in_body and not self.pipeline:
            self._becomes_idle()

    def handle_websocket_upgrade(self) -> None:
        self._stop_clock()
        lines = [len(name) + len(value) for name, value in self.headers]
        if len(lines) > UPGRADE_HEADERS_MAX or max(*lines, len(self.url)) > UPGRADE_LINE_BYTES_MAX:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_clock = self.loop.call_later(self._limits.write_s_max, self.transport.abort)

    def resume_writing(self) -> None:
        if self._write_clock is not None:
            self._write_clock.cancel()
            self._write_clock = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the parser's words help nobody
        """Answer a request that the parser refused: as too large if our limits made it, else as malformed."""
        self._refuse(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if self._too_large else HTTPStatus.BAD_REQUEST
        )

    def _count(self, more: int) -> None:
        """Count a part of the head, or of the trailers after a body."""
        self._head_bytes += more
        if self._head_bytes > self._limits.header_bytes_max:
            self._too_large = True
            raise _TooLargeError

    def _becomes_idle(self) -> None:
        self._of.idle.pop(self, None)
        self._of.idle[self] = None

    def _start_clock(self, seconds: float) -> None:
        self._stop_clock()
        self._clock = self.loop.call_later(seconds, self._too_late)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _too_late(self) -> None:
        self._clock = None
        if self._in_body and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()  # an answer has begun, and no second one can
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer without the application, and close."""
        self._refused = True
        self._stop_clock()
        self._of.idle.pop(self, None)
        body = status.phrase.encode()
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: text/plain\r\n"
        head += f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self.transport.write(head.encode() + body)
        self.transport.close()
