"""Real clients receive a release that a running process pushes, and all that they missed after a restart."""

import asyncio
import json
import os
import queue
import subprocess
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportClosed, TransportConnectionFailed
from gql.transport.websockets import WebsocketsTransport

from tests.clients.npm import CLIENT
from tests.e2e.demo import Demo
from tests.e2e.releases.releasing import Gateway, Releases, releases_of, until

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.timeout(300)]
WAIT_S_MAX = 120.0
PING_S = 5.0
RECONNECT_S = 0.1
CUT = (TransportClosed, TransportConnectionFailed, OSError)
RELEASED = """subscription ($after: ID) { capabilityReleased(after: $after) {
    id epoch held cells { holders { from to } } } }"""


@pytest.fixture(scope="module")
def releases(demo: Demo) -> Iterator[Releases]:
    with releases_of(demo) as found:
        found.come_out()
        yield found


@pytest.fixture
def gateway(demo: Demo) -> Iterator[Gateway]:
    with Gateway(demo).running() as running:
        yield running


async def followed(gateway: Gateway, demo: Demo, after: str | None = None) -> AsyncGenerator[dict[str, Any]]:
    """Yield each release once; after a cut a new connection, with a new token, goes on after the last one."""
    while True:
        sent = {"Authorization": f"Bearer {await asyncio.to_thread(demo.token, 'hr')}", "IPP-Role": "HR"}
        transport = WebsocketsTransport(
            f"{gateway.url.replace('http', 'ws', 1)}/graphql",
            init_payload=sent,
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
            ping_interval=PING_S,
            pong_timeout=PING_S,
        )
        try:
            async with Client(transport=transport) as session:
                asked = GraphQLRequest(RELEASED, variable_values={"after": after})
                async for received in session.subscribe(asked):
                    release: dict[str, Any] = received["capabilityReleased"]
                    after = release["id"]
                    yield release
        except CUT:
            await asyncio.sleep(RECONNECT_S)


def run(steps: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(steps, WAIT_S_MAX))


def test_gql_receives_a_release_when_it_comes_out_and_the_missed_ones_after_a_restart(
    demo: Demo, gateway: Gateway, releases: Releases
) -> None:
    async def steps() -> None:
        async with aclosing(followed(gateway, demo)) as found:
            first = asyncio.create_task(anext(found))
            await until(lambda: gateway.open_subscriptions() == 1)
            epochs = [await asyncio.to_thread(releases.come_out)]
            received = [await first]
            assert received[0]["cells"]
            gateway.kill()
            epochs += [await asyncio.to_thread(releases.come_out, keeps=keeps) for keeps in (False, True)]
            await asyncio.to_thread(gateway.start)
            received += [await anext(found) for _ in range(2)]
            epochs.append(await asyncio.to_thread(releases.come_out))
            received.append(await anext(found))
            assert [each["epoch"] for each in received] == epochs
            assert [each["held"] for each in received] == [False, False, True, False]

    run(steps())


@contextmanager
def typescript(node: str, program: Path, gateway: Gateway, token: str) -> Iterator["queue.Queue[Any]"]:
    """Run the generated client, and give the lines that it prints."""
    said: queue.Queue[Any] = queue.Queue()
    with subprocess.Popen(  # noqa: S603 - our own client
        [node, str(program.with_name("releases.js"))],
        cwd=CLIENT,
        env={**os.environ, "IPP_URL": gateway.url, "IPP_TOKEN": token},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        threading.Thread(target=_read, args=(process.stdout, said), daemon=True).start()
        try:
            yield said
        finally:
            process.kill()


def _read(lines: IO[str], said: "queue.Queue[Any]") -> None:
    for line in lines:
        said.put(json.loads(line))


def test_typescript_receives_a_release_when_it_comes_out_and_the_missed_ones_after_a_restart(
    demo: Demo, gateway: Gateway, releases: Releases, node: str, program: Path
) -> None:
    def release() -> dict[str, Any]:
        found: dict[str, Any] = said.get(timeout=WAIT_S_MAX)
        return release() if "connected" in found else found

    with typescript(node, program, gateway, demo.token("hr")) as said:
        run(until(lambda: gateway.open_subscriptions() == 1))
        epochs = [releases.come_out()]
        received = [release()]
        assert received[0]["shown"] == ["Luisteren en begrijpen", "Rust en grenzen"]
        gateway.kill()
        epochs += [releases.come_out(), releases.come_out(keeps=True)]
        gateway.start()
        received += [release(), release()]
        epochs.append(releases.come_out())
        received.append(release())
    assert [each["epoch"] for each in received] == epochs
    assert [each["held"] for each in received] == [False, False, True, False]
