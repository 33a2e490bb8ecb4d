"""Finds free ports of this machine, for the demo to propose or use."""

import socket
from typing import Final

PORTS_TRIED_MAX: Final = 100
"""How many ports are tried from the wanted one on, before the system chooses any."""


def is_free(host: str, port: int) -> bool:
    """Whether this address can be listened on now; also where a server has just ended."""
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_near(host: str, port: int) -> int:
    """Return the port if it is free, else the next one that is; for port 0, any."""
    near = range(port, min(port + PORTS_TRIED_MAX, 2**16))
    found = next((candidate for candidate in near if is_free(host, candidate)), 0)
    return found or _any_free(host)


def _any_free(host: str) -> int:
    with socket.create_server((host, 0), family=_family(host)) as listening:
        port: int = listening.getsockname()[1]
    return port


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
