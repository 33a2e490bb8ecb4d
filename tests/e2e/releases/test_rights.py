"""A subscription of releases ends with the right to it: at once when the role goes, and with the token."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.e2e.demo import Demo
from tests.e2e.releases.releasing import Gateway, Releases
from tests.e2e.releases.subscribing import headers, listening, over_web_socket, run

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.timeout(300)]


def test_a_role_that_is_withdrawn_ends_it_with_forbidden_and_the_socket_stays(
    demo: Demo, gateway: Gateway, releases: Releases
) -> None:
    async def steps() -> None:
        sent = {"Authorization": f"Bearer {demo.token('member')}", "IPP-Role": "BOARD"}
        person = (await _asked(gateway, sent, "{ me { id } }"))["me"]["id"]
        grant = await asyncio.to_thread(releases.grant, person.removeprefix("Me:"), "BOARD")
        await _holds(gateway, sent, "BOARD")
        async with over_web_socket(gateway.port, sent) as socket:
            await listening(gateway)
            await asyncio.to_thread(releases.withdraw, grant)
            ended = await socket.message()
            assert (ended["type"], ended["payload"]["data"]) == ("next", None)
            assert [error["extensions"]["code"] for error in ended["payload"]["errors"]] == ["FORBIDDEN"]
            assert await socket.message() == {"id": "1", "type": "complete"}
            asks = {"query": "{ __typename }"}
            await socket.socket.send(json.dumps({"id": "2", "type": "subscribe", "payload": asks}))
            assert (await socket.message())["payload"] == {"data": {"__typename": "Query"}}

    run(steps())


def test_when_the_token_expires_the_connection_is_closed_as_one_to_open_anew(
    demo: Demo, gateway: Gateway, releases: Releases
) -> None:
    async def steps() -> None:
        async with over_web_socket(gateway.port, headers(demo, life_s=3)) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.message()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403

    run(steps())


async def _asked(gateway: Gateway, sent: dict[str, str], query: str) -> dict[str, Any]:
    """Ask as the professional that this person is, too."""
    as_themselves = {"Authorization": sent["Authorization"]}
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{gateway.url}/graphql", json={"query": query}, headers=as_themselves)
        found: dict[str, Any] = answer.json()["data"]
        return found


async def _holds(gateway: Gateway, sent: dict[str, str], role: str) -> None:
    """Wait until the grant of a role is in the view."""
    while role not in (await _asked(gateway, sent, "{ viewer { roles } }"))["viewer"]["roles"]:
        pass
