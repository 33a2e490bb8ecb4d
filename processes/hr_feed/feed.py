"""Carries out HR's files: reads them, compares them with the views, sends the commands, reports by row."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec

from kit.ids import derived_id, new_id
from processes.hr_feed import files as hr_files
from processes.hr_feed.confirmations import waiting
from processes.hr_feed.files import Problem
from processes.hr_feed.steps import Files, KnownPerson, KnownPlace, OrganisationSnapshot, Plan, Step
from projections.views import directory, organisation, profile
from rules.commands import CommandRequest, CommandResult

TRIES_MAX: Final = 5
"""How often a command is sent whose outcome is unknown or that was refused as TOO_BUSY."""
PROBLEMS_MAX: Final = 1_000
"""How many problems a report lists; it counts the others."""


SendRequest = Callable[[CommandRequest], CommandResult]
"""Sends one command in HR's name, and returns its result."""


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """How HR's commands are carried out, and how they are only decided, one after the other."""

    send: SendRequest
    rehearsal: Callable[[], SendRequest]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, or in a dry run would be done, for a row; `line` is None for an absence from a file."""

    file: str
    line: int | None
    who: str
    command: str


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`done` was accepted, or in a dry run would be; `unchanged` counts what was so already."""

    dry_run: bool
    done: tuple[Row, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    problems_left_out: int = 0
    warnings: tuple[Problem, ...] = ()
    """What was done all the same, and may be a mistake."""
    warnings_left_out: int = 0


def read(sent: Mapping[str, bytes]) -> tuple[Files, tuple[Problem, ...]]:
    """Read the files, by their names; a file that can't be read as a whole counts as not sent."""
    read_as: dict[str, Any] = {
        hr_files.PROFESSIONALS: hr_files.read_professionals,
        hr_files.UNITS: hr_files.read_units,
        hr_files.MEMBERSHIPS: hr_files.read_memberships,
    }
    rows: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, content in sent.items():
        found = read_as[name](content)
        problems += found.problems
        unreadable = any(problem.line is None for problem in found.problems)
        rows[name.removesuffix(".csv")] = None if unreadable else found.rows
    damaged = frozenset(problem.file for problem in problems if problem.file)
    return Files(**rows, damaged=damaged), tuple(problems)


async def read_snapshot(
    connection: Any,
    numbers: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]],
) -> OrganisationSnapshot:
    """Read the current organisation from the views; `numbers` returns HR's numbers of persons, by person."""
    found = await organisation.organisation(connection)
    people = await directory.employed(connection)
    addresses = await directory.addresses(connection)
    claims = await numbers([person.person for person in people])
    members = await profile.memberships(connection)
    teams_of: dict[str, dict[str, date]] = {}
    for member in members:
        teams_of.setdefault(member.person, {})[member.team] = member.joined_on
    return OrganisationSnapshot(
        organisation=found.organisation if found else "",
        people={
            claims[person.person]: KnownPerson(name=person.display_name, email=addresses[person.person])
            for person in people
            if person.person in claims
        },
        units=_units(await organisation.units(connection)),
        teams=_teams(await organisation.teams(connection)),
        closed_units=_units(await organisation.units(connection, closed=True)),
        closed_teams=_teams(await organisation.teams(connection, closed=True)),
        members={claims[person]: of for person, of in teams_of.items() if person in claims},
    )


def _units(units: Sequence[organisation.Unit]) -> dict[str, KnownPlace]:
    return {unit.unit: KnownPlace(name=unit.name, parent=unit.parent, key=unit.hr_key) for unit in units}


def _teams(teams: Sequence[organisation.Team]) -> dict[str, KnownPlace]:
    return {team.team: KnownPlace(name=team.name, parent=team.unit, key=team.hr_key) for team in teams}


def refused(problem: Problem, *, dry_run: bool) -> Report:
    """Report what is wrong with a request of which nothing was done."""
    nothing = Plan(steps=(), unchanged=0, problems=())
    return _report(nothing, (), 0, [problem], dry_run=dry_run)


def carry_out(
    planned: Plan,
    problems: tuple[Problem, ...],
    send: SendRequest,
    *,
    dry_run: bool = False,
    on_progress: Callable[[], None] = lambda: None,
) -> Report:
    """
    Send every command of a plan; one that is refused becomes a problem, and the others go on.

    In a dry run `send` decides the commands without carrying them out, so the report is the same.
    `on_progress` is called after each command.
    """
    done: list[Row] = []
    found = [*problems, *planned.problems]
    unchanged = planned.unchanged
    feed = new_id()
    for number, step in enumerate(planned.steps):
        result = _send(send, step, derived_id("hr feed", feed, str(number)))
        if result.outcome == "ACCEPTED":
            done.append(_row(step))
        elif {refusal.code for refusal in result.refusals} == {"ALREADY_SO"}:
            unchanged += 1
        else:
            found += _problems(step, result)
        on_progress()
    return _report(planned, tuple(done), unchanged, found, dry_run=dry_run)


def _send(send: SendRequest, step: Step, name: str) -> CommandResult:
    """Send a command with one id, so that it happens once however often it is sent."""
    command_id = str(UUID(hex=name, version=4))
    request = CommandRequest(name=step.name, command_id=command_id, input=dict(step.input))
    for _ in range(TRIES_MAX):
        result = send(request)
        again = result.outcome == "UNSETTLED" or {refusal.code for refusal in result.refusals} == {"TOO_BUSY"}
        if not again:
            return result
    return result


def _problems(step: Step, result: CommandResult) -> list[Problem]:
    confirm = [refusal for refusal in result.refusals if refusal.code == "CONFIRMATION_NEEDED"]
    if confirm:
        return [waiting(step, refusal) for refusal in confirm]
    nl, en = "Of dit gelukt is, is nog niet bekend.", "Whether this happened is not known yet."
    reasons = [(refusal.nl, refusal.en) for refusal in result.refusals] or [(nl, en)]
    return [
        Problem(file=step.file, line=step.line, nl=f"{step.who}: {nl}", en=f"{step.who}: {en}")
        for nl, en in reasons
    ]


def _row(step: Step) -> Row:
    return Row(file=step.file, line=step.line, who=step.who, command=step.name)


def _report(
    planned: Plan, done: tuple[Row, ...], unchanged: int, problems: list[Problem], *, dry_run: bool
) -> Report:
    ordered = sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0))
    return Report(
        dry_run=dry_run,
        done=done,
        unchanged=unchanged,
        problems=tuple(ordered[:PROBLEMS_MAX]),
        problems_left_out=max(0, len(ordered) - PROBLEMS_MAX),
        warnings=planned.warnings[:PROBLEMS_MAX],
        warnings_left_out=max(0, len(planned.warnings) - PROBLEMS_MAX),
    )
