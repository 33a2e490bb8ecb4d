"""Real ratings through the whole path of feedback rounds: every figure of every mirror as it must be."""

import argparse
import json
import math
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.insteval.expected import Figures, differences, expected_figures
from benchmarks.insteval.ratings import RATERS_MAX, SIDES, MissingDataError, cut, load_ratings
from benchmarks.insteval.rounds import LoadError, opened_load
from benchmarks.servers import log_to_stderr, postgres_database

SUBJECTS: Final = 100
SEED: Final = 1
BATCH: Final = 25
"""Subjects whose rounds are open at once; then the closer ends them together."""
DIFFERENCES_SHOWN_MAX: Final = 20
NOTE: Final = (
    "lme4 InstEval: {subjects} of 1,128 lecturers, perspective from `{by}`, a sample of at most"
    f" {RATERS_MAX} students each,"
    " perspectives of one student left out; a policy for loads lifts the limits a rater and half year"
)


def run(
    by: str, subjects: int, *, screen: Console, seed: int = SEED, minutes: float = math.inf
) -> dict[str, Any]:
    """
    Run the load, and return what came of it. Raises MissingDataError and LoadError.

    After `minutes` no batch begins any more; what is returned is of those that were done.
    """
    answers = cut(load_ratings(), by=by, subjects=subjects, seed=seed)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    wrong: list[str] = []
    shown: Counter[str] = Counter()
    rates: list[float] = []
    done = answers[:0]
    with (
        tempfile.TemporaryDirectory(prefix="ipp-insteval-") as folder,
        postgres_database() as database,
        opened_load(database, Path(folder)) as load,
        Progress(*columns, console=screen) as progress,
    ):
        task = progress.add_task("answers", total=len(answers))
        begun = time.perf_counter()
        for batch in _batches(answers):
            started = time.perf_counter()
            if started - begun > minutes * 60:
                break
            found = load.run(batch, on_answer=lambda: progress.advance(task))
            rates.append(len(batch) / (time.perf_counter() - started))
            expected = expected_figures(batch)
            wrong += differences(expected, found)
            done = answers[: len(done) + len(batch)]
            shown += _counted(found)
            progress.update(task, description=f"{rates[-1]:.1f} answers/s, {len(wrong)} differences")
        took = time.perf_counter() - begun
    return {
        "note": NOTE.format(subjects=done.subject.nunique(), by=by),
        "subjects": done.subject.nunique(),
        "raters": done.rater.nunique(),
        "answers": len(done),
        **shown,
        "differences": wrong,
        "seconds": round(took, 1),
        "answers per s, slowest and fastest batch": [round(min(rates), 1), round(max(rates), 1)],
        "machine": f"{os.cpu_count()} processors, {platform.platform()}",
    }


def _batches(answers: Any) -> Iterator[Any]:
    subjects = answers.subject.unique()
    for place in range(0, len(subjects), BATCH):
        yield answers[answers.subject.isin(subjects[place : place + BATCH])]


def _counted(found: Figures) -> Counter[str]:
    """Count mirrors, cells, blocks that were merged, and perspectives that are left out."""
    counted = Counter(
        {
            "mirrors": len({subject for subject, _, _ in found}),
            "figures": len(found),
            "cells shown": sum(name == "cell mean" for _, _, name in found),
            "of these merged": sum(name == "cell mean" and "+" in block for _, block, name in found),
            "perspectives left out": 0,
            "answers in no cell": 0,
        }
    )
    for (_, _, name), value in found.items():
        if name == "left out":
            counted["perspectives left out"] += value.count("+") + 1
        elif name == "empty rows":
            counted["answers in no cell"] += int(value)
    return counted


def main() -> int:
    log_to_stderr()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.insteval", description=__doc__)
    parser.add_argument("--subjects", type=_above_zero, default=SUBJECTS, help="at most 1,128")
    parser.add_argument("--by", choices=sorted(SIDES), default="studage", help="what gives the perspective")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no batch after that")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    chosen = parser.parse_args()
    try:
        found = run(
            chosen.by,
            chosen.subjects,
            screen=Console(stderr=True),
            seed=chosen.seed,
            minutes=chosen.minutes,
        )
    except (MissingDataError, LoadError) as error:
        print(error, file=sys.stderr)
        return 2
    if chosen.json:
        json.dump(found, sys.stdout)
    else:
        _print(found)
    return 1 if found["differences"] else 0


def _above_zero(given: str) -> int:
    if not given.isdecimal() or int(given) == 0:
        raise argparse.ArgumentTypeError(f"{given} is not a whole number above zero")
    return int(given)


def _print(found: dict[str, Any]) -> None:
    console = Console()
    wrong = found.pop("differences")
    for name, value in found.items():
        console.print(f"{name}: {value}", highlight=False)
    console.print(f"differences: {len(wrong)}")
    for line in wrong[:DIFFERENCES_SHOWN_MAX]:
        console.print(f"  {line}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
