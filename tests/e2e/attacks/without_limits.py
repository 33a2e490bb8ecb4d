"""Starts the demo with two of its limits switched off: then an attack must be noticed."""

from deploy.local.__main__ import app
from gateway.limits import turns
from kit.http import web_sockets

if __name__ == "__main__":
    setattr(turns, "REST", 0)  # noqa: B010 - it is final everywhere else
    setattr(web_sockets, "PIECE_BYTES", 1 << 30)  # noqa: B010
    app()
