"""Releases that come out while processes run, and what stands between them and a client."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

import httpx

from events.catalog.policy import RoleGranted, RoleWithdrawn
from events.catalog.registry import Event
from events.codec import Recorded
from kit.ids import new_id
from kit.settings import Settings
from services.assembly import Services, open_services
from tests.e2e.attacks.web_sockets import HEAD, text
from tests.e2e.demo import ROOT, STOP_S_MAX, Demo, free_port
from tests.environment import without_settings
from tests.releases import cut_off, held, published

POSITIONS: Final = (1_000_000,)
READ_BYTES: Final = 65_536
SMALL_BYTES: Final = 4_096
ANSWER_S_MAX: Final = 30.0


class Releases:
    """Appends releases to a demo's log, as the process that makes them does."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.organisation = services.vault.organisation_or_new()
        self._stream = f"release-{self.organisation}"
        self._policy = f"policy-{self.organisation}"

    @property
    def epoch(self) -> int:
        """The number of the newest release, 0 before the first."""
        newest = self._newest(self._stream)
        return newest.event.epoch if newest else 0  # type: ignore[attr-defined]

    def come_out(self, *, keeps: bool = False) -> int:
        """Publish the next release, or hold it; return its number."""
        epoch = self.epoch + 1
        self._append(self._stream, cut_off(epoch, positions=POSITIONS))
        self._append(self._stream, *(held(epoch) if keeps else published(epoch)))
        return epoch

    def id_of(self, epoch: int) -> str:
        return f"CapabilityRelease:{self.organisation}-{epoch}"

    def grant(self, person: str, role: str) -> str:
        """Grant a role on the log, and return the grant."""
        grant = new_id()
        self._append(self._policy, RoleGranted(grant=grant, person=person, role=role))
        return grant

    def withdraw(self, grant: str) -> None:
        self._append(self._policy, RoleWithdrawn(grant=grant))

    def _append(self, stream: str, *events: Event) -> None:
        newest = self._newest(stream)
        self._put(stream, newest.version if newest else 0, *events)

    def _newest(self, stream: str) -> Recorded | None:
        found = self._services.recorder.select_events(stream, desc=True, limit=1)
        return self._services.mapper.to_domain_event(found[0]) if found else None

    def _put(self, stream: str, version: int, *events: Event) -> None:
        now = self._services.calendar.local(self._services.calendar.now())
        self._services.recorder.append(
            [
                self._services.mapper.to_stored_event(
                    Recorded(stream=stream, version=place, event=event, at=now, by=new_id())
                )
                for place, event in enumerate(events, start=version + 1)
            ]
        )


@contextmanager
def releases_of(demo: Demo) -> Iterator[Releases]:
    with open_services(Settings.from_env(demo.settings())) as services:
        yield Releases(services)


class Gateway:
    """A gateway as a process of its own, on a demo's databases, that can be killed and started again."""

    def __init__(self, demo: Demo, *, module: str = "gateway", **settings: str) -> None:
        self._module = module
        self.port, self._probes = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._settings = {
            **demo.settings(),
            "IPP_SERVICES_URL": "http://127.0.0.1:9",
            "IPP_PORT": str(self.port),
            "IPP_PROBES_PORT": str(self._probes),
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = without_settings()
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", self._module],
            cwd=ROOT,
            env={**env, **self._settings},
            stderr=subprocess.DEVNULL,
        )
        with httpx.Client() as client:
            while True:
                assert self.process.poll() is None, "the gateway ended"
                with suppress(httpx.HTTPError):
                    if client.get(f"{self.url}/health/ready").status_code == 200:
                        return

    @property
    def pid(self) -> int:
        assert self.process is not None, "it was not started"
        return self.process.pid

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(STOP_S_MAX)

    def open_subscriptions(self) -> int:
        text = httpx.get(f"http://127.0.0.1:{self._probes}/metrics").text
        (line,) = [line for line in text.splitlines() if line.startswith("ipp_gateway_subscriptions_open ")]
        return int(float(line.split()[1]))

    @contextmanager
    def running(self) -> Iterator["Gateway"]:
        self.start()
        try:
            yield self
        finally:
            if self.process is not None and self.process.poll() is None:
                self.process.terminate()
                self.process.wait(STOP_S_MAX)


class Proxy:
    """
    A TCP proxy as there is one before most servers.

    It cuts a connection over which nothing came for `idle_s` seconds, in either direction. With `is_dark`, it
    passes nothing on and says so to nobody, as a network that is gone.
    """

    def __init__(self, port: int, *, idle_s: float) -> None:
        self.port = free_port()
        self.cut = 0
        self.pieces = 0
        """Passed on from the server, pings too."""
        self.is_dark = False
        self._to, self._idle_s = port, idle_s
        self._open: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()
            for task in list(self._open):
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._to)
        heard = asyncio.Event()
        ways = [
            asyncio.create_task(self._pass(reader, server_writer, heard, counted=False)),
            asyncio.create_task(self._pass(server_reader, writer, heard, counted=True)),
        ]
        try:
            await self._until_silent(ways, heard)
        finally:
            for way in ways:
                way.cancel()
            for one in (writer, server_writer):
                one.transport.abort()
            self._open.discard(task)

    async def _until_silent(self, ways: list["asyncio.Task[None]"], heard: asyncio.Event) -> None:
        while not any(way.done() for way in ways):
            heard.clear()
            hearing = asyncio.create_task(heard.wait())
            done, _ = await asyncio.wait(
                [hearing, *ways], timeout=self._idle_s, return_when=asyncio.FIRST_COMPLETED
            )
            hearing.cancel()
            if not done and not self.is_dark:
                self.cut += 1
                return

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        heard: asyncio.Event,
        *,
        counted: bool,
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(READ_BYTES):
                if self.is_dark:
                    continue
                heard.set()
                self.pieces += counted
                writer.write(data)
                await writer.drain()


def subscribed_socket(port: int, token: str, document: str, *, room_bytes: int = 0) -> socket.socket:
    """Subscribe as HR over a WebSocket, which may have room for little, and read nothing from then on."""
    opened = socket.socket()
    if room_bytes:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room_bytes)
    opened.connect(("127.0.0.1", port))
    init = {"type": "connection_init", "payload": {"Authorization": token, "IPP-Role": "HR"}}
    opened.settimeout(ANSWER_S_MAX)
    opened.sendall(HEAD)
    _hear(opened, b"\r\n\r\n")
    opened.sendall(text(json.dumps(init)))
    _hear(opened, b"connection_ack")
    asks = {"id": "1", "type": "subscribe", "payload": {"query": document}}
    opened.sendall(text(json.dumps(asks)) + text(json.dumps({"type": "ping"})))
    _hear(opened, b"pong")
    return opened


def _hear(opened: socket.socket, words: bytes) -> None:
    said = b""
    while words not in said:
        said += opened.recv(SMALL_BYTES)


async def until(is_so: Any) -> None:
    """Wait until this is so; a test's own timeout ends it."""
    while not await asyncio.to_thread(is_so):  # noqa: ASYNC110 - another process tells nobody
        await asyncio.sleep(0.05)
