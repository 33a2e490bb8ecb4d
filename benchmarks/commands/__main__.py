"""
Claiming a talent and reading it back: in the demo's one process, and with gateway and services apart.

With `--stack compose`: in the stack of docker-compose.yml, where each process is apart and the log on Kafka.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich.console import Console

from benchmarks.commands.composed import composed
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
COMPOSED: Final = "compose, each process apart, Kafka"


class System(NamedTuple):
    """What is asked, the processes at work for it, and PostgreSQL's first; `broker` where there is Kafka."""

    name: str
    ask: Ask
    application: tuple[int, ...]
    postgres: int
    broker: tuple[int, ...] = ()

    def cpu_s(self) -> dict[str, float]:
        """Return the processor time used so far by the application, by PostgreSQL and by the broker."""
        used = {"application": sum(map(cpu_s, self.application)), "postgresql": cpu_of_all_s(self.postgres)}
        return used | ({"broker": sum(map(cpu_s, self.broker))} if self.broker else {})

    def cpu_ms_since(self, before: Mapping[str, float], divided_by: float) -> dict[str, float]:
        """Return the processor time used since then, in ms, for each of so many."""
        return {name: 1000 * (now - before[name]) / divided_by for name, now in self.cpu_s().items()}


@contextmanager
def in_compose(people_count: int) -> Iterator[list[System]]:
    """Start the stack of docker-compose.yml. Raises NoStackError."""
    with composed(people_count) as found:
        ask = _asking(found.url, found.tokens)
        yield [System(COMPOSED, ask, found.application, found.postgres, found.broker)]


@contextmanager
def in_demo(people_count: int) -> Iterator[list[System]]:
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


STACKS: Final = {"demo": in_demo, "compose": in_compose}


def idle(system: System) -> dict[str, float]:
    """Return the processor time, in ms a second, that each part uses while nobody asks."""
    before = system.cpu_s()
    time.sleep(IDLE_S)
    return {name: round(used, 1) for name, used in system.cpu_ms_since(before, IDLE_S).items()}


def measured(system: System, clients: int, seconds: float) -> dict[str, Any]:
    """Ask for so long, and return the row of it."""
    before = system.cpu_s()
    took = measure(system.ask, clients, seconds)
    used = system.cpu_ms_since(before, took.done)
    return {
        "system": system.name,
        "clients": clients,
        "commands_per_s": round(took.per_s, 1),
        "p50_ms": took.p50_ms,
        "p99_ms": took.p99_ms,
        **{f"{name}_cpu_ms": round(each, 2) for name, each in used.items()},
    }


def run(
    systems: AbstractContextManager[list[System]], clients: Sequence[int], seconds: float, screen: Console
) -> dict[str, Any]:
    rows: list[dict[str, Any]] = []
    with systems as found:
        idling = {system.name: idle(system) for system in found}
        for count in clients:
            rounds: dict[str, list[dict[str, Any]]] = {system.name: [] for system in found}
            for _ in range(ROUNDS):
                for system in found:
                    rounds[system.name].append(measured(system, count, seconds / ROUNDS))
                    screen.print(f"[dim]{rounds[system.name][-1]}[/dim]")
            rows.extend(_middle(of_one) for of_one in rounds.values())
    return {"rows": rows, "idle_cpu_ms_per_s": idling, "cores": os.cpu_count()}


def _middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    return sorted(rounds, key=lambda row: row["application_cpu_ms"])[len(rounds) // 2]


def main() -> None:
    log_to_stderr()
    options = request_options(__doc__, people=PEOPLE, seconds=SECONDS, clients=CLIENTS)
    options.add_argument("--stack", choices=STACKS, default="demo", help="what is started and asked")
    chosen = options.parse_args()
    started = STACKS[chosen.stack](chosen.people)
    found = run(started, chosen.clients, chosen.seconds, Console(stderr=True)) | {"people": chosen.people}
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
