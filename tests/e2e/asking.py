"""A client as others would write one: the `gql` library over real HTTP and WebSocket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

ANSWER_S_MAX = 30.0
FATE = "command { commandId outcome position version refusals { code field message { nl en } } }"


def new_command() -> str:
    return str(uuid4())


class Someone:
    """One person in one role, at one gateway."""

    def __init__(self, base_url: str, token: str, role: str) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {token}", "IPP-Role": role}

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        transport = HTTPXAsyncTransport(
            url=f"{self._base_url}/graphql", headers=self._headers, timeout=ANSWER_S_MAX
        )
        async with Client(transport=transport, execute_timeout=ANSWER_S_MAX) as session:
            answer: dict[str, Any] = await session.execute(
                GraphQLRequest(document, variable_values=variables)
            )
            return answer

    async def refused_as(self, document: str, **variables: Any) -> list[str]:
        """The codes of the errors of a request that is expected to have some."""
        try:
            await self.ask(document, **variables)
        except TransportQueryError as refused:
            return [error["extensions"]["code"] for error in refused.errors or []]
        return []

    async def command(self, name: str, shown: str = "", /, **fields: Any) -> dict[str, Any]:
        """Gives a command and returns its payload; `commandId` is new unless named."""
        kind = name[0].upper() + name[1:] + "Input"
        fields.setdefault("commandId", new_command())
        document = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {FATE} {shown} }} }}"
        answer: dict[str, Any] = (await self.ask(document, input=fields))[name]
        return answer

    async def done(self, name: str, shown: str = "", /, **fields: Any) -> dict[str, Any]:
        """Gives a command that must be accepted."""
        answer = await self.command(name, shown, **fields)
        assert answer["command"]["outcome"] == "ACCEPTED", f"{name}: {answer['command']}"
        assert answer["command"]["position"] is not None
        return answer

    @asynccontextmanager
    async def watching(
        self, document: str, **variables: Any
    ) -> AsyncGenerator[AsyncGenerator[dict[str, Any]]]:
        """A subscription over graphql-transport-ws."""
        url = self._base_url.replace("http", "ws", 1) + "/graphql"
        transport = WebsocketsTransport(
            url=url,
            init_payload=dict(self._headers),
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        async with Client(transport=transport) as session:
            assert isinstance(session, AsyncClientSession)
            stream = session.subscribe(GraphQLRequest(document, variable_values=variables))
            try:
                yield stream
            finally:
                await stream.aclose()
