"""What HR's files ask for, against the current organisation."""

import time
from collections import Counter
from datetime import date

import pytest

from kit.ids import derived_id
from processes.hr_feed.files import (
    MEMBERSHIPS,
    PROFESSIONALS,
    read_memberships,
    read_professionals,
    read_units,
)
from processes.hr_feed.plan import LEAVERS_MIN, plan
from processes.hr_feed.steps import Files, KnownPerson, KnownPlace, OrganisationSnapshot, Plan

TODAY = date(2026, 11, 24)
ORGANISATION = "2" * 32
PEOPLE = b"employee_number,name,email\n"
UNITS = b"key,name,kind,parent_key,closed\n"
MEMBERS = b"employee_number,team_key,since\n"


def unit(key: str) -> str:
    return derived_id(ORGANISATION, "unit", key)


def team(key: str) -> str:
    return derived_id(ORGANISATION, "team", key)


def person(name: str, email: str = "x@example.org") -> KnownPerson:
    return KnownPerson(name=name, email=email)


def place(key: str, name: str, parent: str | None) -> KnownPlace:
    return KnownPlace(name=name, parent=parent, key=key)


SINCE = date(2026, 1, 1)
SNAPSHOT = OrganisationSnapshot(
    organisation=ORGANISATION,
    people={"e1": person("Fenna", "f@example.org"), "e2": person("Joris", "j@example.org")},
    units={unit("wijk"): place("wijk", "Wijk", None), unit("zuid"): place("zuid", "Zuid", unit("wijk"))},
    teams={team("kade"): place("kade", "Team Kade", unit("zuid"))},
    members={"e1": {team("kade"): SINCE}, "e2": {team("kade"): SINCE}},
)


def drawn(
    *,
    professionals: bytes | None = None,
    units: bytes | None = None,
    memberships: bytes | None = None,
    snapshot: OrganisationSnapshot = SNAPSHOT,
    confirm_leavers: bool = False,
    damaged: frozenset[str] = frozenset(),
) -> Plan:
    files = Files(
        professionals=read_professionals(PEOPLE + professionals).rows if professionals is not None else None,
        units=read_units(UNITS + units).rows if units is not None else None,
        memberships=read_memberships(MEMBERS + memberships).rows if memberships is not None else None,
        damaged=damaged,
    )
    return plan(files, snapshot, today=TODAY, confirm_leavers=confirm_leavers)


def names(plan: Plan) -> list[str]:
    return [f"{step.name} {step.who}" for step in plan.steps]


def test_a_new_tree_is_formed_parents_first_and_teams_last() -> None:
    rows = b"kade,Team Kade,team,zuid,\nzuid,Zuid,unit,wijk,\nwijk,Wijk,unit,,\n"
    made = drawn(units=rows, snapshot=OrganisationSnapshot(organisation=ORGANISATION))
    assert names(made) == ["formUnit wijk", "formUnit zuid", "formTeam kade"]
    assert made.steps[1].input == {"unitKey": "zuid", "name": "Zuid", "parentKey": "wijk"}
    assert made.problems == ()


def test_the_same_files_again_ask_for_nothing_of_the_tree() -> None:
    made = drawn(units=b"wijk,Wijk,unit,,\nzuid,Zuid,unit,wijk,\nkade,Team  Kade,team,zuid,nee\n")
    assert (names(made), made.unchanged) == ([], 3)


def test_units_are_renamed_moved_and_closed() -> None:
    rows = b"wijk,Wijk,unit,,\nnoord,Noord,unit,,\nzuid,Zuidoost,unit,noord,\nkade,Team Kade,team,zuid,ja\n"
    made = drawn(units=rows)
    assert names(made) == ["formUnit noord", "moveUnit zuid", "renameUnit zuid", "closeTeam kade"]
    closed = drawn(units=b"wijk,Wijk,unit,,ja\nzuid,Zuid,unit,wijk,ja\nkade,Team Kade,team,zuid,ja\n")
    assert names(closed) == ["closeTeam kade", "closeUnit zuid", "closeUnit wijk"]


def test_a_team_moves_to_another_unit_and_a_unit_to_the_top() -> None:
    rows = b"wijk,Wijk,unit,,\nzuid,Zuid,unit,,\nkade,Team Kade,team,wijk,\n"
    made = drawn(units=rows)
    assert names(made) == ["moveUnit zuid", "moveTeam kade"]
    assert [step.input for step in made.steps] == [
        {"unitKey": "zuid", "parentKey": None},
        {"teamKey": "kade", "unitKey": "wijk"},
    ]


def test_a_unit_goes_above_the_one_that_it_was_under() -> None:
    made = drawn(units=b"wijk,Wijk,unit,zuid,\nzuid,Zuid,unit,,\nkade,Team Kade,team,zuid,\n")
    assert names(made) == ["moveUnit zuid", "moveUnit wijk"]


