"""Requests to the gateway, and the same reads asked of PostGraphile, on the same tables in one PostgreSQL."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
from rich.console import Console

from benchmarks import postgraphile
from benchmarks.gateway.asking import (
    UNLIMITED,
    WRITES_PER_S,
    Client,
    People,
    claims,
    peer_reads,
    reads,
    tokens_of,
    written_beside,
)
from benchmarks.gateway.contest import PEER, System, by_turns, ratios_of
from benchmarks.gateway.documents import MY_PORTFOLIO, SHARED_WITH_ME
from benchmarks.gateway.filling import PAGE, open_pages
from benchmarks.gateway.serving import gateway_of
from benchmarks.measuring import cpu_of_all_s, cpu_s
from benchmarks.reporting import request_options, table_of
from benchmarks.servers import log_to_stderr
from tests.e2e.demo import Demo, running_demo

PEOPLE: Final = 120
PORTFOLIO: Final = "my portfolio"
COLD: Final = f"{PORTFOLIO}, its picture not kept"
SHARED: Final = f"shared with me, {PAGE}"
BESIDE: Final = f"{WRITES_PER_S:g} writes a second beside"
TWO: Final = "two processes each"
CLAIM: Final = "claim and read back"
CLIENTS: Final = (1, 16)
SECONDS: Final = 6.0
POOL_MAX: Final = 10
START_S_MAX: Final = 600.0
GATEWAY: Final = "gateway"
WITHOUT_PICTURES: Final = "benchmarks.gateway.without_pictures"
DOCUMENTS: Final = {
    PORTFOLIO: (MY_PORTFOLIO, postgraphile.MY_PORTFOLIO),
    SHARED: (SHARED_WITH_ME, postgraphile.SHARED_WITH_ME),
}


class Place:
    """The demo with its people, and servers on its databases that end with the stack they began in."""

    def __init__(self, demo: Demo, people: int) -> None:
        self._demo = demo
        self.url = demo.settings()["IPP_DATABASE_URL"]
        client = Client(demo.url)
        self.people = People(client, list(tokens_of(demo, people)))
        self.claim = claims(client, self.people)
        postmaster = demo.folder / "postgres" / "data" / "postmaster.pid"
        self.postgres = int(postmaster.read_text().splitlines()[0])

    def reads(
        self, stack: ExitStack, what: str, *, processes: int = 1, program: str = GATEWAY
    ) -> list[System]:
        """Return the gateway and its peer, each with so many processes of its own."""
        ours = stack.enter_context(
            gateway_of(self._demo, workers=processes, program=program, settings=UNLIMITED)
        )
        started = postgraphile.postgraphile(self.url, pool_max=POOL_MAX, processes=processes)
        peer = stack.enter_context(started)
        asked, asked_of_peer = DOCUMENTS[what]
        return [
            System("ipp", partial(cpu_of_all_s, ours.process), reads(ours, self.people, asked)),
            System(
                PEER,
                partial(cpu_of_all_s, peer.process),
                peer_reads(Client(peer.url), self.people, asked_of_peer),
            ),
        ]

    def writes(self) -> list[System]:
        """Return the demo, whose one process has the gateway and all that folds, too."""
        return [System("ipp", partial(cpu_s, self._demo.process.pid), self.claim)]


def rows_of(place: Place, clients: Sequence[int], seconds: float) -> Iterator[dict[str, Any]]:
    """Give the rows of all rounds. The servers of a round end with it, and are in no other's way."""

    def measured(what: str, systems: Sequence[System], counts: Sequence[int]) -> Iterator[dict[str, Any]]:
        for count in counts:
            yield from by_turns(what, systems, clients=count, seconds=seconds, postgres=place.postgres)

    for what in DOCUMENTS:
        with ExitStack() as stack:
            systems = place.reads(stack, what)
            yield from measured(what, systems, clients)
            with written_beside(place.claim):
                yield from measured(f"{what}, {BESIDE}", systems, clients)
        with ExitStack() as stack:
            yield from measured(f"{what}, {TWO}", place.reads(stack, what, processes=2), clients[-1:])
    with ExitStack() as stack:
        yield from measured(COLD, place.reads(stack, PORTFOLIO, program=WITHOUT_PICTURES), clients)
    # The last, since portfolios grow by it.
    yield from measured(CLAIM, place.writes(), clients)


def run(people: int, clients: Sequence[int], seconds: float, screen: Console) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    peer_version = postgraphile.install()
    with tempfile.TemporaryDirectory(prefix="ipp-bench-gateway-") as folder:
        screen.print(f"[dim]filling an organisation of {people} …[/dim]")
        options = ("--people", str(people))
        with running_demo(Path(folder), *options, start_s_max=START_S_MAX, **UNLIMITED) as demo:
            place = Place(demo, people)
            open_pages(place.url, place.people.ids)
            for row in rows_of(place, clients, seconds):
                screen.print(f"[dim]{row}[/dim]")
                rows.append(row)
            stated = {"peer": peer_version, **_stated(place.url)}
    return {"rows": rows, "ratios": ratios_of(rows), "people": people, "stated": stated}


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


def main() -> None:
    log_to_stderr()
    options = request_options(__doc__, people=PEOPLE, seconds=SECONDS, clients=CLIENTS)
    chosen = options.parse_args()
    found = run(chosen.people, chosen.clients, chosen.seconds, Console(stderr=True))
    if chosen.json:
        json.dump(found, sys.stdout)
        return
    stated = "; ".join(f"{name} {value}" for name, value in found["stated"].items())
    console = Console()
    console.print(table_of(found["rows"], title=f"{chosen.people} people; {stated}"))
    for what, ratios in found["ratios"].items():
        console.print(f"{what}: {', '.join(map(str, ratios))} times PostGraphile")


if __name__ == "__main__":
    main()
