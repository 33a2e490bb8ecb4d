"""The three files of HR as the organisation is now: sent back as they are, they change nothing."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from processes.hr_feed.files import COLUMNS, MEMBERSHIPS, PROFESSIONALS, UNITS
from processes.hr_feed.steps import KnownPlace, OrganisationSnapshot

_CLOSED: Final = "closed"


def written(file: str, snapshot: OrganisationSnapshot) -> tuple[str, int]:
    """
    Return one of HR's files by its name, as CSV in UTF-8, and how many rows are not in it.

    A unit or team whose key no program has recorded has no row, nor has a membership of such a team: HR's
    next file with its row records the key. Raises KeyError for another name.
    """
    header, rows = _FILES[file]
    found = [[cell for cell in row if cell is not None] for row in rows(snapshot)]
    good = sorted(row for row in found if len(row) == len(header))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(good)
    return text.getvalue(), len(found) - len(good)


Row = Sequence[str | None]
"""The cells of a row; None for a key that is not known."""


def _units(snapshot: OrganisationSnapshot) -> Iterable[Row]:
    units = {**snapshot.units, **snapshot.closed_units}
    for kind, places, closed in (
        ("unit", snapshot.units, ""),
        ("unit", snapshot.closed_units, "yes"),
        ("team", snapshot.teams, ""),
        ("team", snapshot.closed_teams, "yes"),
    ):
        for place in places.values():
            yield place.key, place.name, kind, _parent_key(place, units), closed


def _parent_key(place: KnownPlace, units: Mapping[str, KnownPlace]) -> str | None:
    """Return the key of what the place is in, empty at the top."""
    if place.parent is None:
        return ""
    parent = units.get(place.parent)
    return parent.key if parent else None


def _professionals(snapshot: OrganisationSnapshot) -> Iterable[Row]:
    return ((number, person.name, person.email) for number, person in snapshot.people.items())


def _memberships(snapshot: OrganisationSnapshot) -> Iterable[Row]:
    teams = {**snapshot.teams, **snapshot.closed_teams}
    for number, teams_of in snapshot.members.items():
        for team, since in teams_of.items():
            yield number, teams[team].key if team in teams else None, since.isoformat()


_FILES: Final[Mapping[str, tuple[tuple[str, ...], Callable[[OrganisationSnapshot], Iterable[Row]]]]] = {
    UNITS: ((*COLUMNS[UNITS], _CLOSED), _units),
    PROFESSIONALS: (COLUMNS[PROFESSIONALS], _professionals),
    MEMBERSHIPS: (COLUMNS[MEMBERSHIPS], _memberships),
}
