"""Compares HR's files with the organisation and plans the commands; pure, the same for a dry run."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Final

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
from processes.hr_feed.rows import once
from processes.hr_feed.steps import Files, Found, KnownPerson, OrganisationSnapshot, Plan
from processes.hr_feed.tree import TreePlanner

LEAVERS_MIN: Final = 5
LEAVERS_SHARE_MAX: Final = 0.1
"""If more people are missing than this share, and more than LEAVERS_MIN, the file was perhaps cut short."""


def plan(files: Files, snapshot: OrganisationSnapshot, *, today: date, confirm_leavers: bool) -> Plan:
    """Return the commands that make the organisation equal to the files."""
    found = Found()
    units = once(files.units or (), UNITS, found.problems, "key")
    tree = TreePlanner(snapshot, found)
    tree.changes(units)
    planner = _Planner(snapshot, found, units, today=today)
    people: list[Professional] = []
    if files.professionals is not None:
        people = once(files.professionals, PROFESSIONALS, found.problems, "employee_number")
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
    tree.closings()
    read = {PROFESSIONALS: files.professionals, MEMBERSHIPS: files.memberships}
    for file in sorted(name for name, rows in read.items() if rows is not None and name in files.damaged):
        found.problems.append(unread_rows(file))
    return Plan(
        steps=tuple(found.steps),
        unchanged=found.unchanged,
        problems=tuple(found.problems),
        warnings=tuple(same_addresses(files.professionals or (), snapshot.people)),
    )


class _Planner:
    """Adds the steps for people and their teams to what was found, one method for each part of the files."""

    def __init__(
        self, snapshot: OrganisationSnapshot, found: Found, units: Sequence[Unit], *, today: date
    ) -> None:
        self._snapshot = snapshot
        self._today = today
        self._keys = {snapshot.team_id(row.key): row.key for row in units if row.is_team}
        self.found = found

    def people(self, rows: Sequence[Professional]) -> None:
        for row in rows:
            fields = {"employeeNumber": row.employee_number, "name": row.name, "email": row.email}
            if row.returning is not None:
                fields["returning"] = row.returning.name
            # Sent even when the view has the same: the view may be behind the log.
            self.found.step(PROFESSIONALS, row.line, "registerProfessional", row.employee_number, fields)

    def memberships(self, rows: Sequence[Membership], *, leaving: bool, confirmed: bool) -> None:
        """
        Leave teams first, then join, so that somebody who changes teams is never in two by mistake.

        Leaving a team ends what was shared with it for ever. So when many people are in no row at all, they
        stay in their teams until their absence is confirmed.
        """
        wanted: dict[str, set[str]] = {}
        for row in rows:
            wanted.setdefault(row.employee_number, set()).add(self._snapshot.team_id(row.team_key))
            self._keys[self._snapshot.team_id(row.team_key)] = row.team_key
        absent = self._snapshot.members.keys() - wanted.keys()
        staying = absent if leaving and self._too_many(MEMBERSHIPS, absent, confirmed=confirmed) else set()
        if leaving and not confirmed:
            staying |= self._renumbered(absent, rows)
        for number, teams in self._snapshot.members.items() if leaving else ():
            if number in staying:
                continue
            for team in sorted(teams.keys() - wanted.get(number, set())):
                self._leave(number, team)
        for row in once(rows, MEMBERSHIPS, self.found.problems, "employee_number", "team_key"):
            teams_of = self._snapshot.members.get(row.employee_number, {})
            if teams_of.get(self._snapshot.team_id(row.team_key)) == row.on:
                self.found.unchanged += 1
            elif row.on > self._today:
                nl, en = "Deze dag ligt in de toekomst.", "This day lies in the future."
                self.found.problem(MEMBERSHIPS, row.line, "since", nl, en)
            else:
                fields = {"employeeNumber": row.employee_number, "teamKey": row.team_key}
                fields["on"] = row.on.isoformat()
                self.found.step(MEMBERSHIPS, row.line, "recordTeamJoined", row.employee_number, fields)

    def lookalikes(self, rows: Sequence[Professional], present: AbstractSet[str]) -> AbstractSet[str]:
        """
        Let newcomers who look like missing people wait; return the numbers of the missing ones.

        Either half alone makes two people of one: nothing happens to both until that is confirmed.
        """
        known = self._snapshot.people
        missing = {number: known[number] for number in known.keys() - present}
        newcomers = {
            row.employee_number: KnownPerson(name=row.name, email=row.email)
            for row in rows
            if row.employee_number not in known
        }
        found, problems = lookalikes(PROFESSIONALS, rows, newcomers, missing)
        self.found.problems += problems
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
            fields: dict[str, Any] = {"employeeNumber": number, "on": self._today.isoformat()}
            if confirmed:
                fields["confirmed"] = True
            self.found.step(PROFESSIONALS, None, "recordEmploymentEnded", number, fields)

    def _drop(self, numbers: AbstractSet[str], *, of: str | None = None) -> None:
        """Take back the steps for these people: those with the name `of`, or all."""
        self.found.steps = [
            step
            for step in self.found.steps
            if step.file == UNITS or step.who not in numbers or of not in {None, step.name}
        ]

    def _renumbered(self, absent: AbstractSet[str], rows: Sequence[Membership]) -> AbstractSet[str]:
        """Return who is absent only because the number is written differently now; report these rows."""
        nothing = KnownPerson(name="", email="")
        new = {
            row.employee_number: nothing for row in rows if row.employee_number not in self._snapshot.people
        }
        found, problems = lookalikes(MEMBERSHIPS, rows, new, dict.fromkeys(absent, nothing))
        self.found.problems += problems
        return set(found.values())

    def _too_many(self, file: str, gone: AbstractSet[str], *, confirmed: bool) -> bool:
        """Return whether so many people are missing from a file that it must be confirmed, and was not."""
        known = self._snapshot.people if file == PROFESSIONALS else self._snapshot.members
        limit = max(LEAVERS_MIN, int(len(known) * LEAVERS_SHARE_MAX))
        if len(gone) <= limit or confirmed:
            return False
        self.found.problems.append(many_missing(file, len(gone), limit))
        return True

    def _leave(self, number: str, team: str) -> None:
        key = self._keys.get(team)
        if key is None:
            nl = f"{number} zit in een team dat in geen van de bestanden staat; dat blijft zo."
            en = f"{number} is in a team that is in none of the files; nothing was changed."
            self.found.problems.append(Problem(file=MEMBERSHIPS, nl=nl, en=en))
            return
        fields = {"employeeNumber": number, "teamKey": key, "on": self._today.isoformat()}
        self.found.step(MEMBERSHIPS, None, "recordTeamLeft", number, fields)
