"""Serving an application in a thread of its own until told to stop."""

import threading

import uvicorn
from fastapi import FastAPI

from kit.lifecycle import Stop

GRACE_S = 10
MESSAGE_BYTES_MAX = 256 * 1024


def serve(app: FastAPI, *, host: str, port: int, stop: Stop) -> None:
    """Serve until `stop`; then let requests end, for `GRACE_S` at most: subscriptions never would."""
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
