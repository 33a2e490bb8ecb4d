"""A subscriber of releases, over a WebSocket and over server-sent events, as it is on the wire."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.e2e.attacks.web_sockets import PROTOCOL
from tests.e2e.demo import Demo
from tests.e2e.releases.releasing import Gateway, until

ASK: Final = """subscription ($after: ID) { capabilityReleased(after: $after) {
    id epoch held cells { cluster { id } holders { from to } } } }"""
WAIT_S_MAX: Final = 120.0


def headers(demo: Demo, *, life_s: int = 3_600) -> dict[str, str]:
    return {"Authorization": f"Bearer {demo.token('hr', life_s=life_s)}", "IPP-Role": "HR"}


def run(steps: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(steps, WAIT_S_MAX))


async def listening(gateway: Gateway, count: int = 1) -> None:
    """Wait until so many subscriptions are open."""
    await until(lambda: gateway.open_subscriptions() == count)


class OverWebSocket:
    """A subscription over graphql-transport-ws, as it is on the wire."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def message(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.socket.recv())
        return found

    async def release(self) -> dict[str, Any]:
        message = await self.message()
        assert message["type"] == "next", message
        found: dict[str, Any] = message["payload"]["data"]["capabilityReleased"]
        return found


@asynccontextmanager
async def over_web_socket(
    port: int, sent: dict[str, str], after: str | None = None
) -> AsyncIterator[OverWebSocket]:
    async with connect(f"ws://127.0.0.1:{port}/graphql", subprotocols=[PROTOCOL], max_size=None) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": sent}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        payload = {"query": ASK, "variables": {"after": after}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield OverWebSocket(socket)


async def over_events(
    port: int, sent: dict[str, str], after: str | None = None, pings: list[str] | None = None
) -> AsyncGenerator[dict[str, Any]]:
    """Yield releases as server-sent events; comments are put in `pings`."""
    body = {"query": ASK, "variables": {"after": after}}
    address = f"http://127.0.0.1:{port}/graphql"
    accepted = {**sent, "Accept": "text/event-stream"}
    async with (
        httpx.AsyncClient(timeout=None) as client,  # noqa: S113 - silence is what is tested
        client.stream("POST", address, json=body, headers=accepted) as answer,
    ):
        async for line in answer.aiter_lines():
            if line.startswith(":") and pings is not None:
                pings.append(line)
            if line.startswith("data: {"):
                yield json.loads(line.removeprefix("data: "))["data"]["capabilityReleased"]
