"""Warnings about people of HR's file who have the same mail address."""

from collections.abc import Iterator, Sequence
from typing import Final

from processes.hr_feed.files import PROFESSIONALS, Problem, Professional

NUMBERS_NAMED_MAX: Final = 5
"""Other numbers that one warning names."""


def same_addresses(rows: Sequence[Professional]) -> Iterator[Problem]:
    """Yield a warning at each row whose mail address is also that of another number: perhaps one person."""
    numbers: dict[str, set[str]] = {}
    for row in rows:
        numbers.setdefault(row.email.casefold(), set()).add(row.employee_number)
    for row in rows:
        others = sorted(numbers[row.email.casefold()] - {row.employee_number})[:NUMBERS_NAMED_MAX]
        if others:
            named = ", ".join(others)
            nl = f"Dit mailadres staat ook bij {named}. Is het dezelfde persoon?"
            en = f"This mail address is also that of {named}. Is it the same person?"
            yield Problem(file=PROFESSIONALS, line=row.line, column="email", nl=nl, en=en)
