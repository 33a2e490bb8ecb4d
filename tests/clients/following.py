"""Real clients that follow releases: the `gql` library, and the generated client in Node.js."""

import asyncio
import json
import os
import queue
import subprocess
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportClosed, TransportConnectionFailed
from gql.transport.websockets import WebsocketsTransport

from tests.clients.npm import CLIENT

PING_S: Final = 5.0
RECONNECT_S: Final = 0.1
CUT: Final = (TransportClosed, TransportConnectionFailed, OSError)
RELEASED: Final = """subscription ($after: ID) { capabilityReleased(after: $after) {
    id epoch held explanation { nl } cells { holders { from to } } } }"""


async def followed(
    url: str, token_for: Callable[[str], str], after: str | None = None
) -> AsyncGenerator[dict[str, Any]]:
    """Yield each release once; after a cut a new connection, with a new token, goes on after the last one."""
    while True:
        sent = {"Authorization": f"Bearer {await asyncio.to_thread(token_for, 'hr')}", "IPP-Role": "HR"}
        transport = WebsocketsTransport(
            f"{url.replace('http', 'ws', 1)}/graphql",
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


class Lines:
    """The releases that the generated client prints, one a line."""

    def __init__(self) -> None:
        self._said: queue.Queue[dict[str, Any]] = queue.Queue()

    def read(self, lines: IO[str]) -> None:
        for line in lines:
            self._said.put(json.loads(line))

    def release(self, *, within_s: float) -> dict[str, Any]:
        """Return the next release. Raises queue.Empty."""
        while "connected" in (found := self._said.get(timeout=within_s)):
            pass
        return found


@contextmanager
def following(node: str, program: Path, *, url: str, token: str) -> Iterator[Lines]:
    """Run the generated client, and give what it prints."""
    said = Lines()
    with subprocess.Popen(  # noqa: S603 - our own client
        [node, str(program.with_name("releases.js"))],
        cwd=CLIENT,
        env={**os.environ, "IPP_URL": url, "IPP_TOKEN": token},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        threading.Thread(target=said.read, args=(process.stdout,), daemon=True).start()
        try:
            yield said
        finally:
            process.kill()