def test_what_was_closed_is_opened_again_in_its_new_place_and_by_its_new_name() -> None:
    closed = OrganisationSnapshot(
        organisation=ORGANISATION,
        units={unit("noord"): place("noord", "Noord", None)},
        closed_units={
            unit("wijk"): place("wijk", "Wijk", None),
            unit("zuid"): place("zuid", "Zuid", unit("wijk")),
        },
        closed_teams=SNAPSHOT.teams,
    )
    rows = b"noord,Noord,unit,,\nzuid,Zuid,unit,noord,\nkade,Team Haven,team,zuid,\nwijk,Wijk,unit,,ja\n"
    made = drawn(units=rows, snapshot=closed)
    assert names(made) == ["moveUnit zuid", "reopenUnit zuid", "reopenTeam kade", "renameTeam kade"]
    assert (made.problems, made.unchanged) == ((), 2)
    below = drawn(units=b"kade,Team Kade,team,zuid,\n", snapshot=closed)
    assert [(problem.line, problem.column) for problem in below.problems] == [(2, "parent_key")]


def test_the_key_of_what_an_older_program_formed_is_recorded_by_its_row() -> None:
    nameless = OrganisationSnapshot(
        organisation=ORGANISATION,
        units={unit("wijk"): KnownPlace(name="Wijk", parent=None)},
        teams={team("kade"): KnownPlace(name="Team Kade", parent=unit("wijk"))},
    )
    made = drawn(units=b"wijk,Wijk,unit,,\nkade,Team Haven,team,wijk,\n", snapshot=nameless)
    assert names(made) == ["formUnit wijk", "renameTeam kade", "formTeam kade"]


def test_a_corrected_day_of_a_membership_is_taken() -> None:
    made = drawn(memberships=b"e1,kade,2026-01-01\ne2,kade,2026-02-01\n")
    assert (names(made), made.unchanged) == (["recordTeamJoined e2"], 1)


def test_an_address_that_is_also_a_known_persons_is_a_warning() -> None:
    rows = b"e1,Fenna,f@example.org\ne3,Els,J@example.org\n"
    made = drawn(professionals=rows, damaged=frozenset({PROFESSIONALS}))
    (warning,) = made.warnings
    assert (warning.line, warning.column) == (3, "email")
    assert "e2" in warning.en
    changed = drawn(professionals=rows + b"e2,Joris,joris@example.org\n")
    assert changed.warnings == ()


def test_a_unit_under_itself_or_under_nothing_is_named_and_the_rest_lands() -> None:
    made = drawn(units=b"a,A,unit,b,\nb,B,unit,a,\nc,C,unit,nowhere,\nd,D,unit,wijk,\n")
    assert names(made) == ["formUnit d"]
    assert [(p.line, p.column) for p in made.problems] == [
        (4, "parent_key"),
        (2, "parent_key"),
        (3, "parent_key"),
    ]


def test_a_mover_leaves_one_team_and_joins_the_other() -> None:
    rows = b"e1,kade,2026-01-01\ne2,dok,2026-11-01\n"
    made = drawn(
        units=b"wijk,Wijk,unit,,\nzuid,Zuid,unit,wijk,\nkade,Team Kade,team,zuid,\n", memberships=rows
    )
    assert names(made) == ["recordTeamLeft e2", "recordTeamJoined e2"]
    assert made.steps[0].input == {"employeeNumber": "e2", "teamKey": "kade", "on": "2026-11-24"}


def test_a_team_that_no_file_names_is_not_left() -> None:
    made = drawn(memberships=b"e1,dok,2026-01-01\n")
    assert names(made) == ["recordTeamJoined e1"]
    assert len(made.problems) == 2


def test_who_is_not_in_the_file_has_left_and_leaves_every_team_by_that() -> None:
    made = drawn(professionals=b"e1,Fenna,f@example.org\n", memberships=b"e1,kade,2026-01-01\n")
    assert names(made) == ["registerProfessional e1", "recordEmploymentEnded e2"]


def test_many_leavers_at_once_are_taken_for_a_file_cut_short_until_confirmed() -> None:
    many = OrganisationSnapshot(
        organisation=ORGANISATION, people={f"e{n}": person("X") for n in range(LEAVERS_MIN + 2)}
    )
    kept = b"e0,X,x@example.org\n"
    refused = drawn(professionals=kept, snapshot=many)
    assert names(refused) == ["registerProfessional e0"]
    assert "confirmed" in refused.problems[0].en
    confirmed = drawn(professionals=kept, snapshot=many, confirm_leavers=True)
    assert len(confirmed.steps) == LEAVERS_MIN + 2


