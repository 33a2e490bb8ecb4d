"""What HR's files ask for, compared with how the organisation stands: pure, the same for a dry run."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Final

import msgspec

from kit.ids import derived_id
from processes.hr_feed.files import (
    MEMBERSHIPS,
    PROFESSIONALS,
    UNITS,
    Membership,
    Problem,
    Professional,
    Unit,
)

LEAVERS_MIN: Final = 5
LEAVERS_SHARE_MAX: Final = 0.1
"""More people gone at once than this share, and than LEAVERS_MIN, look like a file that was cut short."""

_LEAVING: Final = {
    PROFESSIONALS: (("die hier werken", "gaan uit dienst"), ("who work here", "leave")),
    MEMBERSHIPS: (("die in een team zitten", "gaan eruit"), ("who are in a team", "leave it")),
}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """
    How the organisation stands, as far as the files speak of it.

    By HR's number, of who works here: the name in `people`, ids of teams in `members`. By id, of what is
    open: name and parent in `units` and `teams`.
    """

    organisation: str
    people: Mapping[str, str] = {}
    units: Mapping[str, tuple[str, str | None]] = {}
    teams: Mapping[str, tuple[str, str | None]] = {}
    members: Mapping[str, frozenset[str]] = {}


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """
    The rows of the files that were sent: each is the whole picture; None was not sent.

    `damaged` names files with rows that can't be read: nobody is taken to have left who may stand in one.
    """

    professionals: tuple[Professional, ...] | None = None
    units: tuple[Unit, ...] | None = None
    memberships: tuple[Membership, ...] | None = None
    damaged: frozenset[str] = frozenset()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One command: its mutation's name and input, and the row that asks for it (None: asked by absence)."""

    file: str
    line: int | None
    name: str
    given: dict[str, Any]
    who: str
    """Whom or what it concerns, by HR's own key: fit for a report to HR."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Steps in an order in which each can be accepted; rows that change nothing; what can't be done."""

    steps: tuple[Step, ...]
    unchanged: int
    problems: tuple[Problem, ...]


def plan(files: Files, standing: Standing, *, today: date, confirm_leavers: bool) -> Plan:
    """Say what has to happen so that the organisation stands as the files say."""
    drawing = _Drawing(standing, today=today)
    drawing.units(_once(files.units or (), UNITS, lambda unit: unit.key, drawing.problems, "key"))
    if files.professionals is not None:
        people = _once(
            files.professionals,
            PROFESSIONALS,
            lambda person: person.employee_number,
            drawing.problems,
            "employee_number",
        )
        drawing.people(people)
    if files.memberships is not None:
        drawing.memberships(
            files.memberships, leaving=MEMBERSHIPS not in files.damaged, confirmed=confirm_leavers
        )
    if files.professionals is not None and PROFESSIONALS not in files.damaged:
        drawing.leavers({person.employee_number for person in files.professionals}, confirmed=confirm_leavers)
    drawing.closings()
    read = {PROFESSIONALS: files.professionals, MEMBERSHIPS: files.memberships}
    for file in sorted(name for name, rows in read.items() if rows is not None and name in files.damaged):
        nl = "Er zijn rijen die niet gelezen kunnen worden; daarom gaat niemand weg die hier ontbreekt."
        en = "There are rows that can't be read; so nobody leaves who is missing here."
        drawing.problems.append(Problem(file=file, nl=nl, en=en))
    return Plan(steps=tuple(drawing.steps), unchanged=drawing.unchanged, problems=tuple(drawing.problems))


