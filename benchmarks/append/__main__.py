"""Appends through each system's own door, in turns: this log, a stock recorder, UmaDB, NATS JetStream."""

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.append.clients import Clients, Loaded
from benchmarks.append.systems import SETTLE_S, System, serve_nats, serve_ours, serve_stock, serve_umadb
from benchmarks.servers import log_to_stderr, placed_broker, postgres_database

WRITERS: Final = (1, 64)
PROCESSES: Final = 2
"""Writer processes, and partitions of our log, in the last rows; the others have one of each."""
ROUNDS: Final = 3
SECONDS: Final = 2.0
WARM_S: Final = 15.0
"""Each of our logs is used so long, once: a broker's JVM compiles itself, and servers run for months."""
WARM_OTHERS_S: Final = 1.5
"""So long are the rivals used, which are compiled already, and the same broker from further processes."""
START_S: Final = 40.0
"""About what the servers and the clients take to start and to stop."""
SYSTEMS: Final = ("ipp", "eventsourcing-postgres", "umadb", "nats")
WIDTH: Final = 110
FLUSHES: Final = ("default", "every")


class Case(NamedTuple):
    """A row of the table: a system under so many writers in so many processes."""

    system: str
    flush: str
    processes: int
    writers: int


class Contest:
    """The chosen systems at once on one machine, of which one at a time is loaded."""

    def __init__(self, stack: ExitStack, *, systems: Sequence[str], docker: bool) -> None:
        self._stack, self._url = stack, stack.enter_context(postgres_database())
        self._bootstrap, self.broker = "", ""
        if "ipp" in systems:
            self._bootstrap, self.broker, _ = stack.enter_context(placed_broker(docker=docker))
        rivals = list(self._rivals(systems))
        self._clients: dict[tuple[str, str, int], Clients] = {}
        for processes in (1, PROCESSES):
            logs = self._logs(processes) if "ipp" in systems else ()
            for system in (*rivals, *logs):
                clients = stack.enter_context(Clients(system, processes=processes))
                self._clients[system.name, system.flush, processes] = clients

    def _rivals(self, systems: Sequence[str]) -> Iterator[System]:
        if "eventsourcing-postgres" in systems:
            yield serve_stock(self._url)
        if "umadb" in systems:
            yield serve_umadb(self._stack)
        if "nats" in systems:
            yield from (serve_nats(self._stack, flush=flush) for flush in FLUSHES)

    def _logs(self, partitions: int) -> Iterator[System]:
        for flush in FLUSHES:
            yield serve_ours(
                self._stack, url=self._url, bootstrap=self._bootstrap, partitions=partitions, flush=flush
            )

    def cases(self, writers: Sequence[int]) -> list[Case]:
        return [
            Case(name, flush, processes, count)
            for name, flush, processes in self._clients
            for count in (writers if processes == 1 else [max(writers)])
        ]

    def load(self, case: Case, seconds: float) -> Loaded:
        return self._clients[case.system, case.flush, case.processes].load(case.writers, seconds)


def run(chosen: argparse.Namespace, screen: Console) -> dict[str, Any]:
    """Measure every case in each round, and return the rows and our ratios to each rival."""
    with ExitStack() as stack:
        contest = Contest(stack, systems=chosen.systems, docker=chosen.broker == "docker")
        cases = contest.cases(chosen.writers)
        screen.print(f"{len(cases)} rows, {chosen.rounds} rounds: about {duration_s(cases, chosen):.0f} s.")
        for case in cases:
            if (warm_s := _warm_s(case, chosen)) > 0:
                contest.load(case, warm_s)
        rounds: dict[Case, list[Loaded]] = {case: [] for case in cases}
        for number in range(chosen.rounds):
            # By turns forwards and backwards, so that a machine that changes its speed favours nobody.
            for case in cases if number % 2 == 0 else reversed(cases):
                loaded = contest.load(case, chosen.seconds)
                screen.print(f"[dim]{case} {loaded}[/dim]")
                rounds[case].append(loaded)
    ratios = list(_ratios(rounds, max(chosen.writers)))
    return {
        "broker": contest.broker,
        "rows": [_row(case, found) for case, found in rounds.items()],
        "ratios": ratios,
    }


