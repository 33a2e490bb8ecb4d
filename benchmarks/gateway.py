"""Requests to the gateway, and the same reads asked of PostGraphile, on the same tables in one PostgreSQL."""

import argparse
import itertools
import json
import os
import random
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks import postgraphile
from benchmarks.measuring import Measured, cpu_s, measure
from benchmarks.servers import log_to_stderr
from deploy.demo.people import KNOWN
from projections.views.shared import tables as shared
from tests.e2e.demo import Demo, running_demo

PEOPLE: Final = 120
PAGE: Final = 20
PORTFOLIO: Final = "my portfolio"
SHARED: Final = f"shared with me, {PAGE}"
CLAIM: Final = "claim and read back"
CLIENTS: Final = (1, 16)
SECONDS: Final = 6.0
ROUNDS: Final = 3
"""Both are asked by turns, so that a busy machine is busy for both; of each the middle round counts."""
POOL_MAX: Final = 10
START_S_MAX: Final = 600.0
ANSWER_S_MAX: Final = 30.0
# One person asks as often as many would.
UNLIMITED: Final = dict.fromkeys(
    ("IPP_REQUESTS_PER_MINUTE_MAX", "IPP_REQUESTS_BURST_MAX", "IPP_COMMANDS_PER_MINUTE_MAX"), "1000000000"
)
MY_PORTFOLIO: Final = """query MyPortfolio($waitFor: [Position!]) { me(waitFor: $waitFor) { id displayName
  portfolio { id version state
    statement { id text writtenAt }
    talents { id name { nl en } strength energy use quadrant sharings { id visibility until } }
    energyBalance(months: 12) { month giverHoursPerWeek drainerHoursPerWeek }
    energySources { id kind activity hoursPerWeek talentIds }
    passions { id text }
    goals { id text state progress offeredTo { id name } }
    insightConsent { scopes since } }
  readLog(first: 5) { edges { node { day viewerRole purpose itemKind itemId } }
    pageInfo { hasNextPage endCursor } }
} }"""
SHARED_WITH_ME: Final = """query OpenedToMe { me { id sharedWithMe(first: 20) {
  edges { node { id kind owner { id displayName } title { nl en } text link strength energy quadrant until } }
  pageInfo { hasNextPage endCursor } } } }"""
CLAIM_TALENT: Final = """mutation ClaimTalent($input: ClaimTalentInput!) { claimTalent(input: $input) {
  command { commandId outcome position version refusals { code field message { nl en } } }
  talent { id name { nl en } strength energy use quadrant } } }"""
READ_BACK: Final = """query ReadBack($waitFor: [Position!]) { me(waitFor: $waitFor) {
  id portfolio { id version talents { id name { nl } strength energy use } } } }"""
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


def open_pages(database_url: str, people: Sequence[str]) -> None:
    """Give everyone a full page of items opened by others: rows of the view, as the fold writes them."""
    chance = random.Random(1)  # noqa: S311 - an invented organisation
    with psycopg.connect(database_url) as conn, conn.cursor() as cursor:
        columns = ", ".join(column.name for column in shared.OPEN.all_columns)
        cursor.execute(f"SELECT DISTINCT ON (sharing) {columns} FROM {shared.OPEN.served} ORDER BY sharing")
        opened = cursor.fetchall()
        names = [column.name for column in shared.OPEN.all_columns]
        for viewer in people:
            chosen = [dict(zip(names, row, strict=True)) for row in chance.sample(opened, 2 * PAGE)]
            cursor.executemany(
                f"INSERT INTO {shared.OPEN.served} ({columns})"
                f" VALUES ({', '.join(f'%({name})s' for name in names)}) ON CONFLICT DO NOTHING",
                [row | {"whom": viewer} for row in chosen if row["subject"] != viewer],
            )


class System(NamedTuple):
    """What is asked, by its name and the process that answers."""

    name: str
    process: int
    ask: Ask