def test_many_in_no_team_at_once_are_taken_for_a_file_cut_short_until_confirmed() -> None:
    numbers = [f"e{n}" for n in range(LEAVERS_MIN + 2)]
    of_kade = {team("kade"): SINCE}
    many = OrganisationSnapshot(organisation=ORGANISATION, members=dict.fromkeys(numbers, of_kade))
    cut = b"e0,dok,2026-01-01\n"
    units = b"kade,Team Kade,team,zuid,\n"
    refused = drawn(units=units, memberships=cut, snapshot=many)
    assert "recordTeamLeft e0" in names(refused)
    assert [name for name in names(refused) if name.startswith("recordTeamLeft")] == ["recordTeamLeft e0"]
    (reported,) = [problem.en for problem in refused.problems if problem.file == MEMBERSHIPS]
    assert reported.startswith("6 people who are in a team are not in the file; more than 5 at once leave it")
    confirmed = drawn(units=units, memberships=cut, snapshot=many, confirm_leavers=True)
    assert [name for name in names(confirmed) if "Left" in name] == [f"recordTeamLeft {n}" for n in numbers]


def test_a_plan_for_many_leavers_is_drawn_in_a_moment() -> None:
    numbers = [f"e{n}" for n in range(20_000)]
    many = OrganisationSnapshot(
        organisation=ORGANISATION,
        people=dict.fromkeys(numbers, person("X")),
        members={number: {team("kade"): SINCE} for number in numbers},
    )
    begun = time.monotonic()
    made = drawn(
        professionals=b"e0,X,x@example.org\n",
        units=b"kade,Team Kade,team,zuid,\n",
        memberships=b"e0,kade,2026-01-01\n",
        snapshot=many,
        confirm_leavers=True,
    )
    assert time.monotonic() - begun < 10
    assert Counter(step.name for step in made.steps)["recordEmploymentEnded"] == len(numbers) - 1
    assert "recordTeamLeft" not in {step.name for step in made.steps}


def test_nobody_leaves_whose_row_may_be_one_that_can_not_be_read() -> None:
    files = frozenset({PROFESSIONALS, MEMBERSHIPS})
    rows = b"e1,Fenna,f@example.org\n"
    made = drawn(professionals=rows, memberships=b"e1,kade,2026-01-01\n", damaged=files)
    assert names(made) == ["registerProfessional e1"]
    assert [problem.file for problem in made.problems] == [MEMBERSHIPS, PROFESSIONALS]


def test_a_key_that_occurs_twice_is_reported_at_each_line_and_not_done() -> None:
    made = drawn(professionals=b"e1,A,a@example.org\ne1,B,b@example.org\ne2,C,c@example.org\n")
    assert names(made) == ["registerProfessional e2"]
    assert [problem.line for problem in made.problems] == [2, 3]


def test_a_day_to_come_is_named() -> None:
    made = drawn(memberships=b"e1,kade,2026-01-01\ne2,kade,2026-01-01\ne3,kade,2027-01-01\n")
    assert [(p.line, p.column) for p in made.problems] == [(4, "since")]


@pytest.mark.parametrize("separator", [b",", b";", b"\t"])
def test_a_spreadsheets_separator_and_byte_order_mark_are_understood(separator: bytes) -> None:
    content = b"\xef\xbb\xbf" + separator.join([b"employee_number", b"name", b"email"]) + b"\r\n"
    content += separator.join([b"e1", b'"Vries; de, ""F"""', b"f@example.org"]) + b"\r\n\r\n"
    (row,) = read_professionals(content).rows
    assert (row.line, row.name) == (2, 'Vries; de, "F"')


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"", None, None),
        (b"employee_number,name\ne1,x\n", None, None),
        (b"employee_number,name,email,salary\n", None, None),
        (b"\xff\xfe", None, None),
        (PEOPLE + b"e1,,x\n", 2, "name"),
        (PEOPLE + b"e1,x\n", 2, None),
        (PEOPLE + b'e1,"x,y\n', None, None),
        (PEOPLE + b"e1," + b"x" * 1001 + b",y\n", 2, "name"),
    ],
)
def test_what_can_not_be_read_is_named_by_line_and_column(
    content: bytes, line: int | None, column: str | None
) -> None:
    read = read_professionals(content)
    assert read.rows == ()
    assert [(problem.line, problem.column) for problem in read.problems] == [(line, column)]


def test_a_bad_row_does_not_keep_a_good_one() -> None:
    read = read_memberships(MEMBERS + b"e1,kade,gisteren\ne2,kade,2026-01-01\n")
    assert [row.employee_number for row in read.rows] == ["e2"]
    assert [(problem.line, problem.column) for problem in read.problems] == [(2, "since")]
