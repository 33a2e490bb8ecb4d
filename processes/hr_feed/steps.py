"""What a plan for HR's files is made from, and what it is: the current organisation, rows, commands."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from kit.ids import derived_id
from processes.hr_feed.files import Membership, Problem, Professional, Unit


class KnownPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works here."""

    name: str
    email: str


class KnownPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A unit or team: its name, its parent's id, and HR's key, None if no program has recorded it."""

    name: str
    parent: str | None
    key: str | None = None


class OrganisationSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """
    The current organisation, as far as HR's files are about it.

    `people` are those who work here and `members` their teams' ids, each with the first day, both by HR's
    number. `units` and `teams` are those that are not closed, by id; the closed ones are apart.
    """

    organisation: str
    people: Mapping[str, KnownPerson] = {}
    units: Mapping[str, KnownPlace] = {}
    teams: Mapping[str, KnownPlace] = {}
    closed_units: Mapping[str, KnownPlace] = {}
    closed_teams: Mapping[str, KnownPlace] = {}
    members: Mapping[str, Mapping[str, date]] = {}

    def unit_id(self, key: str) -> str:
        return derived_id(self.organisation, "unit", key)

    def team_id(self, key: str) -> str:
        return derived_id(self.organisation, "team", key)


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


class Found:
    """What was found so far: the steps, how many rows change nothing, and what can't be done."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.problems: list[Problem] = []
        self.unchanged = 0

    def step(self, file: str, line: int | None, name: str, who: str, fields: dict[str, Any]) -> None:
        self.steps.append(Step(file=file, line=line, name=name, who=who, input=fields))

    def problem(self, file: str, line: int, column: str, nl: str, en: str) -> None:
        self.problems.append(Problem(file=file, line=line, column=column, nl=nl, en=en))
