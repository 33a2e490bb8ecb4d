"""Compares HR's files with the organisation and plans the commands; pure, the same for a dry run."""

from collections import Counter
from collections.abc import Mapping, Sequence
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
from processes.hr_feed.lookalikes import lookalikes, many_missing, unread_rows
from processes.hr_feed.rows import once, parents_first

LEAVERS_MIN: Final = 5
LEAVERS_SHARE_MAX: Final = 0.1
"""If more people are missing than this share, and more than LEAVERS_MIN, the file was perhaps cut short."""


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
    planner.units(once(files.units or (), UNITS, planner.problems, "key"))
    people: list[Professional] = []
    if files.professionals is not None:
        people = once(files.professionals, PROFESSIONALS, planner.problems, "employee_number")
        planner.people(people)
    if files.memberships is not None:
        planner.memberships(
            files.memberships, leaving=MEMBERSHIPS not in files.damaged, confirmed=confirm_leavers
        )
    if files.professionals is not None:
        present = {person.employee_number for person in files.professionals}
        waiting = set() if confirm_leavers else planner.lookalikes(people, present)
        if PROFESSIONALS not in files.damaged:
            planner.leavers(present, waiting=waiting, confirmed=confirm_leavers)
    planner.closings()
    read = {PROFESSIONALS: files.professionals, MEMBERSHIPS: files.memberships}
    for file in sorted(name for name, rows in read.items() if rows is not None and name in files.damaged):
        planner.problems.append(unread_rows(file))
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
        self._parents = {
            there: parent
            for all_open in (snapshot.units, snapshot.teams)
            for there, (_, parent) in all_open.items()
        }
        """Of every unit and team that will be open, by id."""
        self.steps: list[Step] = []
        self.problems: list[Problem] = []
        self.unchanged = 0

    def units(self, rows: Sequence[Unit]) -> None:
        """Form, rename and move units and teams: parents first, teams last. A team can't be moved."""
        keys = {row.key for row in rows if not row.is_team and not row.closed}
        for row in parents_first(rows, self.problems):
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
        staying = absent if leaving and self._too_many(MEMBERSHIPS, absent, confirmed=confirmed) else set()
        if leaving and not confirmed:
            staying |= self._renumbered(absent, rows)
        for number, teams in self._snapshot.members.items() if leaving else ():
            if number in staying:
                continue
            for team in sorted(teams - wanted.get(number, set())):
                self._leave(number, team)
        for row in once(rows, MEMBERSHIPS, self.problems, "employee_number", "team_key"):
            if self._team_id(row.team_key) in self._snapshot.members.get(row.employee_number, ()):
                self.unchanged += 1
            elif row.on > self._today:
                nl, en = "Deze dag ligt in de toekomst.", "This day lies in the future."
                self._problem(MEMBERSHIPS, row.line, "since", nl, en)
            else:
                fields = {"employeeNumber": row.employee_number, "teamKey": row.team_key}
                fields["on"] = row.on.isoformat()
                self._step(MEMBERSHIPS, row.line, "recordTeamJoined", row.employee_number, fields)

    def lookalikes(self, rows: Sequence[Professional], present: AbstractSet[str]) -> AbstractSet[str]:
        """
        Let newcomers who look like missing people wait; return the numbers of the missing ones.

        Either half alone makes two people of one: nothing happens to both until that is confirmed.
        """
        known = self._snapshot.people
        missing = {number: known[number] for number in known.keys() - present}
        newcomers = {row.employee_number: row.name for row in rows if row.employee_number not in known}
        found, problems = lookalikes(PROFESSIONALS, rows, newcomers, missing)
        self.problems += problems
        self._drop(found.keys())
        return set(found.values())

    def leavers(self, present: AbstractSet[str], *, waiting: AbstractSet[str], confirmed: bool) -> None:
        """End the employment of people who are not in the file, unless too many are missing."""
        missing = self._snapshot.people.keys() - present
        if self._too_many(PROFESSIONALS, missing, confirmed=confirmed):
            waiting = missing
        # Who leaves the organisation leaves the teams with it; who waits stays in them.
        self._drop(missing, of="recordTeamLeft")
        for number in sorted(missing - waiting):
            fields = {"employeeNumber": number, "on": self._today.isoformat()}
            self._step(PROFESSIONALS, None, "recordEmploymentEnded", number, fields)

    def _drop(self, numbers: AbstractSet[str], *, of: str | None = None) -> None:
        """Take back the steps for these people: those with the name `of`, or all."""
        self.steps = [
            step
            for step in self.steps
            if step.file == UNITS or step.who not in numbers or of not in {None, step.name}
        ]

    def _renumbered(self, absent: AbstractSet[str], rows: Sequence[Membership]) -> AbstractSet[str]:
        """Return who is absent only because the number is written differently now; report these rows."""
        new = {row.employee_number: "" for row in rows if row.employee_number not in self._snapshot.people}
        found, problems = lookalikes(MEMBERSHIPS, rows, new, dict.fromkeys(absent, ""))
        self.problems += problems
        return set(found.values())

    def _too_many(self, file: str, gone: AbstractSet[str], *, confirmed: bool) -> bool:
        """Return whether so many people are missing from a file that it must be confirmed, and was not."""
        known = self._snapshot.people if file == PROFESSIONALS else self._snapshot.members
        limit = max(LEAVERS_MIN, int(len(known) * LEAVERS_SHARE_MAX))
        if len(gone) <= limit or confirmed:
            return False
        self.problems.append(many_missing(file, len(gone), limit))
        return True

    def closings(self) -> None:
        """
        Close what is open and marked as closed: teams first, then units from the leaves up.

        A unit is not closed over teams or units that stay open: these would be in no listing any more.
        """
        teams = [row for row in self._closing if row.is_team]
        units = [row for row in self._closing if not row.is_team]
        below = Counter(self._parents.values())
        for row in [*teams, *reversed(units)]:
            there = self._team_id(row.key) if row.is_team else self._unit_id(row.key)
            kind, field = ("Team", "teamKey") if row.is_team else ("Unit", "unitKey")
            if there not in self._parents:
                self.unchanged += 1
            elif below[there]:
                nl = f"Hieronder staan nog teams of eenheden die open zijn ({below[there]})."
                en = f"There are teams or units below this one that are open ({below[there]})."
                self._problem(UNITS, row.line, "closed", nl, en)
            else:
                below[self._parents.pop(there)] -= 1
                self._step(UNITS, row.line, f"close{kind}", row.key, {field: row.key})

    def _unit(self, row: Unit) -> None:
        all_open = self._snapshot.teams if row.is_team else self._snapshot.units
        there = self._team_id(row.key) if row.is_team else self._unit_id(row.key)
        existing = all_open.get(there)
        kind, field = ("Team", "teamKey") if row.is_team else ("Unit", "unitKey")
        parent = self._unit_id(row.parent_key) if row.parent_key else None
        if existing is None:
            self._parents[there] = parent
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
        self._parents[there] = parent
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
