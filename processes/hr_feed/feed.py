"""Carrying HR's files out: read, compared with the views, given command by command, told row by row."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from kit.ids import derived_id, new_id
from processes.hr_feed import files as hr_files
from processes.hr_feed.files import Problem
from processes.hr_feed.plan import Files, Plan, Standing, Step
from projections.views import directory, organisation, profile
from rules.commands import CommandRequest, CommandResult

TRIES_MAX: Final = 5
"""How often a command is given that is unsettled or met too much at once."""
PROBLEMS_TOLD_MAX: Final = 1_000


SendRequest = Callable[[CommandRequest], CommandResult]
"""Sends one command in HR's name, and waits how it ends."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, or in a dry run would happen, for a row; `line` is None for what a file leaves out."""

    file: str
    line: int | None
    who: str
    command: str


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All of it: `done` landed (in a dry run: would be asked), `unchanged` was so already."""

    dry_run: bool
    done: tuple[Row, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    problems_left_out: int = 0


def read(sent: Mapping[str, bytes]) -> tuple[Files, tuple[Problem, ...]]:
    """Read the files that were sent, by their names; a file whose header is wrong counts as not sent."""
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
    damaged = frozenset(problem.file for problem in problems)
    return Files(**rows, damaged=damaged), tuple(problems)


async def standing(
    connection: Any,
    numbers: Callable[[Sequence[str]], Awaitable[Mapping[str, str]]],
) -> Standing:
    """Read how the organisation stands; `numbers` finds HR's numbers of persons."""
    found = await organisation.organisation(connection)
    people = await directory.employed(connection)
    claims = await numbers([person.person for person in people])
    members = await profile.memberships(connection)
    teams_of: dict[str, set[str]] = {}
    for member in members:
        teams_of.setdefault(member.person, set()).add(member.team)
    units, teams = await organisation.units(connection), await organisation.teams(connection)
    return Standing(
        organisation=found.organisation if found else "",
        people={claims[person.person]: person.display_name for person in people if person.person in claims},
        units={unit.unit: (unit.name, unit.parent) for unit in units},
        teams={team.team: (team.name, team.unit) for team in teams},
        members={claims[person]: frozenset(of) for person, of in teams_of.items() if person in claims},
    )


def dry(drawn: Plan, problems: tuple[Problem, ...]) -> Report:
    """Tell what would be asked, without asking it."""
    done = tuple(_row(step) for step in drawn.steps)
    return _report(done, drawn.unchanged, [*problems, *drawn.problems], dry_run=True)


def carry_out(
    drawn: Plan, problems: tuple[Problem, ...], send: SendRequest, *, told: Callable[[], None] = lambda: None
) -> Report:
    """Give every command of a plan; one that is refused is named, and the rest goes on."""
    done: list[Row] = []
    found = [*problems, *drawn.problems]
    unchanged = drawn.unchanged
    feed = new_id()
    for number, step in enumerate(drawn.steps):
        ended = _send(send, step, derived_id("hr feed", feed, str(number)))
        if ended.outcome == "ACCEPTED":
            done.append(_row(step))
        elif {refusal.code for refusal in ended.refusals} == {"ALREADY_SO"}:
            unchanged += 1
        else:
            found += _problems(step, ended)
        told()
    return _report(tuple(done), unchanged, found, dry_run=False)


def _send(send: SendRequest, step: Step, name: str) -> CommandResult:
    """Give a command under one id, so that it happens once however often it is sent."""
    command_id = str(UUID(hex=name, version=4))
    request = CommandRequest(name=step.name, command_id=command_id, input=dict(step.given))
    for _ in range(TRIES_MAX):
        ended = send(request)
        again = ended.outcome == "UNSETTLED" or {refusal.code for refusal in ended.refusals} == {"TOO_BUSY"}
        if not again:
            return ended
    return ended


def _problems(step: Step, ended: CommandResult) -> list[Problem]:
    nl, en = "Of dit gelukt is, is nog niet bekend.", "Whether this happened is not known yet."
    reasons = [(refusal.nl, refusal.en) for refusal in ended.refusals] or [(nl, en)]
    return [
        Problem(file=step.file, line=step.line, nl=f"{step.who}: {nl}", en=f"{step.who}: {en}")
        for nl, en in reasons
    ]


def _row(step: Step) -> Row:
    return Row(file=step.file, line=step.line, who=step.who, command=step.name)


def _report(done: tuple[Row, ...], unchanged: int, problems: list[Problem], *, dry_run: bool) -> Report:
    ordered = sorted(problems, key=lambda problem: (problem.file, problem.line or 0))
    return Report(
        dry_run=dry_run,
        done=done,
        unchanged=unchanged,
        problems=tuple(ordered[:PROBLEMS_TOLD_MAX]),
        problems_left_out=max(0, len(ordered) - PROBLEMS_TOLD_MAX),
    )
