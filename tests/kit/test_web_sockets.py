"""A client that reads nothing and answers no ping is let go, whatever is still on its way to it."""

import asyncio
import socket
import threading
from urllib.parse import urlsplit

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from tests.e2e.attacks.web_sockets import HEAD, PROTOCOL
from tests.kit.test_health import served

LONG = "x" * 16 * 1024 * 1024
"""More than a connection takes of its own accord while nobody reads."""
PING_S = 0.1
WAIT_S_MAX = 30.0


def test_one_that_is_frozen_with_a_long_message_before_it_is_let_go() -> None:
    let_go = threading.Event()
    app = FastAPI()

    @app.websocket("/graphql")
    async def sends(socket: WebSocket) -> None:
        await socket.accept(subprotocol=PROTOCOL)
        sending = asyncio.create_task(socket.send_text(LONG))
        try:
            await socket.receive_text()
        except WebSocketDisconnect:
            await sending
            let_go.set()

    with (
        served(app, ping_s=PING_S) as url,
        socket.create_connection(("127.0.0.1", urlsplit(url).port)) as frozen,
    ):
        frozen.sendall(HEAD)
        assert let_go.wait(WAIT_S_MAX)
