"""WebSockets that are too many, say nothing, or say what is no message; and operations over them."""

import json
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.e2e.attacks.target import ANSWER_S_MAX, PATH, Target

PROTOCOL: Final = Subprotocol("graphql-transport-ws")
SILENT_S: Final = 1.0
HEAD: Final = (
    f"GET {PATH} HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    f"Sec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
).encode()


def frame(opcode: int, data: bytes) -> bytes:
    """Return a masked frame of a client (RFC 6455), its mask zero."""
    length = struct.pack("!B", 0x80 | len(data)) if len(data) < 126 else struct.pack("!BH", 0xFE, len(data))
    return struct.pack("!B", 0x80 | opcode) + length + b"\0\0\0\0" + data


def text(message: str) -> bytes:
    return frame(1, message.encode())


PING: Final = frame(9, b"x")
NO_MESSAGES: Final = (
    text(json.dumps({"id": "1", "type": "subscribe", "payload": []})),
    text('{"id":"1","type":"subscribe","payload":{"query":"{a}","variables":{"a":' + "1" * 5_000 + "}}}"),
    text(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": "{ a\ud800 }"}})),
    frame(1, b"\xff"),
)


def anonymous(*frames: bytes, repeated: int = 1) -> Callable[[Target], str]:
    """Return what opens a WebSocket that names nobody, and sends these frames again and again."""

    def once(target: Target) -> str:
        with target.connect() as connection:
            said = ""
            with suppress(OSError):
                connection.sendall(HEAD)
                said = connection.recv(4_096).split(b"\r\n")[0].decode().partition(" ")[2]
                for _ in range(repeated):
                    for each in frames:
                        connection.sendall(each)
                connection.settimeout(SILENT_S)
                while connection.recv(65_536):
                    pass
            return said or "closed"

    return once


@contextmanager
def connected(target: Target) -> Iterator[ClientConnection]:
    """Give a WebSocket whose token was accepted. Raises OSError or WebSocketException."""
    with connect(
        target.url.replace("http", "ws", 1) + PATH,
        sock=target.connect(),
        subprotocols=[PROTOCOL],
        additional_headers={"Authorization": f"Bearer {target.token}"},
        open_timeout=ANSWER_S_MAX,
        max_size=None,
    ) as socket:
        socket.send(json.dumps({"type": "connection_init"}))
        socket.recv(ANSWER_S_MAX)
        yield socket


def operations(document: str, count: int) -> Callable[[Target], str]:
    """Return what sends a document many times at once over one WebSocket, and reads the first answer."""

    def once(target: Target) -> str:
        try:
            with connected(target) as socket:
                for number in range(count):
                    payload = {"query": document}
                    socket.send(json.dumps({"id": str(number), "type": "subscribe", "payload": payload}))
                return code_of(json.loads(socket.recv(ANSWER_S_MAX)))
        except (OSError, WebSocketException) as error:
            return type(error).__name__

    return once


def code_of(answer: dict[str, Any]) -> str:
    """Return the code of an operation's first error, or else the type of the message."""
    payload = answer.get("payload")
    errors = payload.get("errors") if isinstance(payload, dict) else payload
    return str(errors[0]["extensions"]["code"]) if errors else str(answer["type"])
