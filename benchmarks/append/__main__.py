"""Appends through each system's own door, in turns: this log, a stock recorder, UmaDB, NATS JetStream."""

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.append.clients import Clients, Loaded
from benchmarks.append.systems import System, serve_nats, serve_ours, serve_stock, serve_umadb
from benchmarks.servers import log_to_stderr, placed_broker, postgres_database

WRITERS: Final = (1, 16, 64)
PROCESSES: Final = 2
"""Writer processes, and partitions of our log, in the last rows; the others have one of each."""
ROUNDS: Final = 3
SECONDS: Final = 6.0
WARM_S: Final = 30.0
"""Each is used so long before it is measured: a broker's JVM compiles itself, and servers run for months."""
WIDTH: Final = 110
FLUSHES: Final = ("default", "every")


class Case(NamedTuple):
    """A row of the table: a system under so many writers in so many processes."""

    system: str
    flush: str
    processes: int
    writers: int


class Contest:
    """All systems at once on one machine, of which one at a time is loaded."""

    def __init__(self, stack: ExitStack, *, docker: bool) -> None:
        self._stack = stack
        url = stack.enter_context(postgres_database())
        bootstrap, self.broker, _ = stack.enter_context(placed_broker(docker=docker))
        rivals: list[System] = [serve_stock(url), serve_umadb(stack)]
        rivals += [serve_nats(stack, flush=flush) for flush in FLUSHES]
        self._clients: dict[tuple[str, str, int], Clients] = {}
        for processes in (1, PROCESSES):
            logs = [
                serve_ours(stack, url=url, bootstrap=bootstrap, partitions=processes, flush=flush)
                for flush in FLUSHES
            ]
            for system in (*rivals, *logs):
                clients = stack.enter_context(Clients(system, processes=processes))
                self._clients[system.name, system.flush, processes] = clients

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
        contest = Contest(stack, docker=chosen.broker == "docker")
        cases = contest.cases(chosen.writers)
        screen.print(f"The broker runs {contest.broker}. Each system is warmed for {chosen.warm:g} s.")
        for case in cases:
            if case.writers == max(chosen.writers):
                contest.load(case, chosen.warm)
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
    title = f"append, 300 bytes, new stream each; the broker runs {result['broker']}"
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


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--broker", choices=("host", "docker"), default="host", help="where Kafka runs")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each row is measured")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="measured time for each row and round")
    parser.add_argument("--warm", type=float, default=WARM_S, help="seconds of use before the first round")
    parser.add_argument("--writers", type=int, nargs="+", default=list(WRITERS), help="numbers of writers")
    chosen = parser.parse_args()
    result = run(chosen, Console(stderr=True))
    if chosen.json:
        json.dump(result, sys.stdout)
    else:
        show(result, Console(width=WIDTH))


if __name__ == "__main__":
    main()
