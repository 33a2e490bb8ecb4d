"""Clients of the gateway and of its peer, and what each request of a round does."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks.gateway.documents import CLAIM_TALENT, READ_BACK
from deploy.demo.people import KNOWN
from tests.e2e.demo import Demo

ANSWER_S_MAX: Final = 30.0
WRITES_PER_S: Final = 5.0
"""Beside reads: about what an organisation of some thousand people writes in its busiest hour."""
# One person asks as often as many would.
UNLIMITED: Final = dict.fromkeys(
    ("IPP_REQUESTS_PER_MINUTE_MAX", "IPP_REQUESTS_BURST_MAX", "IPP_COMMANDS_PER_MINUTE_MAX"), "1000000000"
)
Ask = Callable[[], object]


class Client:
    """Asks one address; each thread keeps a connection of its own, as a browser does."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._own = threading.local()

    def post(self, body: bytes, token: str = "") -> bytes:
        """Return the answer's body. Raises RuntimeError for one with errors in it."""
        if not hasattr(self._own, "connection"):
            self._own.connection = HTTPConnection(self._host, self._port, timeout=ANSWER_S_MAX)
        headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
        self._own.connection.request("POST", "/graphql", body, headers | _bearer(token))
        answer = self._own.connection.getresponse()
        content: bytes = answer.read()
        if answer.status != 200 or b'"errors"' in content:
            raise RuntimeError(f"{answer.status}: {content[:500]!r}")
        return content


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _body(query: str, **variables: object) -> bytes:
    return json.dumps({"query": query, "variables": variables}).encode()


class People:
    """The demo's professionals, asked one after another, each with a token and the id of the tables."""

    def __init__(self, client: Client, tokens: Sequence[str]) -> None:
        self.tokens = tokens
        ids = [json.loads(client.post(_body("{ me { id } }"), token)) for token in tokens]
        self.ids = [answer["data"]["me"]["id"].removeprefix("Me:") for answer in ids]
        self._next = itertools.cycle(range(len(tokens)))

    def one(self) -> int:
        return next(self._next)


def numbers_of(count: int) -> list[str]:
    """Return the employee number of each professional of a demo with so many."""
    known = [number for number, _, _ in KNOWN]
    return known + [f"e{place:04}" for place in range(len(known), count)]


def tokens_of(demo: Demo, count: int) -> Iterator[str]:
    """Yield the token of each professional of a demo with so many."""
    yield from map(demo.token, numbers_of(count))


def reads(client: Client, people: People, query: str) -> Ask:
    body = _body(query)
    return lambda: client.post(body, people.tokens[people.one()])


def peer_reads(client: Client, people: People, query: str) -> Ask:
    bodies = [_body(query, person=person) for person in people.ids]
    return lambda: client.post(bodies[people.one()])


def claims(client: Client, people: People) -> Ask:
    """Claim a talent, then ask for the portfolio that has it: one round is both."""

    def claim() -> None:
        token = people.tokens[people.one()]
        name = f"Talent {uuid4().hex[:8]}"
        given = {"commandId": str(uuid4()), "name": {"ownWords": name}}
        numbers = {"strength": 4, "energy": 1, "use": 2}
        answer = json.loads(client.post(_body(CLAIM_TALENT, input=given | numbers), token))
        position = answer["data"]["claimTalent"]["command"]["position"]
        back = client.post(_body(READ_BACK, waitFor=[position]), token)
        if name.encode() not in back:
            raise RuntimeError("the own write was not read")

    return claim


@contextmanager
def written_beside(claim: Ask) -> Iterator[None]:
    """Write WRITES_PER_S times a second in the block, whatever is asked there. Raises what a write raised."""
    stop, failed = threading.Event(), list[Exception]()

    def write() -> None:
        while not stop.wait(1 / WRITES_PER_S):
            try:
                claim()
            except Exception as error:  # noqa: BLE001 - raised by the thread that started this one
                failed.append(error)
                return

    writer = threading.Thread(target=write, name="writer", daemon=True)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()
    if failed:
        raise failed[0]
