"""Claiming a talent and reading it back: in the demo's one process, and with gateway and services apart."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.console import Console

from benchmarks.gateway.asking import UNLIMITED, Ask, Client, People, claims, tokens_of
from benchmarks.measuring import cpu_of_all_s, cpu_s, measure
from benchmarks.reporting import request_options, table_of
from benchmarks.servers import log_to_stderr
from tests.e2e.demo import free_port, running_demo
from tests.e2e.test_apart import process_of

PEOPLE: Final = 24
CLIENTS: Final = (1, 16)
SECONDS: Final = 10.0
ROUNDS: Final = 3
"""All are asked by turns; of each the middle round by processor time counts."""
IDLE_S: Final = 5.0
START_S_MAX: Final = 600.0
TOGETHER: Final = "one process"
APART: Final = "gateway and services apart"


class System(NamedTuple):
    """What is asked, the processes of the application that work for it, and PostgreSQL's first process."""

    name: str
    ask: Ask
    application: tuple[int, ...]
    postgres: int

    def cpu_s(self) -> tuple[float, float]:
        """Return the processor time used so far by the application, and by PostgreSQL."""
        return sum(map(cpu_s, self.application)), cpu_of_all_s(self.postgres)


@contextmanager
def systems(people_count: int) -> Iterator[list[System]]:
    """
    Start a demo, and two more processes on its databases.

    The demo's own process stays: its workers fold for the two as well, so its time counts for both.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ipp-bench-commands-")))
        demo = stack.enter_context(
            running_demo(folder, "--people", str(people_count), start_s_max=START_S_MAX, **UNLIMITED)
        )
        services, gateway = free_port(), free_port()
        shared = {**demo.settings(), **UNLIMITED, "IPP_DATABASE_IS_ONE_SERVER": "true"}
        there = {**shared, "IPP_SERVICES_URL": f"http://127.0.0.1:{services}"}
        own = stack.enter_context(process_of("services", services, shared))
        front = stack.enter_context(process_of("gateway", gateway, there))
        postgres = int((folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
        tokens = list(tokens_of(demo, people_count))
        yield [
            System(TOGETHER, _asking(demo.url, tokens), (demo.process.pid,), postgres),
            System(
                APART,
                _asking(f"http://127.0.0.1:{gateway}", tokens),
                (front.pid, own.pid, demo.process.pid),
                postgres,
            ),
        ]


def _asking(url: str, tokens: Sequence[str]) -> Ask:
    client = Client(url)
    return claims(client, People(client, tokens))


def idle(system: System) -> dict[str, float]:
    """Return the processor time, in ms a second, that application and PostgreSQL use while nobody asks."""
    before = system.cpu_s()
    time.sleep(IDLE_S)
    used = (1000 * (now - then) / IDLE_S for now, then in zip(system.cpu_s(), before, strict=True))
    return dict(zip(("application", "postgresql"), (round(each, 1) for each in used), strict=True))


def measured(system: System, clients: int, seconds: float) -> dict[str, Any]:
    """Ask for so long, and return the row of it."""
    before = system.cpu_s()
    took = measure(system.ask, clients, seconds)
    application, postgres = (now - then for now, then in zip(system.cpu_s(), before, strict=True))
    return {
        "system": system.name,
        "clients": clients,
        "commands_per_s": round(took.per_s, 1),
        "p50_ms": took.p50_ms,
        "p99_ms": took.p99_ms,
        "application_cpu_ms": round(1000 * application / took.done, 2),
        "postgresql_cpu_ms": round(1000 * postgres / took.done, 2),
    }


def run(people: int, clients: Sequence[int], seconds: float, screen: Console) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    with systems(people) as found:
        idling = {system.name: idle(system) for system in found}
        for count in clients:
            rounds: dict[str, list[dict[str, Any]]] = {system.name: [] for system in found}
            for _ in range(ROUNDS):
                for system in found:
                    rounds[system.name].append(measured(system, count, seconds / ROUNDS))
                    screen.print(f"[dim]{rounds[system.name][-1]}[/dim]")
            rows.extend(_middle(of_one) for of_one in rounds.values())
    return {"rows": rows, "idle_cpu_ms_per_s": idling, "people": people, "cores": os.cpu_count()}


def _middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    return sorted(rounds, key=lambda row: row["application_cpu_ms"])[len(rounds) // 2]


def main() -> None:
    log_to_stderr()
    options = request_options(__doc__, people=PEOPLE, seconds=SECONDS, clients=CLIENTS)
    chosen = options.parse_args()
    found = run(chosen.people, chosen.clients, chosen.seconds, Console(stderr=True))
    if chosen.json:
        json.dump(found, sys.stdout)
        return
    title = f"a talent claimed and read back, {found['people']} people, {found['cores']} cores"
    console = Console()
    console.print(table_of(found["rows"], title=title))
    for name, used in found["idle_cpu_ms_per_s"].items():
        console.print(f"{name}, while nobody asks: {used} ms of processor time a second")


if __name__ == "__main__":
    main()
