"""Everything that comes over a connection has a limit and a clock, in every process that serves HTTP."""

import asyncio
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kit.http import web_sockets
from kit.http.connections import ConnectionLimits
from tests.kit.test_health import served

LIMITS = ConnectionLimits(header_bytes_max=2_000, connections_max=20)
IMPATIENT = ConnectionLimits(headers_s_max=0.5, body_s_max=0.5, write_s_max=0.5)
ANSWER_S_MAX = 20.0
"""Never reached: what has no clock would wait for ever, and the test would end here."""
LARGE = 30_000_000


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/")
    def hello() -> str:
        return "hello"

    @made.post("/")
    async def count(request: Request) -> int:
        return len(await request.body())

    @made.get("/large")
    def large() -> str:
        return "x" * LARGE

    @made.websocket("/")
    async def echo(web_socket: WebSocket) -> None:
        await web_socket.accept()
        with suppress(WebSocketDisconnect):
            async for text in web_socket.iter_text():
                await web_socket.send_text(text)

    return made


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(app(), limits=LIMITS) as address:
        yield address


@pytest.fixture(scope="module")
def impatient() -> Iterator[str]:
    with served(app(), limits=IMPATIENT) as address:
        yield address


def opened(url: str) -> socket.socket:
    address = httpx.URL(url)
    return socket.create_connection((address.host, address.port or 0), ANSWER_S_MAX)


def answer_to(url: str, *parts: bytes) -> bytes:
    """Send as long as it is taken, then return all until the server closes."""
    with opened(url) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except OSError:
            pass
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    received = b""
    try:
        while more := connection.recv(65_536):
            received += more
    except ConnectionError:
        pass
    return received


HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        [HEAD, b"A: " + b"x" * 3_000 + b"\r\n\r\n"],
        [HEAD, b"A: " + b"x" * 3_000],
        [HEAD, b"A: x\r\n" * 1_000 + b"\r\n"],
        [HEAD, *[b"A: x\r\n"] * 1_000],
        [HEAD, b"A:\r\n" * 100 + b"\r\n"],
        [b"GET /?" + b"x" * 3_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"],
        [b"GET /?" + b"x" * 3_000],
        [b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"A: " + b"x" * 3_000 + b"\r\n\r\n"],
    ],
    ids=[
        "one long",
        "one without end",
        "many",
        "many, slowly",
        "many of few bytes",
        "the address",
        "half of it",
        "trailers",
    ],
)
def test_headers_that_are_too_large_are_431(url: str, parts: list[bytes]) -> None:
    assert b"431" in answer_to(url, *parts).split(b"\r\n")[0]


def test_120_megabytes_of_headers_are_not_read(url: str) -> None:
    sent = 0
    with opened(url) as connection:
        connection.sendall(HEAD + b"A: ")
        try:
            for _ in range(120):
                sent += connection.send(b"x" * 1_000_000)
        except OSError:
            pass
    assert sent < 60_000_000


def test_headers_within_the_limit_are_taken_and_a_body_does_not_count(url: str) -> None:
    answer = httpx.post(url, headers={"A": "x" * 1_500}, content=b"x" * 200_000)
    assert answer.json() == 200_000
    with httpx.Client() as client:
        assert [client.get(url, headers={"A": "x" * 1_500}).status_code for _ in range(5)] == [200] * 5


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"\r\n",
        b"GET / HT",
        HEAD,
        HEAD + b"A: ",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        HEAD + b"\r\n" + HEAD,
    ],
    ids=["nothing", "blank line", "first line", "headers", "a header", "body", "chunk", "the second request"],
)
def test_half_a_request_is_closed_in_time(impatient: str, half: bytes) -> None:
    answer = answer_to(impatient, half)
    assert b" 408 " in answer
    assert answer.endswith(b"Request Timeout")


def test_a_client_that_reads_nothing_is_closed(impatient: str) -> None:
    with opened(impatient) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        # Not read before the server let go; then what is left is what the system had kept.
        while open_connections(impatient) > 0:
            time.sleep(0.05)
        assert len(read_all(connection)) < LARGE


def open_connections(url: str) -> int:
    """Return how many connections the server has open, by the system's table of them."""
    port, established = f":{httpx.URL(url).port:04X}", "01"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(port) and row[3] == established for row in rows)


def test_connections_that_ask_nothing_make_room_for_one_that_does(url: str) -> None:
    idle = [opened(url) for _ in range(3 * LIMITS.connections_max)]
    try:
        assert httpx.get(url).json() == "hello"
        assert open_connections(url) <= LIMITS.connections_max
    finally:
        for connection in idle:
            connection.close()


def web_socket_url(url: str) -> str:
    return url.replace("http", "ws")


def test_a_message_comes_back(url: str) -> None:
    async def asked() -> str | bytes:
        async with connect(web_socket_url(url)) as web_socket:
            await web_socket.send("é")
            return await web_socket.recv()

    assert asyncio.run(asked()) == "é"


def test_a_web_socket_with_a_header_that_can_t_be_read_is_refused(url: str) -> None:
    async def status(headers: dict[str, str]) -> int:
        try:
            async with connect(web_socket_url(url), additional_headers=headers):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    assert asyncio.run(status({"A": "x" * 1_000})) == 101
    assert asyncio.run(status({"A": "x" * 1_900})) == 431
    assert asyncio.run(status({f"A{number}": "x" for number in range(110)})) == 431


def frame(opcode: int, data: bytes, *, fin: bool = True) -> bytes:
    """A masked frame of a client, by RFC 6455; the mask is zero."""
    head = struct.pack("!BB", (0x80 if fin else 0) | opcode, 0x80 | len(data))
    return head + b"\0\0\0\0" + data


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (frame(9, b"x") * (web_sockets.PINGS_BURST_MAX + 5), 1008),
        (frame(10, b"x") * (web_sockets.PINGS_BURST_MAX + 5), 1008),
        (frame(1, b"a") * (web_sockets.MESSAGES_WAITING_MAX + 200), 1008),
        (frame(1, b"a", fin=False) + frame(0, b"", fin=False) * (web_sockets.FRAMES_MAX + 5), 1009),
        (frame(1, b"\xff\xfe"), 1007),
        (frame(1, b"\xc3", fin=False) + frame(0, b"(", fin=True), 1007),
    ],
    ids=["pings", "pongs", "messages", "empty frames", "no UTF-8", "no UTF-8 in two frames"],
)
def test_a_web_socket_that_floods_is_closed_with_its_reason(
    url: str, frames: bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def closed() -> int:
        async with connect(web_socket_url(url), ping_interval=None) as web_socket:
            web_socket.transport.write(frames)
            with pytest.raises(ConnectionClosed) as ended:
                await asyncio.wait_for(web_socket.recv(), ANSWER_S_MAX)
            return ended.value.rcvd.code if ended.value.rcvd else 0

    assert asyncio.run(closed()) == code
    assert "Traceback" not in caplog.text


def test_of_what_a_web_socket_received_in_one_piece_little_is_read_after_it_was_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[int] = []
    handled = WebSocketsSansIOProtocol.data_received

    def counted(self: Any, data: bytes) -> None:
        read.append(len(data))
        handled(self, data)

    monkeypatch.setattr(WebSocketsSansIOProtocol, "data_received", counted)

    async def closed(address: str) -> None:
        async with connect(web_socket_url(address), ping_interval=None) as web_socket:
            web_socket.transport.write(frame(9, b"x") * 20_000)
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(web_socket.recv(), ANSWER_S_MAX)

    with served(app(), limits=LIMITS) as address:
        asyncio.run(closed(address))
    assert 0 < sum(read) < 10_000