def _warm_s(case: Case, chosen: argparse.Namespace) -> float:
    """Return how long a row's system is used before the first round; 0 where another row has done so."""
    if case.writers != max(chosen.writers):
        return 0.0
    is_first = case.system == "ipp" and case.processes == 1
    return float(chosen.warm) if is_first else min(WARM_OTHERS_S, chosen.warm)


def duration_s(cases: Sequence[Case], chosen: argparse.Namespace) -> float:
    """Return about how long a run of these rows takes."""
    warmings = [warm_s + SETTLE_S for case in cases if (warm_s := _warm_s(case, chosen))]
    turns = int(chosen.rounds) * len(cases)
    return START_S + sum(warmings) + turns * (float(chosen.seconds) + SETTLE_S)


def _row(case: Case, found: Sequence[Loaded]) -> dict[str, Any]:
    rates = sorted(round(loaded.measured.per_s) for loaded in found)
    return {
        **case._asdict(),
        "events_per_s": round(statistics.median(rates)),
        "range": [rates[0], rates[-1]],
        "p50_ms": statistics.median(loaded.measured.p50_ms for loaded in found),
        "p99_ms": statistics.median(loaded.measured.p99_ms for loaded in found),
        "client_us": statistics.median(loaded.client_us for loaded in found),
    }


def _ratios(rounds: dict[Case, list[Loaded]], writers: int) -> list[dict[str, Any]]:
    """Compare ours with each rival that flushes as often, round by round."""
    found = []
    for ours, mine in rounds.items():
        if ours.system != "ipp" or ours.writers != writers:
            continue
        for rival, theirs in rounds.items():
            alike = rival.processes == ours.processes and rival.writers == writers
            if rival.system == "ipp" or not alike or rival.flush not in {ours.flush, "every"}:
                continue
            each = [a.measured.per_s / b.measured.per_s for a, b in zip(mine, theirs, strict=True)]
            against = f"{rival.system} ({rival.flush})"
            found.append(
                {"ipp": ours.flush, "processes": ours.processes, "against": against}
                | {"from": round(min(each), 2), "to": round(max(each), 2)}
            )
    return found


def show(result: dict[str, Any], console: Console) -> None:
    title = "append, 300 bytes, new stream each"
    if result["broker"]:
        title += f"; the broker runs {result['broker']}"
    heads = ("system", "flush", "processes", "writers", "events/s", "range", "p50 ms", "p99 ms", "client µs")
    table = Table(*heads, title=title)
    for row in result["rows"]:
        low, high = row["range"]
        cells = (*list(row.values())[:5], f"{low}-{high}", row["p50_ms"], row["p99_ms"], row["client_us"])
        table.add_row(*map(str, cells))
    console.print(table)
    for ratio in result["ratios"]:
        console.print(
            "ipp, {ipp} flushing, {processes} processes: {from} to {to} times {against}".format(**ratio)
        )


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Takes about 4 minutes, with fewer --systems less; it prints at its start how long.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--broker", choices=("host", "docker"), default="host", help="where Kafka runs")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each row is measured")
    parser.add_argument("--systems", choices=SYSTEMS, nargs="+", default=list(SYSTEMS), help="only these")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="measured time for each row and round")
    parser.add_argument("--warm", type=float, default=WARM_S, help="seconds of use, once, of our logs")
    parser.add_argument("--writers", type=int, nargs="+", default=list(WRITERS), help="numbers of writers")
    return parser


def main() -> None:
    log_to_stderr()
    chosen = arguments().parse_args()
    result = run(chosen, Console(stderr=True))
    if chosen.json:
        json.dump(result, sys.stdout)
    else:
        show(result, Console(width=WIDTH))


if __name__ == "__main__":
    main()
