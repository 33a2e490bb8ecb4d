"""
A whole round over the API, on a real log, vault, keeper and views (A14).

While raters hand in, replace and take back, nothing that the subject can ask for changes by a byte, and a
rater gets the same answers before and after. Only what the subject does, and the end, change anything.
"""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, build_schema, get_named_type

from events.privacy import disclosures as read_log
from events.privacy.answers import seal_answers
from events.privacy.mirror_keys import MirrorKeys
from gateway.auth import Authenticator
from gateway.commands.in_process_bus import InProcessBus
from gateway.http.endpoint import GraphQLEndpoint
from gateway.reading.disclosures import ReadLog
from gateway.reading.freshness import Freshness
from gateway.reading.view_reader import ViewReader
from gateway.schema import schema_text
from processes.closing.closer import Closer, Parts
from projections.registry import find_views
from rules.access.decisions import roles_for
from rules.access.roles import Role
from rules.feedback.lens_versions import version_id
from rules.feedback.rater_code import shown
from tests.backends.postgres import fresh_database
from tests.gateway.api.rounds.test_rater import MUTATION, QUERY
from tests.gateway.harness import SCHEMA, Harness
from tests.projections.witness import ask as ask_database
from tests.projections.witness import make_worker, wait_until, working
from tests.services.round_house import CLOSES_AT, RoundHouse, round_house

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]

TYPES = build_schema(schema_text())
DEPTH = 7
PLAIN = """mutation ($id: UUID!, $plain: AnswersInput!) {
    submitFeedback(input: { commandId: $id, feedback: { plain: $plain } }) {
        command { outcome position version refusals { code } }
    }
}"""


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
        elif name in {"portfolio", "mirror"}:
            yield from (f"{name} {{ {part} }}" for part in parts(inner))
        else:
            # a list is read whole, a list of lists but two levels deep: or it costs more than is allowed
            small = "(first: 5)" if "first" in field.args else ""
            depth = 2 if isinstance(_nullable(field.type), GraphQLList) else DEPTH
            yield f"{name}{small} {selection(inner, depth, (kind.name,))}"


def _nullable(kind: Any) -> Any:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


@dataclass
class Installation:
    house: RoundHouse
    harness: Harness
    closer: Closer
    url: str

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
        assert wrong == {}
        return {document: one.content for document, one in answers.items()}


@contextmanager
def installed(house: RoundHouse, url: str, keys: Path) -> Iterator[Installation]:
    harness = Harness(keys)
    bus = InProcessBus(house.requests())

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
        freshness=Freshness(connect=connect, listen=connect),
        limits=replace(
            harness.gateway.limits,
            body_bytes_max=256 * 1024,
            request_s_max=30.0,
            wait_for_s=5.0,
            requests_burst_max=100_000,
        ),
        read_log=ReadLog(connect),
        reader=ViewReader(connect),
    )
    harness.endpoint = GraphQLEndpoint(SCHEMA, harness.gateway, with_page=True)
    with psycopg.connect(url, autocommit=True) as connection:
        read_log.create_tables(connection, house.calendar.today())
    mirror_keys = MirrorKeys(url, house.vault._master)
    parts = Parts(
        recorder=house.log.recorders[0],
        mapper=house.mapper,
        vault=house.vault,
        invitations=house.invitations,
        mirror_keys=mirror_keys,
        keeper=house.keeper,  # type: ignore[arg-type]  # a LocalKeeper, which can close
        calendar=house.calendar,
    )
    try:
        yield Installation(house, harness, Closer(parts), url)
    finally:
        bus.close()
        mirror_keys.close()


@pytest.fixture
def installation(postgres_url: str, tmp_path: Path, key_folder: Path) -> Iterator[Installation]:
    with (
        fresh_database(postgres_url) as url,
        round_house(url, tmp_path / "keeper") as organisation,
        working(make_worker(url, organisation.log.name, organisation.mapper, views=find_views())),
        installed(organisation.subject(), url, key_folder) as made,
    ):
        made.settled()
        yield made


def sealed(invitation: dict[str, Any], handed_in: dict[str, Any]) -> str:
    """What the page makes of answers, with nothing but what the invitation says."""
    key = invitation["key"]
    filled = json.dumps(handed_in).encode().ljust(key["size"])
    locked = seal_answers(base64.b64decode(key["publicKey"]), key["info"].encode(), filled)
    return base64.b64encode(locked).decode()


