"""A client in Python with the `gql` library, its documents checked against the exported schema."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession, ReconnectingAsyncClientSession
from gql.transport.exceptions import TransportClosed, TransportConnectionFailed
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from gql.utilities import update_schema_scalar
from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema, build_schema
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from kit.clock import SystemClock
from tests.e2e.demo import ROOT, Demo

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]
WAIT_S_MAX = 30.0
RECONNECT_S = 0.1
CUT = (TransportClosed, TransportConnectionFailed)
ASKED_AGAIN = retry(
    retry=retry_if_exception_type(CUT),
    wait=wait_fixed(RECONNECT_S),
    stop=stop_after_attempt(20),
    reraise=True,
)
MY_PORTFOLIO = """query MyPortfolio($waitFor: [Position!]) { me(waitFor: $waitFor) { displayName portfolio {
  id version talents { id name { nl en } strength energy use story }
  timeline(first: 1) { edges { node { fact at summary { nl en } } } } } } }"""
CLAIM_TALENT = """mutation ClaimTalent($input: ClaimTalentInput!) { claimTalent(input: $input) {
  command { commandId outcome position version refusals { code field message { nl en } } }
  talent { id name { nl en } } } }"""
PORTFOLIO_CHANGED = """subscription PortfolioChanged($after: Position) { portfolioChanged(after: $after) {
  position version facts { fact at } } }"""


class Access:
    """What a client of the owner's needs, and how often the gateway answered it over HTTP."""

    def __init__(self, demo: Demo) -> None:
        self.url = f"{demo.url}/graphql"
        self.headers = {"Authorization": f"Bearer {demo.token('owner')}", "IPP-Role": "PROFESSIONAL"}
        self.schema = _schema()
        self.answers = 0
        self.lost = 0

    @asynccontextmanager
    async def over_http(self) -> AsyncGenerator[ReconnectingAsyncClientSession]:
        hooks = {"response": [self._on_its_way]}
        transport = HTTPXAsyncTransport(self.url, headers=self.headers, timeout=WAIT_S_MAX, event_hooks=hooks)
        async with self._session(transport) as session:
            yield session

    @asynccontextmanager
    async def over_websocket(
        self,
    ) -> AsyncGenerator[tuple[ReconnectingAsyncClientSession, WebsocketsTransport]]:
        transport = WebsocketsTransport(
            self.url.replace("http", "ws", 1),
            init_payload=self.headers,
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        async with self._session(transport) as session:
            yield session, transport

    @asynccontextmanager
    async def _session(self, transport: Any) -> AsyncGenerator[ReconnectingAsyncClientSession]:
        """Sends a request without an answer again, unchanged; parses moments as datetimes."""
        client = Client(
            schema=self.schema, transport=transport, parse_results=True, execute_timeout=WAIT_S_MAX
        )
        session = await client.connect_async(  # type: ignore[no-untyped-call]
            reconnecting=True, retry_execute=ASKED_AGAIN
        )
        assert isinstance(session, ReconnectingAsyncClientSession)
        try:
            yield session
        finally:
            await client.close_async()  # type: ignore[no-untyped-call]

    async def _on_its_way(self, response: httpx.Response) -> None:
        self.answers += 1
        if self.lost:
            self.lost -= 1
            raise httpx.ReadError("The connection was lost before the answer came.", request=response.request)


def _schema() -> GraphQLSchema:
    schema = build_schema((ROOT / "gateway" / "schema.graphql").read_text())
    moment = GraphQLScalarType("DateTime", parse_value=datetime.fromisoformat)
    update_schema_scalar(schema, "DateTime", moment)
    return schema


@pytest.fixture
def access(demo: Demo) -> Access:
    return Access(demo)


async def ask(session: AsyncClientSession, document: str, **variables: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await session.execute(GraphQLRequest(document, variable_values=variables))
    return answer


async def portfolio(session: AsyncClientSession, *wait_for: str) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(session, MY_PORTFOLIO, waitFor=wait_for))["me"]["portfolio"]
    return found


async def claim(session: AsyncClientSession, **fields: Any) -> dict[str, Any]:
    words = fields.pop("words", f"Volhouden {uuid4()}")
    fields_sent = {
        "commandId": str(uuid4()),
        "name": {"ownWords": words},
        "strength": 3,
        "energy": 1,
        "use": 2,
    }
    answer: dict[str, Any] = (await ask(session, CLAIM_TALENT, input=fields_sent | fields))["claimTalent"]
    return answer


async def changes(session: AsyncClientSession, after: str) -> AsyncGenerator[dict[str, Any]]:
    """Yield each change once; after a cut, a new connection continues after the last change seen."""
    while True:
        try:
            asked = GraphQLRequest(PORTFOLIO_CHANGED, variable_values={"after": after})
            async for received in session.subscribe(asked):
                change: dict[str, Any] = received["portfolioChanged"]
                after = change["position"]
                yield change
        except CUT:
            await asyncio.sleep(RECONNECT_S)
        else:
            return


def run(steps: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(steps, WAIT_S_MAX))


def test_a_document_that_the_exported_schema_does_not_know_is_never_sent(access: Access) -> None:
    async def steps() -> None:
        async with access.over_http() as session:
            with pytest.raises(GraphQLError, match="Cannot query field 'salary'"):
                await ask(session, "{ me { salary } }")
            assert access.answers == 0
            assert (await ask(session, "{ me { displayName } }"))["me"]["displayName"] == "Fenna de Vries"
            assert access.answers == 1

    run(steps())


def test_a_portfolio_is_read_with_what_was_just_changed_and_moments_are_moments(access: Access) -> None:
    async def steps() -> None:
        async with access.over_http() as session:
            words = f"Rust brengen {uuid4()}"
            claimed = await claim(session, words=words)
            mine = await portfolio(session, claimed["command"]["position"])
            assert mine["version"] == claimed["command"]["version"]
            (talent,) = [talent for talent in mine["talents"] if talent["name"]["nl"] == words]
            assert (talent["strength"], talent["energy"], talent["use"]) == (3, 1, 2)
            (newest,) = [edge["node"] for edge in mine["timeline"]["edges"]]
            assert newest["fact"] == "TalentClaimed"
            assert timedelta(0) <= SystemClock().now() - newest["at"] < timedelta(seconds=WAIT_S_MAX)

    run(steps())


def test_a_mutation_whose_answer_was_lost_is_sent_again_and_happens_once(access: Access) -> None:
    async def steps() -> None:
        async with access.over_http() as session:
            before = (await portfolio(session))["version"]
            answers, access.lost = access.answers, 1
            words = f"Opnieuw proberen {uuid4()}"
            claimed = (await claim(session, words=words))["command"]
            assert access.answers == answers + 2
            assert (claimed["outcome"], claimed["version"]) == ("ACCEPTED", before + 1)
            mine = await portfolio(session, claimed["position"])
            assert mine["version"] == before + 1
            assert [talent["name"]["nl"] for talent in mine["talents"]].count(words) == 1

    run(steps())


def test_a_conflict_is_returned_with_the_version_to_continue_from(access: Access) -> None:
    async def steps() -> None:
        async with access.over_http() as session, access.over_http() as elsewhere:
            seen = (await portfolio(session))["version"]
            theirs = (await claim(elsewhere))["command"]
            words = f"Van twee kanten {uuid4()}"
            refused = await claim(session, words=words, expectedVersion=seen)
            assert refused["talent"] is None
            command = refused["command"]
            assert (command["outcome"], command["position"]) == ("REFUSED", None)
            assert [refusal["code"] for refusal in command["refusals"]] == ["CHANGED_MEANWHILE"]
            assert command["version"] == theirs["version"] == seen + 1
            now = await portfolio(session, theirs["position"])
            assert words not in [talent["name"]["nl"] for talent in now["talents"]]
            accepted = (await claim(session, words=words, expectedVersion=now["version"]))["command"]
            assert (accepted["outcome"], accepted["version"]) == ("ACCEPTED", seen + 2)

    run(steps())


def test_a_subscription_continues_after_a_cut_without_loss_or_repeat(access: Access) -> None:
    async def steps() -> None:
        async with access.over_http() as session, access.over_websocket() as (watching, transport):

            async def change() -> int:
                version: int = (await claim(session))["command"]["version"]
                return version

            async def heard() -> int:
                version: int = (await anext(received))["version"]
                return version

            begun = await claim(session)
            received = changes(watching, begun["command"]["position"])
            made = [await change()]
            seen = [await heard()]
            made.append(await change())  # on its way, or not, when the connection is cut
            await cut(transport)
            made += [await change(), await change()]  # while nobody listens
            seen += [await heard() for _ in range(3)]
            made.append(await change())  # live again
            seen.append(await heard())
            await received.aclose()
            assert seen == made == list(range(made[0], made[0] + 5))

    run(steps())


async def cut(transport: WebsocketsTransport) -> None:
    """Tear the connection down as a network does, without a word to either side."""
    socket = transport.adapter.websocket
    assert socket is not None
    socket.transport.abort()
    await socket.wait_closed()
