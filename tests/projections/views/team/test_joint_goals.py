"""Joint goals with their origins, and sessions, in words that are still there."""

from datetime import timedelta

import pytest

from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalOfferTakenBack
from events.catalog.team import (
    JointGoalAdopted,
    JointGoalProgressNoted,
    JointGoalReached,
    TeamSessionHeld,
)
from events.catalog.teamwork import JointGoalWritten, TeamSessionWritten
from events.codec import Forgotten
from kit.ids import new_id
from projections.views import team as view
from rules.team.things import thing_id
from tests.projections.views.given import facts, folded, read
from tests.projections.views.team.given import (
    ANN,
    BOB,
    CAS,
    DAY,
    GOAL,
    JOINED,
    OFFERED,
    SESSION,
    TEAM,
    WORK,
    History,
    left,
    of_team,
    offered,
)

pytestmark = pytest.mark.postgres


OFFER_OF_BOB, OFFER_OF_CAS = BOB + new_id(), CAS + new_id()
ADOPTED: History = [
    *JOINED,
    (f"portfolio-{BOB}", GoalOfferedToTeam(goal="b", team=TEAM, wording="Wie coacht?", offer=OFFER_OF_BOB)),
    (f"portfolio-{CAS}", GoalOfferedToTeam(goal="c", team=TEAM, wording="Wie leert?", offer=OFFER_OF_CAS)),
    (f"teamwork-{ANN}", JointGoalWritten(goal=GOAL, team=TEAM, text="Samen leren")),
    *of_team(JointGoalAdopted(goal=GOAL, by=ANN, origins=(OFFER_OF_BOB, OFFER_OF_CAS))),
]


def joint_goals(database: str) -> list[view.JointGoal]:
    return read(database, view.joint_goals, TEAM)


def origins(database: str) -> list[str]:
    (goal,) = joint_goals(database)
    return [origin.wording for origin in goal.origins]


def test_a_joint_goal_has_its_words_and_the_goals_on_offer_that_it_came_from(database: str) -> None:
    folded(database, view.VIEW, facts(*ADOPTED))
    (goal,) = joint_goals(database)
    assert (goal.text, goal.adopted_on, goal.progress, goal.reached) == ("Samen leren", DAY, None, False)
    assert [(origin.owner, origin.goal, origin.wording) for origin in goal.origins] == [
        (BOB, "b", "Wie coacht?"),
        (CAS, "c", "Wie leert?"),
    ]
    assert read(database, view.joint_goal, TEAM, GOAL) == goal
    on_offer = {it.offer: it.adopted for it in read(database, view.offered_goals, TEAM)}
    assert on_offer == {OFFER_OF_BOB: True, OFFER_OF_CAS: True}
    found = read(database, view.joint_goals_from, [OFFER_OF_BOB, "e" * 64])
    assert found == {OFFER_OF_BOB: thing_id(TEAM, GOAL)}


def test_an_offer_that_was_taken_back_or_whose_owner_left_has_lapsed(database: str) -> None:
    back = (f"portfolio-{BOB}", GoalOfferTakenBack(goal="b", reason="owner"))
    folded(database, view.VIEW, facts(*ADOPTED, back))
    assert origins(database) == ["Wie leert?"]
    again = (f"portfolio-{BOB}", GoalOfferedToTeam(goal="b", team=TEAM, wording="Nu?", offer="f" * 64))
    folded(database, view.VIEW, facts(*ADOPTED, back, again, left(CAS)))
    assert origins(database) == []
    folded(database, view.VIEW, facts(*ADOPTED, (f"portfolio-{CAS}", Forgotten())))
    assert origins(database) == ["Wie coacht?"]


def test_the_goal_of_a_forgotten_author_is_shown_without_its_words(database: str) -> None:
    folded(database, view.VIEW, facts(*ADOPTED, left(ANN)))
    assert [goal.text for goal in joint_goals(database)] == ["Samen leren"]
    folded(database, view.VIEW, facts(*ADOPTED, (f"teamwork-{ANN}", Forgotten())))
    assert [goal.text for goal in joint_goals(database)] == [None]


def test_open_joint_goals_come_first_with_their_progress(database: str) -> None:
    more = of_team(
        JointGoalAdopted(goal=WORK, by=ANN, origins=("f" * 64,)),
        JointGoalProgressNoted(goal=GOAL, progress=40),
        JointGoalReached(goal=WORK),
    )
    folded(database, view.VIEW, facts(*ADOPTED, *more))
    assert [(goal.goal, goal.progress, goal.reached) for goal in joint_goals(database)] == [
        (GOAL, 40, False),
        (WORK, None, True),
    ]


def test_sessions_are_shown_the_newest_first_while_their_words_are_there(database: str) -> None:
    held = [
        (f"teamwork-{ANN}", TeamSessionWritten(session=SESSION, team=TEAM, agreements=("Buiten",))),
        (f"teamwork-{BOB}", TeamSessionWritten(session=GOAL, team=TEAM, agreements=("Binnen", "Samen"))),
        *of_team(
            TeamSessionHeld(session=SESSION, by=ANN, held_on=DAY),
            TeamSessionHeld(session=GOAL, by=BOB, held_on=DAY - timedelta(days=9)),
        ),
    ]
    folded(database, view.VIEW, facts(*JOINED, *held))

    def shown(limit: int = 10) -> list[tuple[str, ...]]:
        return [it.agreements for it in read(database, lambda c: view.sessions(c, TEAM, limit=limit))]

    assert shown() == [("Buiten",), ("Binnen", "Samen")]
    assert shown(1) == [("Buiten",)]
    found = read(database, view.session, TEAM, SESSION)
    assert found is not None
    assert found.held_on == DAY
    folded(database, view.VIEW, facts(*JOINED, *held, (f"teamwork-{ANN}", Forgotten()), left(BOB)))
    assert shown() == [("Binnen", "Samen")]


def test_words_that_are_on_their_way_are_known_to_be(database: str) -> None:
    folded(database, view.VIEW, facts(*JOINED, *of_team(offered())))
    assert read(database, view.words_are_awaited, TEAM, ANN)
    assert not read(database, view.words_are_awaited, TEAM, BOB)
    folded(database, view.VIEW, facts(*OFFERED))
    assert not read(database, view.words_are_awaited, TEAM, ANN)