class _Drawing:
    """A plan being drawn."""

    def __init__(self, standing: Standing, *, today: date) -> None:
        self._standing = standing
        self._today = today
        self._closing: list[Unit] = []
        self._keys: dict[str, str] = {}
        self.steps: list[Step] = []
        self.problems: list[Problem] = []
        self.unchanged = 0

    def units(self, rows: Sequence[Unit]) -> None:
        """Form, rename and move: parents first, teams last; a team can't be moved."""
        keys = {row.key for row in rows if not row.is_team and not row.closed}
        for row in _parents_first(rows, self.problems):
            self._keys[self._team_id(row.key)] = row.key
            if row.closed:
                self._closing.append(row)
            elif row.parent_key and row.parent_key not in keys and not self._stands(row.parent_key):
                nl = f"Er is geen eenheid {row.parent_key!r}."
                self._problem(UNITS, row.line, "parent_key", nl, f"There is no unit {row.parent_key!r}.")
            else:
                self._unit(row)

    def people(self, rows: Sequence[Professional]) -> None:
        for row in rows:
            given = {"employeeNumber": row.employee_number, "name": row.name, "email": row.email}
            # The mail address is in no view, so whether it changed is the service's to say: it knows.
            self._step(PROFESSIONALS, row.line, "registerProfessional", row.employee_number, given)

    def memberships(self, rows: Sequence[Membership], *, leaving: bool, confirmed: bool) -> None:
        """
        Leave first, then join, so that a mover is never in no team for long, nor in two by mistake.

        Leaving a team ends what was shared with it for good: so many in no row at all stay where they are.
        """
        wanted: dict[str, set[str]] = {}
        for row in rows:
            wanted.setdefault(row.employee_number, set()).add(self._team_id(row.team_key))
            self._keys[self._team_id(row.team_key)] = row.team_key
        absent = self._standing.members.keys() - wanted.keys()
        staying = absent if leaving and self._too_many(MEMBERSHIPS, absent, confirmed=confirmed) else ()
        for number, teams in self._standing.members.items() if leaving else ():
            if number in staying:
                continue
            for team in sorted(teams - wanted.get(number, set())):
                self._leave(number, team)
        for row in _once(
            rows, MEMBERSHIPS, lambda row: (row.employee_number, row.team_key), self.problems, "team_key"
        ):
            if self._team_id(row.team_key) in self._standing.members.get(row.employee_number, ()):
                self.unchanged += 1
            elif row.on > self._today:
                nl, en = "Deze dag ligt in de toekomst.", "This day lies in the future."
                self._problem(MEMBERSHIPS, row.line, "since", nl, en)
            else:
                given = {
                    "employeeNumber": row.employee_number,
                    "teamKey": row.team_key,
                    "on": row.on.isoformat(),
                }
                self._step(MEMBERSHIPS, row.line, "recordTeamJoined", row.employee_number, given)

    def leavers(self, present: set[str], *, confirmed: bool) -> None:
        """Whoever works here and is not in the file has left, unless so many are that the file looks cut."""
        gone = self._standing.people.keys() - present
        if self._too_many(PROFESSIONALS, gone, confirmed=confirmed):
            return
        self.steps = [step for step in self.steps if not (step.name == "recordTeamLeft" and step.who in gone)]
        for number in sorted(gone):
            given = {"employeeNumber": number, "on": self._today.isoformat()}
            self._step(PROFESSIONALS, None, "recordEmploymentEnded", number, given)

    def _too_many(self, file: str, gone: AbstractSet[str], *, confirmed: bool) -> bool:
        """Whether so many are missing from a file that nobody leaves by it until that is confirmed."""
        known = self._standing.people if file == PROFESSIONALS else self._standing.members
        limit = max(LEAVERS_MIN, int(len(known) * LEAVERS_SHARE_MAX))
        if len(gone) <= limit or confirmed:
            return False
        nl_what, en_what = _LEAVING[file]
        nl = (
            f"{len(gone)} mensen {nl_what[0]} staan niet in het bestand; meer dan {limit} in één keer "
            f"{nl_what[1]} alleen als dat wordt bevestigd."
        )
        en = (
            f"{len(gone)} people {en_what[0]} are not in the file; more than {limit} at once {en_what[1]} "
            "only when that is confirmed."
        )
        self.problems.append(Problem(file=file, nl=nl, en=en))
        return True

    def closings(self) -> None:
        """Close what is open and marked so, teams first, then units from the leaves up."""
        teams = [row for row in self._closing if row.is_team]
        units = [row for row in self._closing if not row.is_team]
        for row in [*teams, *reversed(units)]:
            if row.is_team and self._team_id(row.key) in self._standing.teams:
                self._step(UNITS, row.line, "closeTeam", row.key, {"teamKey": row.key})
            elif not row.is_team and self._unit_id(row.key) in self._standing.units:
                self._step(UNITS, row.line, "closeUnit", row.key, {"unitKey": row.key})
            else:
                self.unchanged += 1

    def _unit(self, row: Unit) -> None:
        stands = self._standing.teams if row.is_team else self._standing.units
        there = stands.get(self._team_id(row.key) if row.is_team else self._unit_id(row.key))
        kind, field = ("Team", "teamKey") if row.is_team else ("Unit", "unitKey")
        parent = self._unit_id(row.parent_key) if row.parent_key else None
        if there is None:
            given: dict[str, Any] = {field: row.key, "name": row.name}
            if row.parent_key:
                given["unitKey" if row.is_team else "parentKey"] = row.parent_key
            self._step(UNITS, row.line, f"form{kind}", row.key, given)
            return
        name, above = there
        if above != parent and (row.is_team or row.parent_key is None):
            nl = "Dit kan niet worden verplaatst: geef het een nieuwe sleutel."
            self._problem(UNITS, row.line, "parent_key", nl, "This can't be moved: give it a new key.")
            return
        steps = len(self.steps)
        if name != " ".join(row.name.split()):
            self._step(UNITS, row.line, f"rename{kind}", row.key, {field: row.key, "name": row.name})
        if above != parent:
            given = {"unitKey": row.key, "parentKey": row.parent_key}
            self._step(UNITS, row.line, "moveUnit", row.key, given)
        self.unchanged += len(self.steps) == steps

    def _leave(self, number: str, team: str) -> None:
        key = self._keys.get(team)
        if key is None:
            nl = f"{number} zit in een team dat in geen van de bestanden staat; dat blijft zo."
            en = f"{number} is in a team that is in none of the files; that stays so."
            self.problems.append(Problem(file=MEMBERSHIPS, nl=nl, en=en))
            return
        given = {"employeeNumber": number, "teamKey": key, "on": self._today.isoformat()}
        self._step(MEMBERSHIPS, None, "recordTeamLeft", number, given)

    def _step(self, file: str, line: int | None, name: str, who: str, given: dict[str, Any]) -> None:
        self.steps.append(Step(file=file, line=line, name=name, who=who, given=given))

    def _problem(self, file: str, line: int, column: str, nl: str, en: str) -> None:
        self.problems.append(Problem(file=file, line=line, column=column, nl=nl, en=en))

    def _stands(self, unit_key: str) -> bool:
        return self._unit_id(unit_key) in self._standing.units

    def _unit_id(self, key: str) -> str:
        return derived_id(self._standing.organisation, "unit", key)

    def _team_id(self, key: str) -> str:
        return derived_id(self._standing.organisation, "team", key)


def _once(
    rows: Sequence[Any], file: str, key: Callable[[Any], object], problems: list[Problem], column: str
) -> list[Any]:
    """Return the rows whose key stands there once; a key that stands twice is told at each of its lines."""
    times = Counter(key(row) for row in rows)
    for row in rows:
        if times[key(row)] > 1:
            nl, en = "Dit staat meer dan eens in het bestand.", "This stands in the file more than once."
            problems.append(Problem(file=file, line=row.line, column=column, nl=nl, en=en))
    return [row for row in rows if times[key(row)] == 1]


def _parents_first(rows: Sequence[Unit], problems: list[Problem]) -> Iterator[Unit]:
    """Yield units so that each comes after its parent, then teams; units in a circle are told."""
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
        nl, en = "Deze eenheid staat onder zichzelf.", "This unit stands under itself."
        problems.append(Problem(file=UNITS, line=row.line, column="parent_key", nl=nl, en=en))
    yield from (row for row in rows if row.is_team)