def opened(installation: Installation) -> str:
    """Open a round of the subject with four colleagues and two clients; return its id."""
    house = installation.house
    lens = f"LensVersion:{version_id(house.lens, 1)}"
    round_: str = installation.change("prepareRound", lensVersionId=lens, closesAt=CLOSES_AT.isoformat())[
        "id"
    ]
    people: list[tuple[str, dict[str, Any]]] = [
        ("PEER", {"colleagueId": f"Colleague:{house.registered(f'collega-{number}')}"}) for number in range(4)
    ]
    outsider = {"name": "Wilhelmina Zonneveld", "email": "wilhelmina@zonneveld.example"}
    people += [("CLIENT", {"outsider": outsider}), ("CLIENT", {"outsider": {"name": "Zacharias Ypma"}})]
    for perspective, rater in people:
        installation.change("inviteRater", roundId=round_, perspective=perspective, rater=rater)
    installation.change("openRound", roundId=round_)
    return round_


def answers_to(invitation: dict[str, Any]) -> list[dict[str, Any]]:
    (question,) = invitation["lens"]["questions"]
    return [{"questionId": question["id"], "value": {"scale": 4}}]


def hands_in(installation: Installation, code: str, invitation: dict[str, Any]) -> set[bytes]:
    """Hand in, take back and hand in again; return the different replies."""
    answers = answers_to(invitation)
    replies = set()
    for content in ({"answers": answers}, {"answers": [], "takeBack": True}, {"answers": answers}):
        locked = sealed(invitation, content)
        replies.add(installation.ask(MUTATION, code=code, id=str(uuid4()), sealed=locked).content)
    return replies


def test_nothing_that_the_subject_can_read_moves_while_raters_answer(installation: Installation) -> None:
    round_ = opened(installation)
    codes = [one.code for one in installation.house.raters(round_.partition(":")[2])]
    before = installation.polled(round_)
    assert len(before) > 20, "so many documents it takes to read everything"
    assert sum(b"Wilhelmina Zonneveld" in answer for answer in before.values()) >= 1
    pages = {code: installation.ask(QUERY, code=code) for code in codes}
    invitations = {code: page.json()["data"]["invitation"] for code, page in pages.items()}
    replies = set()
    for code in codes[:5]:
        replies |= hands_in(installation, code, invitations[code])
        assert installation.polled(round_) == before
    assert len(replies) == 1
    assert json.loads(replies.pop())["data"]["submitFeedback"]["command"]["outcome"] == "ACCEPTED"
    given = {"answers": answers_to(invitations[codes[5]])}
    plain = installation.ask(PLAIN, code=codes[5], id=str(uuid4()), plain=given).json()
    assert plain["data"]["submitFeedback"]["command"] == {
        "outcome": "ACCEPTED",
        "position": None,
        "version": None,
        "refusals": [],
    }
    assert installation.polled(round_) == before
    after = {code: installation.ask(QUERY, code=code).content for code in codes}
    assert after == {code: page.content for code, page in pages.items()}
    ends(installation, round_, codes[0], invitations[codes[0]])


def ends(installation: Installation, round_: str, code: str, invitation: dict[str, Any]) -> None:
    """The subject closes: then the mirror is there, and an invitation is over."""
    installation.change("closeRound", roundId=round_)
    assert installation.closer.turn() == ()
    installation.settled()
    document = (
        "query ($id: ID!) { round(id: $id) { state invitations { id } whyNoMirror { nl } mirror {"
        " blocks { perspectives raters { from to } } leftOut rows { total cells { mean } } } } }"
    )
    closed = installation.ask(document, id=round_).json()["data"]["round"]
    assert (closed["state"], closed["invitations"], closed["whyNoMirror"]) == ("CLOSED", [], None)
    shown_sides = {side for block in closed["mirror"]["blocks"] for side in block["perspectives"]}
    assert shown_sides | set(closed["mirror"]["leftOut"]) == {"PEER", "CLIENT"}
    assert [row["total"] for row in closed["mirror"]["rows"]] == ["ABOUT_4"]
    assert installation.ask(QUERY, code=code).json() == {"data": {"invitation": None}}
    locked = sealed(invitation, {"answers": answers_to(invitation)})
    late = installation.ask(MUTATION, code=code, id=str(uuid4()), sealed=locked)
    (refusal,) = late.json()["data"]["submitFeedback"]["command"]["refusals"]
    assert refusal["code"] == "INVITATION_OVER"
