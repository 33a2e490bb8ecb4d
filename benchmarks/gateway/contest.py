"""Asks several systems by turns, and says how fast each was and what a request cost its processors."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from benchmarks.gateway.asking import Ask
from benchmarks.measuring import Measured, cpu_of_all_s, measure

ROUNDS: Final = 3
"""All are asked by turns, so that a busy machine is busy for all; of each the middle round counts."""
PEER: Final = "postgraphile"


class System(NamedTuple):
    """What is asked, by its name; `cpu_s` is the processor time that its processes have used."""

    name: str
    cpu_s: Callable[[], float]
    ask: Ask


class Taken(NamedTuple):
    """One round of a system, with the milliseconds of processor time of each request."""

    took: Measured
    server_cpu_ms: float
    postgres_cpu_ms: float


def by_turns(
    what: str, systems: Sequence[System], *, clients: int, seconds: float, postgres: int
) -> Iterator[dict[str, Any]]:
    """Measure the systems one after the other, some rounds long, and give the row of each."""
    taken: dict[str, list[Taken]] = {system.name: [] for system in systems}
    for system in systems:
        # The first answer of each system has to be planned. A new thread has a connection of its own:
        # the server may have closed another one meanwhile.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(system.ask).result()
    for _ in range(ROUNDS):
        for system in systems:
            server, database = system.cpu_s(), cpu_of_all_s(postgres)
            took = measure(system.ask, clients, seconds / ROUNDS)
            each_ms = 1000 / took.done
            taken[system.name].append(
                Taken(
                    took,
                    round(each_ms * (system.cpu_s() - server), 2),
                    round(each_ms * (cpu_of_all_s(postgres) - database), 2),
                )
            )
    for name, rounds in taken.items():
        middle = sorted(rounds)[ROUNDS // 2]
        yield {
            "system": name,
            "what": what,
            "clients": clients,
            "requests_per_s": round(middle.took.per_s, 1),
            "each_round": [round(one.took.per_s, 1) for one in rounds],
            "p50_ms": middle.took.p50_ms,
            "p99_ms": middle.took.p99_ms,
            "server_cpu_ms": middle.server_cpu_ms,
            "postgres_cpu_ms": middle.postgres_cpu_ms,
        }


def ratios_of(rows: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """
    Return how many times as many requests as its peer each system answered, by what was asked.

    One for each round, from the lowest to the highest.
    """
    rates = {(row["system"], row["what"], row["clients"]): row["each_round"] for row in rows}
    return {
        f"{what}, {clients} clients: {system}": sorted(
            round(own / peers, 2) for own, peers in zip(each, rates[PEER, what, clients], strict=True)
        )
        for (system, what, clients), each in rates.items()
        if system != PEER and (PEER, what, clients) in rates
    }