def by_turns(what: str, systems: Sequence[System], clients: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Measure the systems one after the other, some rounds long, and give the row of each."""
    taken: dict[str, list[tuple[Measured, float]]] = {system.name: [] for system in systems}
    for _ in range(ROUNDS):
        for system in systems:
            before = cpu_s(system.process)
            took = measure(system.ask, clients, seconds)
            cpu_ms = 1000 * (cpu_s(system.process) - before) / took.done
            taken[system.name].append((took, round(cpu_ms, 2)))
    for name, rounds in taken.items():
        took, cpu_ms = sorted(rounds)[ROUNDS // 2]
        yield {
            "system": name,
            "what": what,
            "clients": clients,
            "requests_per_s": round(took.per_s, 1),
            "p50_ms": took.p50_ms,
            "p99_ms": took.p99_ms,
            "server_cpu_ms": cpu_ms,
        }


def run(people_count: int, clients: Sequence[int], seconds: float, screen: Console) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    with ExitStack() as stack:
        peer_version = postgraphile.install()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ipp-bench-gateway-")))
        screen.print(f"[dim]filling an organisation of {people_count} …[/dim]")
        demo = stack.enter_context(
            running_demo(folder, "--people", str(people_count), start_s_max=START_S_MAX, **UNLIMITED)
        )
        url = demo.settings()["IPP_DATABASE_URL"]
        server = stack.enter_context(postgraphile.postgraphile(url, pool_max=POOL_MAX))
        ours, peer = Client(demo.url), Client(server.url)
        people = People(ours, list(tokens_of(demo, people_count)))
        open_pages(url, people.ids)

        def ipp(ask: Ask) -> System:
            return System("ipp", demo.process.pid, ask)

        def other(query: str) -> System:
            return System("postgraphile", server.process, peer_reads(peer, people, query))

        asked = (
            (PORTFOLIO, [ipp(reads(ours, people, MY_PORTFOLIO)), other(postgraphile.MY_PORTFOLIO)]),
            (SHARED, [ipp(reads(ours, people, SHARED_WITH_ME)), other(postgraphile.SHARED_WITH_ME)]),
            # The last, since portfolios grow by it.
            (CLAIM, [ipp(claims(ours, people))]),
        )
        for what, systems in asked:
            for count in clients:
                for row in by_turns(what, systems, count, seconds / ROUNDS):
                    screen.print(f"[dim]{row}[/dim]")
                    rows.append(row)
        stated = {"peer": peer_version, **_stated(url)}
    return {"rows": rows, "ratios": ratios_of(rows), "people": people_count, "stated": stated}


def tokens_of(demo: Demo, count: int) -> Iterator[str]:
    known = [number for number, _, _ in KNOWN]
    for number in known + [f"e{place:04}" for place in range(len(known), count)]:
        yield demo.token(number)


def _stated(database_url: str) -> dict[str, str]:
    """Return what the figures were taken on: versions, and how durable commits were."""
    with psycopg.connect(database_url) as conn:
        shown = {
            name: str((conn.execute(f"SHOW {name}".encode()).fetchone() or ("",))[0])
            for name in ("server_version", "fsync", "synchronous_commit")
        }
    return {
        "postgresql": shown["server_version"],
        "commands": f"fsync {shown['fsync']}, synchronous_commit {shown['synchronous_commit']}",
        "python": sys.version.split()[0],
        "cores": str(os.cpu_count()),
    }


def ratios_of(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    rates = {(row["system"], row["what"], row["clients"]): row["requests_per_s"] for row in rows}
    return {
        f"{what}, {clients} clients": round(rate / rates["postgraphile", what, clients], 2)
        for (system, what, clients), rate in rates.items()
        if system == "ipp" and ("postgraphile", what, clients) in rates
    }


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--people", type=int, default=PEOPLE, help="professionals of the organisation")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="measured for each row, all its rounds"
    )
    parser.add_argument("--clients", type=int, nargs="+", default=list(CLIENTS), help="numbers of threads")
    chosen = parser.parse_args()
    found = run(chosen.people, chosen.clients, chosen.seconds, Console(stderr=True))
    if chosen.json:
        json.dump(found, sys.stdout)
        return
    stated = "; ".join(f"{name} {value}" for name, value in found["stated"].items())
    table = Table(*found["rows"][0], title=f"{chosen.people} people; {stated}")
    for row in found["rows"]:
        table.add_row(*map(str, row.values()))
    console = Console()
    console.print(table)
    for what, ratio in found["ratios"].items():
        console.print(f"{what}: {ratio} times PostGraphile")


if __name__ == "__main__":
    main()
