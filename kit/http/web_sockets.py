"""WebSockets with limits for what clients send: frames, pings, and text that must be UTF-8."""

from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from kit.rate_limit import RateLimiter

FRAMES_MAX: Final = 1_000
"""Frames in one message; empty frames would never reach the limit of bytes."""
PINGS_PER_MINUTE_MAX: Final = 60
PINGS_BURST_MAX: Final = 30
"""Each ping is answered, and the answers pile up if the client does not read them. Pongs are counted too."""
MESSAGES_WAITING_MAX: Final = 200
"""Messages that were received and that the application did not take yet."""
PIECE_BYTES: Final = 1_024
"""Bytes in which limits are not checked: thousands of the smallest frames may be received in one piece."""


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """Uvicorn's protocol, which by itself limits only the bytes of a message."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._pings = RateLimiter(per_minute=PINGS_PER_MINUTE_MAX, burst=PINGS_BURST_MAX, callers_max=1)

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE_BYTES):
            if self.close_sent and self.transport.is_closing():
                return
            super().data_received(data[start : start + PIECE_BYTES])
            if self.queue.qsize() > MESSAGES_WAITING_MAX:
                self._close(CloseCode.POLICY_VIOLATION, "too many messages")

    def handle_ping(self) -> None:
        if self._pings.take("all"):
            self._close(CloseCode.POLICY_VIOLATION, "too many pings")
        else:
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._pings.take("all"):
            self._close(CloseCode.POLICY_VIOLATION, "too many pongs")
        else:
            super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= FRAMES_MAX:
            self._close(CloseCode.MESSAGE_TOO_BIG, "too many frames")
        else:
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            self._close(CloseCode.INVALID_DATA, "not UTF-8")  # uvicorn would log what was sent
        else:
            super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        # Or what the application sends from now on would be an error of its own, logged with a traceback.
        self.disconnected = True

    def keepalive_timeout(self) -> None:
        """End the connection of a client that does not answer: it would never read what is on its way."""
        super().keepalive_timeout()
        self.transport.abort()

    def _close(self, code: CloseCode, reason: str) -> None:
        if not self.close_sent:
            self.conn.fail(code, reason)
            self.handle_parser_exception()


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
