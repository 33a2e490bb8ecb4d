"""Warnings about people of HR's file who have the same mail address."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from processes.hr_feed.files import PROFESSIONALS, Problem, Professional
from processes.hr_feed.steps import KnownPerson
from rules.names import plain_address

NUMBERS_NAMED_MAX: Final = 5
"""Other numbers that one warning names."""


def same_addresses(rows: Sequence[Professional], known: Mapping[str, KnownPerson]) -> Iterator[Problem]:
    """
    Yield a warning at each row whose mail address is also that of another number: perhaps one person.

    The other one is in the file too, or is known and in no row that can be read.
    """
    numbers: dict[str, set[str]] = {}
    for row in rows:
        numbers.setdefault(plain_address(row.email), set()).add(row.employee_number)
    present = {row.employee_number for row in rows}
    for number, person in known.items():
        if number not in present:
            numbers.setdefault(plain_address(person.email), set()).add(number)
    for row in rows:
        others = sorted(numbers[plain_address(row.email)] - {row.employee_number})[:NUMBERS_NAMED_MAX]
        if others:
            named = ", ".join(others)
            nl = f"Dit mailadres staat ook bij {named}. Is het dezelfde persoon?"
            en = f"This mail address is also that of {named}. Is it the same person?"
            yield Problem(file=PROFESSIONALS, line=row.line, column="email", nl=nl, en=en)
