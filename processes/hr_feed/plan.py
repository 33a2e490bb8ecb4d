"""Compares HR's files with the organisation and plans the commands; pure, the same for a dry run."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Final

import msgspec

from kit.ids import derived_id
from processes.hr_feed.addresses import same_addresses
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
"""If more people are missing than this share, and more than LEAVERS_MIN, the file was perhaps cut short."""

_LEAVING: Final = {
    PROFESSIONALS: (("die hier werken", "gaan uit dienst"), ("who work here", "leave")),
    MEMBERSHIPS: (("die in een team zitten", "gaan eruit"), ("who are in a team", "leave it")),
}


class OrganisationSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """
    The current organisation, as far as HR's files are about it.

    `people` has the names of those who work here and `members` the ids of their teams, both by HR's number.
    `units` and `teams` have name and parent of those that are not closed, by id.
    """

    organisation: str
    people: Mapping[str, str] = {}
    units: Mapping[str, tuple[str, str | None]] = {}
    teams: Mapping[str, tuple[str, str | None]] = {}
    members: Mapping[str, frozenset[str]] = {}


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """
    The rows of each file, which are complete: what is missing in a file has ended. None: it was not sent.

    `damaged` names files with rows that can't be read. Nobody leaves for being absent from such a file.
    """

    professionals: tuple[Professional, ...] | None = None
    units: tuple[Unit, ...] | None = None
    memberships: tuple[Membership, ...] | None = None
    damaged: frozenset[str] = frozenset()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One command: its name and input, and the line of the row it follows from; None for an absence."""

    file: str
    line: int | None
    name: str
    input: dict[str, Any]
    who: str
    """The person, unit or team, by the key that HR uses."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Commands, in an order that can be accepted; how many rows change nothing; and what can't be done."""

    steps: tuple[Step, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()
    """What is done and may be a mistake."""


def plan(files: Files, snapshot: OrganisationSnapshot, *, today: date, confirm_leavers: bool) -> Plan:
    """Return the commands that make the organisation equal to the files."""
    planner = _Planner(snapshot, today=today)
    planner.units(_once(files.units or (), UNITS, lambda unit: unit.key, planner.problems, "key"))
    if files.professionals is not None:
        people = _once(
            files.professionals,
            PROFESSIONALS,
            lambda person: person.employee_number,
            planner.problems,
            "employee_number",
        )
        planner.people(people)
    if files.memberships is not None:
        planner.memberships(
            files.memberships, leaving=MEMBERSHIPS not in files.damaged, confirmed=confirm_leavers
        )
    if files.professionals is not None and PROFESSIONALS not in files.damaged:
        planner.leavers({person.employee_number for person in files.professionals}, confirmed=confirm_leavers)
    planner.closings()
    read = {PROFESSIONALS: files.professionals, MEMBERSHIPS: files.memberships}
    for file in sorted(name for name, rows in read.items() if rows is not None and name in files.damaged):
        nl = "Er zijn rijen die niet gelezen kunnen worden; daarom gaat niemand weg die hier ontbreekt."
        en = "There are rows that can't be read; so nobody leaves who is missing here."
        planner.problems.append(Problem(file=file, nl=nl, en=en))
    return Plan(
        steps=tuple(planner.steps),
        unchanged=planner.unchanged,
        problems=tuple(planner.problems),
        warnings=tuple(same_addresses(files.professionals or ())),
    )


class _Planner:
    """Collects the steps of a plan, one method for each part of the files."""

    def __init__(self, snapshot: OrganisationSnapshot, *, today: date) -> None:
        self._snapshot = snapshot
        self._today = today
        self._closing: list[Unit] = []
        self._keys: dict[str, str] = {}
        self.steps: list[Step] = []
        self.problems: list[Problem] = []
        self.unchanged = 0

    def units(self, rows: Sequence[Unit]) -> None:
        """Form, rename and move units and teams: parents first, teams last. A team can't be moved."""
        keys = {row.key for row in rows if not row.is_team and not row.closed}
        for row in _parents_first(rows, self.problems):
            self._keys[self._team_id(row.key)] = row.key
            if row.closed:
                self._closing.append(row)
            elif row.parent_key and row.parent_key not in keys and not self._is_open(row.parent_key):
                nl = f"Er is geen eenheid {row.parent_key!r}."
                self._problem(UNITS, row.line, "parent_key", nl, f"There is no unit {row.parent_key!r}.")
            else:
                self._unit(row)

    def people(self, rows: Sequence[Professional]) -> None:
        for row in rows:
            fields = {"employeeNumber": row.employee_number, "name": row.name, "email": row.email}
            if row.returning is not None:
                fields["returning"] = row.returning.name
            # The mail address is in no view, so only the service can know whether it changed.
            self._step(PROFESSIONALS, row.line, "registerProfessional", row.employee_number, fields)

    def memberships(self, rows: Sequence[Membership], *, leaving: bool, confirmed: bool) -> None:
        """
        Leave teams first, then join, so that somebody who changes teams is never in two by mistake.

        Leaving a team ends what was shared with it for ever. So when many people are in no row at all, they
        stay in their teams until their absence is confirmed.
        """
        wanted: dict[str, set[str]] = {}
        for row in rows:
            wanted.setdefault(row.employee_number, set()).add(self._team_id(row.team_key))
            self._keys[self._team_id(row.team_key)] = row.team_key
        absent = self._snapshot.members.keys() - wanted.keys()
        staying = absent if leaving and self._too_many(MEMBERSHIPS, absent, confirmed=confirmed) else ()
        for number, teams in self._snapshot.members.items() if leaving else ():
            if number in staying:
                continue
            for team in sorted(teams - wanted.get(number, set())):
                self._leave(number, team)
        for row in _once(
            rows, MEMBERSHIPS, lambda row: (row.employee_number, row.team_key), self.problems, "team_key"
        ):
            if self._team_id(row.team_key) in self._snapshot.members.get(row.employee_number, ()):
                self.unchanged += 1
            elif row.on > self._today:
                nl, en = "Deze dag ligt in de toekomst.", "This day lies in the future."
                self._problem(MEMBERSHIPS, row.line, "since", nl, en)
            else:
                fields = {
                    "employeeNumber": row.employee_number,
                    "teamKey": row.team_key,
                    "on": row.on.isoformat(),
                }
                self._step(MEMBERSHIPS, row.line, "recordTeamJoined", row.employee_number, fields)

    def leavers(self, present: set[str], *, confirmed: bool) -> None:
        """End the employment of people who are not in the file, unless too many are missing."""
        gone = self._snapshot.people.keys() - present
        if self._too_many(PROFESSIONALS, gone, confirmed=confirmed):
            return
        self.steps = [step for step in self.steps if not (step.name == "recordTeamLeft" and step.who in gone)]
        for number in sorted(gone):
            fields = {"employeeNumber": number, "on": self._today.isoformat()}
            self._step(PROFESSIONALS, None, "recordEmploymentEnded", number, fields)

    def _too_many(self, file: str, gone: AbstractSet[str], *, confirmed: bool) -> bool:
        """Return whether so many people are missing from a file that it must be confirmed, and was not."""
        known = self._snapshot.people if file == PROFESSIONALS else self._snapshot.members
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
        """Close what is open and marked as closed: teams first, then units from the leaves up."""
        teams = [row for row in self._closing if row.is_team]
        units = [row for row in self._closing if not row.is_team]
        for row in [*teams, *reversed(units)]:
            if row.is_team and self._team_id(row.key) in self._snapshot.teams:
                self._step(UNITS, row.line, "closeTeam", row.key, {"teamKey": row.key})
            elif not row.is_team and self._unit_id(row.key) in self._snapshot.units:
                self._step(UNITS, row.line, "closeUnit", row.key, {"unitKey": row.key})
            else:
                self.unchanged += 1

    def _unit(self, row: Unit) -> None:
        all_open = self._snapshot.teams if row.is_team else self._snapshot.units
        existing = all_open.get(self._team_id(row.key) if row.is_team else self._unit_id(row.key))
        kind, field = ("Team", "teamKey") if row.is_team else ("Unit", "unitKey")
        parent = self._unit_id(row.parent_key) if row.parent_key else None
        if existing is None:
            fields: dict[str, Any] = {field: row.key, "name": row.name}
            if row.parent_key:
                fields["unitKey" if row.is_team else "parentKey"] = row.parent_key
            self._step(UNITS, row.line, f"form{kind}", row.key, fields)
            return
        name, current_parent = existing
        if current_parent != parent and (row.is_team or row.parent_key is None):
            nl = "Dit kan niet worden verplaatst: geef het een nieuwe sleutel."
            self._problem(UNITS, row.line, "parent_key", nl, "This can't be moved: give it a new key.")
            return
        steps = len(self.steps)
        if name != " ".join(row.name.split()):
            self._step(UNITS, row.line, f"rename{kind}", row.key, {field: row.key, "name": row.name})
        if current_parent != parent:
            fields = {"unitKey": row.key, "parentKey": row.parent_key}
            self._step(UNITS, row.line, "moveUnit", row.key, fields)
        self.unchanged += len(self.steps) == steps

    def _leave(self, number: str, team: str) -> None:
        key = self._keys.get(team)
        if key is None:
            nl = f"{number} zit in een team dat in geen van de bestanden staat; dat blijft zo."
            en = f"{number} is in a team that is in none of the files; nothing was changed."
            self.problems.append(Problem(file=MEMBERSHIPS, nl=nl, en=en))
            return
        fields = {"employeeNumber": number, "teamKey": key, "on": self._today.isoformat()}
        self._step(MEMBERSHIPS, None, "recordTeamLeft", number, fields)

    def _step(self, file: str, line: int | None, name: str, who: str, fields: dict[str, Any]) -> None:
        self.steps.append(Step(file=file, line=line, name=name, who=who, input=fields))

    def _problem(self, file: str, line: int, column: str, nl: str, en: str) -> None:
        self.problems.append(Problem(file=file, line=line, column=column, nl=nl, en=en))

    def _is_open(self, unit_key: str) -> bool:
        return self._unit_id(unit_key) in self._snapshot.units

    def _unit_id(self, key: str) -> str:
        return derived_id(self._snapshot.organisation, "unit", key)

    def _team_id(self, key: str) -> str:
        return derived_id(self._snapshot.organisation, "team", key)


def _once(
    rows: Sequence[Any], file: str, key: Callable[[Any], object], problems: list[Problem], column: str
) -> list[Any]:
    """Return the rows whose key occurs once; for a key that occurs again, report a problem at each line."""
    times = Counter(key(row) for row in rows)
    for row in rows:
        if times[key(row)] > 1:
            nl, en = "Dit staat meer dan eens in het bestand.", "This is in the file more than once."
            problems.append(Problem(file=file, line=row.line, column=column, nl=nl, en=en))
    return [row for row in rows if times[key(row)] == 1]


def _parents_first(rows: Sequence[Unit], problems: list[Problem]) -> Iterator[Unit]:
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
