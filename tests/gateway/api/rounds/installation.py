"""An API on real stores for one organisation: a log, a vault, a keeper, views and the closer."""

import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from eventsourcing.persistence import EventStore
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, build_schema, get_named_type

from events.privacy import disclosures as read_log
from events.privacy.mirror_keys import MirrorKeys
from gateway.auth import Authenticator
from gateway.commands.in_process_bus import InProcessBus
from gateway.http.endpoint import GraphQLEndpoint
from gateway.schema import schema_text
from processes.assembly import recomputing_of
from processes.closing.closer import Closer
from processes.recomputing import Recomputing
from rules.access.decisions import roles_for
from rules.access.roles import Role
from rules.feedback.rater_code import shown
from tests.gateway.harness import SCHEMA, Harness, reading_from
from tests.projections.witness import ask as ask_database
from tests.projections.witness import wait_until
from tests.services.house import House
from tests.services.round_house import RoundHouse

TYPES = build_schema(schema_text())
DEPTH = 7


def selection(kind: GraphQLObjectType, depth: int = DEPTH, above: tuple[str, ...] = ()) -> str:
    """Every field of a type that needs no argument, and of the types below it."""
    chosen = []
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values()):
            continue
        if not isinstance(inner, GraphQLObjectType):
            chosen.append(name)
        elif (
            depth and inner.name not in above and (below := selection(inner, depth - 1, (*above, kind.name)))
        ):
            chosen.append(f"{name} {below}")
    return f"{{ {' '.join(chosen)} }}" if chosen else ""


def everything(round_: str) -> Iterator[str]:
    """Documents with every field that a professional can read, a part of the own portfolio each."""
    query = TYPES.query_type
    assert query is not None
    for name, field in query.fields.items():
        kind = get_named_type(field.type)
        if Role.PROFESSIONAL not in roles_for(name) or not isinstance(kind, GraphQLObjectType):
            continue
        if name == "round":
            yield from (f'{{ round(id: "{round_}") {{ {part} }} }}' for part in parts(kind))
        elif name == "me":
            yield from (f"{{ me {{ {part} }} }}" for part in parts(kind))
        elif not any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values()):
            small = "(first: 5)" if "first" in field.args else ""
            yield f"{{ {name}{small} {selection(kind)} }}"


def parts(kind: GraphQLObjectType) -> Iterator[str]:
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if not isinstance(inner, GraphQLObjectType):
            yield name
        elif name == "teams":
            yield "teams { id version name }"  # what is in them is asked by `team`, a team at a time
        elif name in {"portfolio", "mirror"}:
            yield from (f"{name} {{ {part} }}" for part in parts(inner))
        else:
            # a list is read whole, a list of lists but two levels deep: or it costs more than is allowed
            small = "(first: 5)" if "first" in field.args else ""
            if "from" in field.args:
                small = '(from: "2026-01-01T00:00:00Z")'
            is_large = "from" in field.args or isinstance(_nullable(field.type), GraphQLList)
            depth = 2 if is_large else DEPTH
            yield f"{name}{small} {selection(inner, depth, (kind.name,))}"


def _nullable(kind: Any) -> Any:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


@dataclass
class Installation:
    house: RoundHouse
    harness: Harness
    closer: Closer
    url: str
    mirror_keys: MirrorKeys

    def ask(self, document: str, *, code: str | None = None, **variables: Any) -> httpx.Response:
        """Ask as the subject, or as the rater with this code."""
        headers = self.harness.headers(None if code else self.house.number)
        if code is not None:
            headers["Authorization"] = f"Bearer {shown(code)}"
        body = {"query": document, "variables": variables}
        return asyncio.run(self.harness.send(json=body, headers=headers))

    def change(self, name: str, **given: Any) -> Any:
        """Send a command of the subject; return the round after it."""
        kind = f"{name[0].upper()}{name[1:]}Input"
        document = (
            f"mutation ($input: {kind}!) {{ {name}(input: $input)"
            " { command { outcome refusals { message { en } } } round { id state version } } }"
        )
        answer = self.ask(document, input={"commandId": str(uuid4()), **given}).json()
        assert answer["data"][name]["command"]["outcome"] == "ACCEPTED", answer
        return answer["data"][name]["round"]

    def settled(self) -> None:
        """Wait until the views have seen all that happened."""
        behind = (
            f"SELECT 1 FROM views.positions v JOIN {self.house.log.name}_positions j USING (partition)"
            " WHERE v.ordinal < j.ordinal LIMIT 1"
        )
        wait_until(lambda: not ask_database(self.url, behind))

    def polled(self, round_: str) -> dict[str, bytes]:
        """Everything that the subject can read, by document; nothing of it may be an error."""
        self.settled()
        answers = {document: self.ask(document) for document in everything(round_)}
        wrong = {document: one.json() for document, one in answers.items() if "errors" in one.json()}
        assert wrong == {}, wrong
        return {document: one.content for document, one in answers.items()}


def connect_gateway(harness: Harness, house: House, url: str, bus: InProcessBus) -> None:
    """Give the gateway of the harness the real stores."""

    @asynccontextmanager
    async def connect() -> Any:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            yield connection

    async def person_for(value: str) -> str | None:
        return await asyncio.to_thread(house.vault.person_for, value)

    harness.gateway = replace(
        harness.gateway,
        authenticator=Authenticator(
            verifier=harness.issuer.verifier(),
            person_claim="employee_number",
            person_for=person_for,
            clock=harness.clock,
        ),
        bus=bus,
        calendar=house.calendar,
        limits=replace(
            harness.gateway.limits,
            body_bytes_max=256 * 1024,
            request_s_max=30.0,
            wait_for_s=5.0,
            requests_burst_max=100_000,
        ),
        **reading_from(connect),
    )
    harness.endpoint = GraphQLEndpoint(SCHEMA, harness.gateway, with_page=True)


def recomputing(house: RoundHouse, url: str, mirror_keys: MirrorKeys) -> Recomputing:
    return recomputing_of(
        house.handler,
        store=EventStore(house.mapper, house.log.recorders[0]),
        vault=house.vault,
        mirror_keys=mirror_keys,
        database_url=url,
        calendar=house.calendar,
    )


@contextmanager
def installed(house: RoundHouse, url: str, keys: Path) -> Iterator[Installation]:
    harness = Harness(keys)
    mirror_keys = MirrorKeys(url, house.vault._master)
    bus = InProcessBus(house.requests(), recomputing=recomputing(house, url, mirror_keys))
    connect_gateway(harness, house, url, bus)
    with psycopg.connect(url, autocommit=True) as connection:
        read_log.create_tables(connection, house.calendar.today())
    try:
        yield Installation(house, harness, Closer(house.closing_parts(mirror_keys)), url, mirror_keys)
    finally:
        bus.close()
        mirror_keys.close()
