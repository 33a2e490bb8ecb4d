"""HR's files of the largest organisation there is room for: read, compared, and reported row by row."""

from datetime import date

import msgspec

from processes.hr_feed import feed
from processes.hr_feed.files import (
    FILE_BYTES_MAX,
    MEMBERSHIPS,
    PROFESSIONALS,
    ROWS_MAX,
    UNITS,
    read_memberships,
    read_professionals,
)
from processes.hr_feed.plan import plan
from processes.hr_feed.steps import OrganisationSnapshot, Plan
from rules.commands import CommandRequest, CommandResult

PEOPLE = 100_000
"""Size XL."""
TEAMS, DEPTH = PEOPLE // 10, PEOPLE // 10
_HEADERS = {
    PROFESSIONALS: "employee_number,name,email",
    UNITS: "key,name,kind,parent_key",
    MEMBERSHIPS: "employee_number,team_key,since",
}


def file(name: str, rows: list[str]) -> bytes:
    return "\n".join([_HEADERS[name], *rows]).encode()


def of_everyone() -> dict[str, bytes]:
    """Everyone, each in two teams; the units are in one another as deep as there are units, leaf first."""
    mail = "voornaam.van.der.achternaam.{}@werk.organisatie.example"
    under = [f"u{n},Eenheid {n},unit,{f'u{n - 1}' if n else ''}" for n in reversed(range(DEPTH))]
    return {
        PROFESSIONALS: file(
            PROFESSIONALS, [f"{n:09},Voornaam van der Achternaam {n},{mail.format(n)}" for n in range(PEOPLE)]
        ),
        UNITS: file(UNITS, under + [f"t{n},Team {n},team,u{n}" for n in range(TEAMS)]),
        MEMBERSHIPS: file(
            MEMBERSHIPS,
            [f"{n:09},t{(n + also) % TEAMS},2026-01-01" for also in (0, 1) for n in range(PEOPLE)],
        ),
    }


def drawn(sent: dict[str, bytes]) -> tuple[Plan, feed.Report]:
    files, problems = feed.read(sent)
    snapshot = OrganisationSnapshot(organisation="2" * 32)
    made = plan(files, snapshot, today=date(2026, 11, 24), confirm_leavers=False)

    def accepted(request: CommandRequest) -> CommandResult:
        return CommandResult(command_id=request.command_id, outcome="ACCEPTED")

    return made, feed.carry_out(made, problems, accepted)


def test_the_files_of_a_hundred_thousand_people_go_through_and_are_reported_row_by_row() -> None:
    made, report = drawn(of_everyone())
    assert report.problems == ()
    assert len(report.done) == len(made.steps) == DEPTH + TEAMS + PEOPLE + 2 * PEOPLE
    formed = [step.who for step in made.steps[:DEPTH]]
    assert formed == [f"u{n}" for n in range(DEPTH)]  # each under one that exists by then
    assert (report.done[-1].line, report.done[-1].who) == (2 * PEOPLE + 1, f"{PEOPLE - 1:09}")
    assert len(msgspec.json.encode(report)) < 100 * len(report.done)


def test_a_file_of_as_many_rows_as_may_be_is_read_and_one_more_is_refused_whole() -> None:
    rows = [f"{n:09},kade,2026-01-01" for n in range(ROWS_MAX)]
    full = read_memberships(file(MEMBERSHIPS, rows))
    assert (len(full.rows), full.problems) == (ROWS_MAX, ())
    over = file(MEMBERSHIPS, [*rows, "one-more,kade,2026-01-01"])
    made, report = drawn({MEMBERSHIPS: over})
    assert made.steps == ()
    assert [(problem.line, problem.en) for problem in report.problems] == [
        (None, f"The file has more than {ROWS_MAX} rows; so nothing of it was done.")
    ]


def test_a_file_larger_than_it_may_be_is_refused_whole() -> None:
    row = "e1,Fenna,f@example.org\n"
    over = file(PROFESSIONALS, [row * (FILE_BYTES_MAX // len(row) + 1)])
    (problem,) = read_professionals(over).problems
    assert (problem.line, problem.en) == (
        None,
        f"The file is larger than {FILE_BYTES_MAX} bytes; so nothing of it was done.",
    )
