"""Connections that are fed too much, too little, or never read."""

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from tests.e2e.attacks.target import PATH, Target, times

HEADER_BYTES: Final = 120_000_000
HALF_OPEN: Final = 100
WAIT_S: Final = 1.0
HEAD: Final = f"POST {PATH} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n".encode()
PIPELINED: Final = 50
_MANY: Final = b"a: b\r\n" * 100_000


def _token(target: Target) -> bytes:
    return f"Authorization: Bearer {target.token}\r\n".encode()


def status(connection: socket.socket) -> str:
    try:
        line = connection.recv(4_096).split(b"\r\n")[0].decode()
        return line.partition(" ")[2] or "closed"
    except OSError as error:
        return type(error).__name__


def endless_header(target: Target) -> str:
    """Send one header of 120 MB, or as much of it as is taken."""
    with target.connect() as connection:
        with suppress(OSError):
            connection.sendall(HEAD + b"A: ")
            for _ in range(HEADER_BYTES // 500_000):
                connection.sendall(b"x" * 500_000)
        return status(connection)


def many_headers(target: Target) -> str:
    """Send headers of one letter each, as many as are taken."""
    with target.connect() as connection:
        with suppress(OSError):
            connection.sendall(HEAD)
            for _ in range(HEADER_BYTES // 500_000):
                connection.sendall(_MANY)
        return status(connection)


def half_head(target: Target) -> bytes:
    return HEAD


def half_body(target: Target) -> bytes:
    return HEAD + _token(target) + b"Content-Length: 9\r\n\r\n{"


def half_open(part_for: Callable[[Target], bytes]) -> Callable[[Target], str]:
    """Return what opens many connections, sends a part of a request over each, and keeps them for a time."""

    def once(target: Target) -> str:
        opened: list[socket.socket] = []
        part = part_for(target)
        try:
            for _ in range(HALF_OPEN):
                connection = target.connect()
                connection.sendall(part)
                opened.append(connection)
            opened[0].settimeout(WAIT_S)
            return status(opened[0])
        except OSError as error:
            return type(error).__name__
        finally:
            for connection in opened:
                connection.close()

    return once


def answers_not_read(target: Target) -> str:
    """Ask many times over one connection, without reading an answer."""
    document = "{ __schema { " + times(3, "t#: types { n#: name }") + " } }"
    body = json.dumps({"query": document}).encode()
    head = HEAD + _token(target) + f"Content-Length: {len(body)}\r\n\r\n".encode()
    with target.connect() as connection:
        connection.settimeout(WAIT_S)
        with suppress(OSError):
            for _ in range(PIPELINED):
                connection.sendall(head + body)
        return status(connection)
