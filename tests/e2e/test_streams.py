"""Subscriptions over SSE and WebSocket as they are on the wire."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.e2e.asking import Someone
from tests.e2e.demo import Demo

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]
WATCH = "subscription { portfolioChanged { version facts { fact } } }"
DOCUMENTS_WITH_A_MISTAKE = (
    "subscription {",
    "subscription { nothing }",
    "query A { me { id } } query B { me { id } }",
)
TALENT = {"strength": 3, "energy": 1, "use": 1}


def socket_of(demo: Demo) -> connect:
    url = demo.url.replace("http", "ws", 1) + "/graphql"
    return connect(url, subprotocols=[Subprotocol("graphql-transport-ws")])


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def heard(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 20))
    return message


async def closed_as(socket: ClientConnection) -> int | None:
    try:
        async with asyncio.timeout(20):
            while True:
                await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def test_changes_come_over_server_sent_events_too(demo: Demo) -> None:
    async def run() -> list[str]:
        member = Someone(demo.url, demo.token("member"), "PROFESSIONAL")
        headers = {"Authorization": f"Bearer {demo.token('member')}", "Accept": "text/event-stream"}
        async with (
            httpx.AsyncClient(timeout=20) as client,
            client.stream("POST", f"{demo.url}/graphql", json={"query": WATCH}, headers=headers) as stream,
        ):
            assert stream.headers["content-type"].startswith("text/event-stream")
            await member.done("claimTalent", name={"ownWords": "Over de lijn"}, **TALENT)
            lines = []
            async for line in stream.aiter_lines():
                lines.append(line)
                if line.startswith("data: {"):
                    return lines
        return lines

    lines = asyncio.run(run())
    assert "event: next" in lines
    (data,) = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    assert data["data"]["portfolioChanged"]["facts"] == [{"fact": "TalentClaimed"}]


def test_a_connection_is_closed_by_itself_when_the_token_expires(demo: Demo) -> None:
    async def run() -> tuple[int | None, float]:
        async with socket_of(demo) as socket:
            payload = {"Authorization": f"Bearer {demo.token('lead', life_s=2)}"}
            await say(socket, type="connection_init", payload=payload)
            assert (await heard(socket))["type"] == "connection_ack"
            begun = time.monotonic()
            await say(socket, id="1", type="subscribe", payload={"query": WATCH})
            return await closed_as(socket), time.monotonic() - begun

    code, took_s = asyncio.run(run())
    assert code == 4403
    assert took_s < 10


@pytest.mark.parametrize(
    "payload", [{"Authorization": "Bearer forged"}, {"Authorization": "Basic x"}, {"IPP-Role": "x"}]
)
def test_a_wrong_token_or_role_closes_a_websocket(demo: Demo, payload: dict[str, str]) -> None:
    async def run() -> int | None:
        async with socket_of(demo) as socket:
            token = {"Authorization": f"Bearer {demo.token('owner')}"}
            await say(socket, type="connection_init", payload={**token, **payload})
            return await closed_as(socket)

    assert asyncio.run(run()) == 4403


def test_nothing_is_answered_before_a_websocket_said_who_asks(demo: Demo) -> None:
    async def run() -> int | None:
        async with socket_of(demo) as socket:
            await say(socket, id="1", type="subscribe", payload={"query": WATCH})
            return await closed_as(socket)

    assert asyncio.run(run()) == 4401


def test_a_page_of_another_origin_may_not_open_a_websocket(demo: Demo) -> None:
    async def run() -> int:
        url = demo.url.replace("http", "ws", 1) + "/graphql"
        try:
            async with connect(url, origin="https://elsewhere.example"):  # type: ignore[arg-type]
                return 101
        except Exception as refused:  # noqa: BLE001 - the library's error holds the answer
            return int(getattr(refused, "response").status_code)  # noqa: B009

    assert asyncio.run(run()) == 403


def test_a_subscription_with_a_mistake_is_answered_and_leaves_the_connection_open(demo: Demo) -> None:
    async def run() -> list[str]:
        async with socket_of(demo) as socket:
            token = {"Authorization": f"Bearer {demo.token('owner')}"}
            await say(socket, type="connection_init", payload=token)
            await heard(socket)
            codes = []
            for number, document in enumerate(DOCUMENTS_WITH_A_MISTAKE):
                await say(socket, id=str(number), type="subscribe", payload={"query": document})
                answer = await heard(socket)
                assert answer["type"] == "error"
                codes.append(answer["payload"][0]["extensions"]["code"])
            return codes

    assert asyncio.run(run()) == ["BAD_REQUEST"] * 3
