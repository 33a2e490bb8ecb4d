"""What benchmarks of requests by many clients have in common on the command line and on the screen."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table


def request_options(
    description: str | None, *, people: int, seconds: float, clients: Sequence[int]
) -> argparse.ArgumentParser:
    """Return a parser of `--json`, `--people`, `--seconds` and `--clients` with these defaults."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--people", type=int, default=people, help="professionals of the organisation")
    parser.add_argument(
        "--seconds", type=float, default=seconds, help="measured for each row, all its rounds"
    )
    parser.add_argument("--clients", type=int, nargs="+", default=list(clients), help="numbers of threads")
    return parser


def table_of(rows: Sequence[Mapping[str, Any]], *, title: str) -> Table:
    """Return a table of rows, which have the same names; the names are its heads."""
    table = Table(*rows[0], title=title)
    for row in rows:
        table.add_row(*map(str, row.values()))
    return table
