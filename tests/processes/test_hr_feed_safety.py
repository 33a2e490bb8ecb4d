"""What HR's files would do by mistake: it waits until it is confirmed, or is refused at its row."""

import pytest

from processes.hr_feed.files import MEMBERSHIPS, PROFESSIONALS, UNITS
from processes.hr_feed.steps import OrganisationSnapshot
from tests.processes.test_hr_feed_plan import ORGANISATION, SINCE, SNAPSHOT, drawn, names, person, team


@pytest.mark.parametrize(
    ("known", "row"),
    [
        ({"0042": "Ann Smit"}, b"42,Someone,a@example.org\n"),
        ({"42": "Ann Smit"}, b"0042,Someone,a@example.org\n"),
        ({"E0042": "Ann Smit"}, b"e42,Someone,a@example.org\n"),
        ({"7": "Ann Smit"}, b"99,ann  SMIT,a@example.org\n"),
        ({"7": "Ann Smit"}, b"99,Ann de Wit,ANN@example.org\n"),
    ],
)
def test_a_newcomer_who_looks_like_a_missing_person_waits_with_that_person(
    known: dict[str, str], row: bytes
) -> None:
    (number,) = known
    one = OrganisationSnapshot(
        organisation=ORGANISATION,
        people={"e1": person("Fenna")}
        | {number: person(name, "ann@example.org") for number, name in known.items()},
        members={number: {team("kade"): SINCE}},
        teams=SNAPSHOT.teams,
    )
    people, members = b"e1,Fenna,f@example.org\n" + row, b"e1,kade,2026-01-01\n"
    made = drawn(professionals=people, memberships=members, snapshot=one)
    assert names(made) == ["registerProfessional e1", "recordTeamJoined e1"]
    (problem,) = [problem for problem in made.problems if problem.file == PROFESSIONALS]
    assert (problem.line, problem.column) == (3, "employee_number")
    assert f"like {number}," in problem.en
    newcomer = row.split(b",")[0].decode()
    confirmed = drawn(professionals=people, memberships=members, snapshot=one, confirm_leavers=True)
    assert {f"registerProfessional {newcomer}", f"recordEmploymentEnded {number}"} <= set(names(confirmed))


def test_nobody_leaves_a_team_because_zeros_were_lost_in_the_memberships() -> None:
    one = OrganisationSnapshot(
        organisation=ORGANISATION,
        people={"0042": person("Ann")},
        members={"0042": {team("kade"): SINCE}},
        teams=SNAPSHOT.teams,
    )
    units = b"kade,Team Kade,team,zuid,\n"
    made = drawn(units=units, memberships=b"42,kade,2026-01-01\n", snapshot=one)
    assert "recordTeamLeft 0042" not in names(made)
    assert (MEMBERSHIPS, 2, "employee_number") in [(p.file, p.line, p.column) for p in made.problems]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (b"zuid,Zuid,unit,wijk,ja\n", 2),
        (b"zuid,Zuid,unit,wijk,ja\nkade,Team Kade,team,zuid,\n", 2),
        (b"kade,Team Kade,team,zuid,ja\nzuid,Zuid,unit,wijk,ja\nnew,Nieuw,team,zuid,\n", 3),
        (b"wijk,Wijk,unit,,ja\n", 2),
    ],
)
def test_a_unit_is_not_closed_over_what_stays_open(rows: bytes, line: int) -> None:
    made = drawn(units=rows)
    assert not [name for name in names(made) if name.startswith("closeUnit")]
    assert (UNITS, line, "closed") in [(p.file, p.line, p.column) for p in made.problems]
