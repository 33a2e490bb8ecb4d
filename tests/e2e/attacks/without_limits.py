"""Starts the demo with two of its limits switched off: then an attack must be noticed."""

from deploy.local.__main__ import app
from gateway.limits import sockets, turns
from kit.http import web_sockets

ENDLESS = 1_000_000_000

if __name__ == "__main__":
    # They are final everywhere else.
    setattr(turns, "REST", 0)  # noqa: B010
    setattr(web_sockets, "PIECE_BYTES", ENDLESS)  # noqa: B010
    # Not measured: from a second try on, the WebSockets would be refused: its address opened too many.
    setattr(sockets, "OPENED_PER_MINUTE_MAX", ENDLESS)  # noqa: B010
    setattr(sockets, "OPENED_BURST_MAX", ENDLESS)  # noqa: B010
    app()
