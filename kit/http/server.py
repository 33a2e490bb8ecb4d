"""Serves an application until the process is asked to stop."""

import threading
from typing import Final

import uvicorn
from fastapi import FastAPI

from kit.lifecycle import Stop

GRACE_S: Final = 10
"""How long requests may still take after the stop; a subscription would go on for ever."""
MESSAGE_BYTES_MAX: Final = 256 * 1024
"""The largest message that a WebSocket may send."""


def serve(app: FastAPI, *, host: str, port: int, stop: Stop) -> None:
    """Serve in this thread until `stop`, then wait for requests in progress, for `GRACE_S` at most."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        ws_max_size=MESSAGE_BYTES_MAX,
        proxy_headers=False,
        server_header=False,
    )
    server = uvicorn.Server(config)

    def end() -> None:
        stop.wait()
        server.should_exit = True

    threading.Thread(target=end, name="http stop", daemon=True).start()
    server.run()
