"""The rows of a file, each key once, and those of units in an order in which they can be formed."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Any

from processes.hr_feed.files import UNITS, Problem, Unit


def once(rows: Sequence[Any], file: str, problems: list[Problem], *columns: str) -> list[Any]:
    """Return the rows whose key occurs once; for a key that occurs again, report a problem at each line."""
    keys = [tuple(getattr(row, column) for column in columns) for row in rows]
    times = Counter(keys)
    for row, key in zip(rows, keys, strict=True):
        if times[key] > 1:
            nl, en = "Dit staat meer dan eens in het bestand.", "This is in the file more than once."
            problems.append(Problem(file=file, line=row.line, column=columns[-1], nl=nl, en=en))
    return [row for row, key in zip(rows, keys, strict=True) if times[key] == 1]


def parents_first(rows: Sequence[Unit], problems: list[Problem]) -> Iterator[Unit]:
    """Yield units, each after its parent, then teams; report units that are in a circle as problems."""
    waiting = {row.key: row for row in rows if not row.is_team}
    below: dict[str | None, list[Unit]] = {}
    for row in waiting.values():
        below.setdefault(row.parent_key, []).append(row)
    ready = deque(row for row in waiting.values() if row.parent_key not in waiting)
    while ready:
        row = ready.popleft()
        ready += below.get(row.key, ())
        yield waiting.pop(row.key)
    for row in waiting.values():
        nl, en = "Deze eenheid staat onder zichzelf.", "This unit is under itself."
        problems.append(Problem(file=UNITS, line=row.line, column="parent_key", nl=nl, en=en))
    yield from (row for row in rows if row.is_team)
