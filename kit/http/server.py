"""Serves an application until the process is asked to stop."""

import asyncio
import socket
import threading
from functools import partial
from typing import Final, cast

import uvicorn
from fastapi import FastAPI

from kit.http.connections import CONNECTION_LIMITS, BoundedHttp, ConnectionLimits, Connections
from kit.http.web_sockets import BoundedWebSocket
from kit.lifecycle import Stop
from kit.settings import SettingsError

GRACE_S: Final = 10
"""How long requests may still take after the stop; a subscription would never end."""
CONNECTIONS_WAITING_MAX: Final = 2048
"""Connections that may wait to be accepted."""
MESSAGE_BYTES_MAX: Final = 256 * 1024
"""The largest message that a WebSocket may send."""


PING_S: Final = 15.0


class PortTakenError(SettingsError):
    """The process can't listen on an address that the settings name."""


def serve(
    app: FastAPI,
    *,
    host: str,
    port: int,
    stop: Stop,
    limits: ConnectionLimits = CONNECTION_LIMITS,
    ping_s: float = PING_S,
    listening: socket.socket | None = None,
) -> None:
    """
    Serve in this thread until `stop`, then wait for requests in progress, for `GRACE_S` at most.

    WebSockets are pinged every `ping_s` seconds, and ended when no answer comes within twice that. Without
    `listening`, a socket that several processes serve, it listens on the address itself.

    Raises PortTakenError.
    """
    sockets = [listening or listen(host, port)]
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        http=cast("type[asyncio.Protocol]", partial(BoundedHttp, Connections(limits))),
        ws=BoundedWebSocket,
        ws_max_size=MESSAGE_BYTES_MAX,
        ws_ping_interval=ping_s,
        ws_ping_timeout=2 * ping_s,
        ws_per_message_deflate=False,  # a small message may hold a very large one
        proxy_headers=False,
        server_header=False,
    )
    server = uvicorn.Server(config)

    def end() -> None:
        stop.wait()
        server.should_exit = True

    threading.Thread(target=end, name="http stop", daemon=True).start()
    server.run(sockets=sockets)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on this address. Raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=CONNECTIONS_WAITING_MAX)
    except OSError as error:
        raise PortTakenError(
            f"Can't listen on port {port} of {host}: {error.strerror}. Choose others: IPP_HOST, IPP_PORT for"
            " requests, IPP_PROBES_PORT for health and metrics."
        ) from None
