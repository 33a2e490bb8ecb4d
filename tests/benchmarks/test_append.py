"""The comparison of appends is fair: no rival that flushes less than ours is what ours is compared with."""

import re

from benchmarks.append.__main__ import FLUSHES, PROCESSES, Case, _ratios, arguments, duration_s
from benchmarks.append.clients import Loaded
from benchmarks.append.systems import SETTLE_S
from benchmarks.measuring import Measured


def rates(*per_s: float) -> list[Loaded]:
    return [Loaded(Measured(per_s=rate, p50_ms=1, p99_ms=1, done=1), client_us=1) for rate in per_s]


def test_each_round_is_compared_with_a_rival_that_flushes_as_often_or_always() -> None:
    rounds = {
        Case("nats", "default", 1, 64): rates(400, 100),
        Case("nats", "every", 1, 64): rates(50, 100),
        Case("nats", "every", 2, 64): rates(1, 1),
        Case("ipp", "default", 1, 64): rates(200, 200),
        Case("ipp", "every", 1, 64): rates(100, 150),
        Case("ipp", "every", 1, 1): rates(1, 1),
    }
    found = [(line["ipp"], line["against"], line["from"], line["to"]) for line in _ratios(rounds, 64)]
    assert found == [
        ("default", "nats (default)", 0.5, 2.0),
        ("default", "nats (every)", 2.0, 4.0),
        ("every", "nats (every)", 1.5, 2.0),
    ]


def test_a_run_takes_as_long_as_its_help_says_and_each_system_is_warmed_once() -> None:
    parser = arguments()
    chosen = parser.parse_args([])
    cases = [
        Case(name, flush, processes, writers)
        for name, flushes in (("ipp", 2), ("nats", 2), ("umadb", 1), ("eventsourcing-postgres", 1))
        for flush in FLUSHES[:flushes]
        for processes, counts in ((1, chosen.writers), (PROCESSES, chosen.writers[-1:]))
        for writers in counts
    ]
    minutes = re.search(r"about (\d) minutes", parser.format_help())
    assert minutes is not None
    assert chosen.rounds == 3
    assert duration_s(cases, chosen) <= 60 * int(minutes[1]) < duration_s(cases, chosen) + 30
    more = parser.parse_args(["--rounds", "4"])
    each_round = len(cases) * (chosen.seconds + SETTLE_S)
    assert duration_s(cases, more) == duration_s(cases, chosen) + each_round
