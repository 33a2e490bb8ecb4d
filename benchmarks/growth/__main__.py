"""What a page of shared items and a portfolio cost with 100, 1,000 and 10,000 people, side by side."""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks import postgraphile
from benchmarks.gateway.asking import UNLIMITED, Client, People, peer_reads, reads
from benchmarks.gateway.contest import PEER, System, by_turns
from benchmarks.gateway.documents import MY_PORTFOLIO, SHARED_WITH_ME
from benchmarks.gateway.serving import gateway_of
from benchmarks.growth.grown import Grown
from benchmarks.measuring import cpu_of_all_s
from benchmarks.servers import log_to_stderr
from kit.clock import Calendar, SystemClock
from projections.views import profile, shared
from tests.e2e.demo import Demo, running_demo
from tests.services.house import ZONE

SIZES: Final = {"S": 100, "M": 1_000, "L": 10_000}
SECONDS: Final = 6.0
STATEMENTS: Final = 100
PAGE: Final = 20
READER: Final = "owner"
PORTFOLIO: Final = "my portfolio"
SHARED: Final = f"shared with me, {PAGE}"
FINDER: Final = f"finder, {PAGE}"
FIND: Final = "{ finder(first: 20) { edges { node { id displayName items { kind title { nl } } } } } }"
OURS: Final = {PORTFOLIO: MY_PORTFOLIO, SHARED: SHARED_WITH_ME, FINDER: FIND}
THEIRS: Final = {PORTFOLIO: postgraphile.MY_PORTFOLIO, SHARED: postgraphile.SHARED_WITH_ME}
TODAY: Final = Calendar(clock=SystemClock(), zone=ZONE).today()
START_S_MAX: Final = 300.0
Read = Callable[[psycopg.AsyncConnection], Awaitable[Any]]


def _reads_of(person: str) -> dict[str, Read]:
    return {
        PORTFOLIO: lambda connection: profile.portfolio_of(connection, person),
        SHARED: lambda connection: shared.shared_with(connection, person, today=TODAY, limit=PAGE + 1),
        FINDER: lambda connection: shared.people_open_to_all(connection, today=TODAY, limit=PAGE + 1),
    }


async def statement_ms(url: str, read: Read) -> float:
    """Return how long one read of a view takes on a connection, in the middle."""
    taken = []
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for _ in range(STATEMENTS):
            begun = time.perf_counter()
            if not await read(connection):
                raise RuntimeError("nothing was read")
            taken.append(1000 * (time.perf_counter() - begun))
    return round(statistics.median(taken), 2)


class Place:
    """A small demo, in whose views an organisation grows; one of its people asks a gateway, and its peer."""

    def __init__(self, demo: Demo, *, with_peer: bool) -> None:
        self._demo, self._with_peer = demo, with_peer
        self.url = demo.settings()["IPP_DATABASE_URL"]
        self._reader = People(Client(demo.url), [demo.token(READER)])
        self.grown = Grown(self.url, self._reader.ids[0])
        postmaster = demo.folder / "postgres" / "data" / "postmaster.pid"
        self._postgres = int(postmaster.read_text().splitlines()[0])

    def rows(self, seconds: float) -> Iterator[dict[str, Any]]:
        """Yield a row for each system and what it was asked, at the size of this moment."""
        with ExitStack() as stack:
            ours = stack.enter_context(gateway_of(self._demo, settings=UNLIMITED))
            peer = stack.enter_context(self._peer()) if self._with_peer else None
            for what, document in OURS.items():
                ask = reads(ours, self._reader, document)
                systems = [System("ipp", partial(cpu_of_all_s, ours.process), ask)]
                if peer is not None and what in THEIRS:
                    ask = peer_reads(Client(peer.url), self._reader, THEIRS[what])
                    systems.append(System(PEER, partial(cpu_of_all_s, peer.process), ask))
                took = asyncio.run(statement_ms(self.url, _reads_of(self._reader.ids[0])[what]))
                yield {"what": what, "system": "the statement", "p50_ms": took}
                yield from by_turns(what, systems, clients=1, seconds=seconds, postgres=self._postgres)

    def _peer(self) -> Any:
        return postgraphile.postgraphile(self.url, pool_max=1)


def run(sizes: Sequence[str], seconds: float, *, with_peer: bool, screen: Console) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ipp-bench-growth-"))
        demo = stack.enter_context(running_demo(Path(folder), start_s_max=START_S_MAX, **UNLIMITED))
        place = Place(demo, with_peer=with_peer)
        for size in sizes:
            begun = time.perf_counter()
            place.grown.to(SIZES[size])
            took = f"{place.grown.events:,} events, {time.perf_counter() - begun:.0f} s"
            screen.print(f"[dim]{SIZES[size]:,} people: {took}[/dim]")
            rows += [{"size": size, "people": SIZES[size]} | row for row in place.rows(seconds)]
    return rows


def side_by_side(rows: Sequence[dict[str, Any]], sizes: Sequence[str]) -> Table:
    """Return a table with a line for each system and what it was asked, and a column for each size."""
    title = (
        "p50 ms at one client; in brackets the processor ms of a request: of the server, and of PostgreSQL"
    )
    table = Table("what", "system", *(f"{size}: {SIZES[size]:,} people" for size in sizes), title=title)
    cells: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        cpu = f" ({row['server_cpu_ms']} + {row['postgres_cpu_ms']})" if "server_cpu_ms" in row else ""
        cells.setdefault((row["what"], row["system"]), []).append(f"{row['p50_ms']}{cpu}")
    for names, of_sizes in cells.items():
        table.add_row(*names, *of_sizes)
    return table


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES), help="from small to large")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="measured for each system, all rounds")
    parser.add_argument("--no-peer", action="store_true", help="without PostGraphile")
    chosen = parser.parse_args()
    peer = None if chosen.no_peer else postgraphile.install()
    rows = run(chosen.sizes, chosen.seconds, with_peer=peer is not None, screen=Console(stderr=True))
    if chosen.json:
        json.dump({"peer": peer, "seconds": chosen.seconds, "rows": rows}, sys.stdout)
        return
    Console(width=140).print(side_by_side(rows, chosen.sizes))


if __name__ == "__main__":
    main()
