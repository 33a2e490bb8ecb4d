"""Each attack on the gateway: the processor time that it takes, and another person's read meanwhile."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from benchmarks.measuring import cpu_s
from benchmarks.reporting import table_of
from benchmarks.servers import log_to_stderr
from tests.e2e.attacks.every import ATTACKS
from tests.e2e.attacks.neighbour import PEOPLE, attacker, neighbour, reads, tried
from tests.e2e.attacks.target import Attack
from tests.e2e.demo import PROGRAM, Demo, running_demo

SECONDS: Final = 5.0
START_S_MAX: Final = 300.0
UNLIMITED: Final = "tests.e2e.attacks.without_limits"


def rows_of(demo: Demo, attacks: Sequence[Attack], seconds: float) -> Iterator[dict[str, Any]]:
    """Measure the read alone and then during each attack. The server's time includes that of the reads."""
    for attack in attacks:
        answers: dict[str, int] = {}
        begun_s = cpu_s(demo.process.pid)
        quiet = reads(neighbour(demo), seconds)
        quiet_s = cpu_s(demo.process.pid) - begun_s
        with tried(attack, attacker(demo, attack), answers):
            begun_s = cpu_s(demo.process.pid)
            disturbed = reads(neighbour(demo), seconds)
            attacked_s = cpu_s(demo.process.pid) - begun_s
        yield {
            "attack": attack.name,
            "tried": sum(answers.values()),
            "server_cpu_s": round(attacked_s, 2),
            "quiet_cpu_s": round(quiet_s, 2),
            "read_p50_ms": round(1_000 * disturbed.median_s, 1),
            "quiet_p50_ms": round(1_000 * quiet.median_s, 1),
            "ratio": round(disturbed.median_s / quiet.median_s, 1),
            "slowest_ms": round(1_000 * disturbed.slowest_s),
        }


def run(attacks: Sequence[Attack], seconds: float, screen: Console, *, program: str) -> dict[str, Any]:
    rows = []
    with tempfile.TemporaryDirectory(prefix="ipp-bench-hostile-") as folder:
        screen.print(f"[dim]filling an organisation of {PEOPLE} …[/dim]")
        options = ("--people", PEOPLE)
        with running_demo(Path(folder), *options, start_s_max=START_S_MAX, program=program) as demo:
            for row in rows_of(demo, attacks, seconds):
                screen.print(f"[dim]{row}[/dim]")
                rows.append(row)
    stated = {"python": sys.version.split()[0], "cores": str(os.cpu_count()), "program": program}
    return {"rows": rows, "seconds": seconds, "stated": stated}


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="measured for each, quiet and attacked"
    )
    parser.add_argument("--only", default="", help="attacks whose name has this in it")
    parser.add_argument(
        "--without-limits", action="store_true", help="without the rest of a caller, and frames read at once"
    )
    chosen = parser.parse_args()
    attacks = [attack for attack in ATTACKS if chosen.only in attack.name]
    if not attacks:
        parser.error(
            f"No attack has {chosen.only!r} in its name: {', '.join(each.name for each in ATTACKS)}."
        )
    program = UNLIMITED if chosen.without_limits else PROGRAM
    found = run(attacks, chosen.seconds, Console(stderr=True), program=program)
    if chosen.json:
        json.dump(found, sys.stdout)
        return
    stated = "; ".join(f"{name} {value}" for name, value in found["stated"].items())
    Console().print(table_of(found["rows"], title=f"{found['seconds']} s each; {stated}"))


if __name__ == "__main__":
    main()
