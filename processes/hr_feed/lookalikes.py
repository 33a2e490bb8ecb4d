"""People who are missing in HR's files: many at once, or renumbered, which newcomers who look alike show."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from processes.hr_feed.files import MEMBERSHIPS, PROFESSIONALS, Membership, Problem, Professional
from processes.hr_feed.steps import KnownPerson
from rules.names import plain_address, plain_name

_LEADING_ZEROS: Final = re.compile(r"(?<!\d)0+(?=\d)")
_LEAVING: Final = {
    PROFESSIONALS: (("die hier werken", "gaan uit dienst"), ("who work here", "leave")),
    MEMBERSHIPS: (("die in een team zitten", "gaan eruit"), ("who are in a team", "leave it")),
}


def many_missing(file: str, missing: int, limit: int) -> Problem:
    """Say that so many people are missing in a file that it must be confirmed."""
    nl_what, en_what = _LEAVING[file]
    nl = (
        f"{missing} mensen {nl_what[0]} staan niet in het bestand; meer dan {limit} in één keer "
        f"{nl_what[1]} alleen als dat wordt bevestigd."
    )
    en = (
        f"{missing} people {en_what[0]} are not in the file; more than {limit} at once {en_what[1]} "
        "only when that is confirmed."
    )
    return Problem(file=file, nl=nl, en=en)


def unread_rows(file: str) -> Problem:
    """Say that nobody leaves by a file with rows that can't be read."""
    nl = "Er zijn rijen die niet gelezen kunnen worden; daarom gaat niemand weg die hier ontbreekt."
    en = "There are rows that can't be read; so nobody leaves who is missing here."
    return Problem(file=file, nl=nl, en=en)


def lookalikes(
    file: str,
    rows: Sequence[Professional] | Sequence[Membership],
    newcomers: Mapping[str, KnownPerson],
    missing: Mapping[str, KnownPerson],
) -> tuple[dict[str, str], list[Problem]]:
    """Return the missing person of each newcomer who looks like one, and a problem at each of their rows."""
    found = look_like(newcomers, missing)
    problems = [
        _waits(file, row.line, row.employee_number, found[row.employee_number])
        for row in rows
        if row.employee_number in found
    ]
    return found, problems


def look_like(newcomers: Mapping[str, KnownPerson], missing: Mapping[str, KnownPerson]) -> dict[str, str]:
    """
    Return for each newcomer the missing person it looks like; both are given by number.

    Alike are numbers that differ in leading zeros, which spreadsheets remove, in case or in spaces, and
    people with the same name or mail address. An empty name or address is like no other.
    """
    by_number = {plain_number(number): number for number in missing}
    by_name = {plain_name(person.name): number for number, person in missing.items()}
    by_address = {plain_address(person.email): number for number, person in missing.items()}
    by_name.pop("", None)
    by_address.pop("", None)
    found = {
        number: by_number.get(plain_number(number))
        or by_name.get(plain_name(person.name))
        or by_address.get(plain_address(person.email))
        for number, person in newcomers.items()
    }
    return {number: alike for number, alike in found.items() if alike is not None}


def plain_number(number: str) -> str:
    """Return the number in a form that is equal for two that differ in leading zeros, case or spaces."""
    folded = "".join(unicodedata.normalize("NFKC", number).casefold().split())
    return _LEADING_ZEROS.sub("", folded)


def _waits(file: str, line: int, newcomer: str, alike: str) -> Problem:
    nl = (
        f"{newcomer} is nieuw en lijkt op {alike}, die ontbreekt: misschien is het dezelfde persoon. "
        "Voor beiden gebeurt er niets tot het met confirmLeavers=true wordt bevestigd."
    )
    en = (
        f"{newcomer} is new and looks like {alike}, who is missing: perhaps they are the same person. "
        "Nothing happens for either until it is confirmed with confirmLeavers=true."
    )
    return Problem(file=file, line=line, column="employee_number", nl=nl, en=en)
