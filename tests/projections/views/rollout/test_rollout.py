"""The rollout as it is read: each team with its state, who goes first in it, what is told, the materials."""

from typing import Any

import pytest

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.registry import Event
from events.catalog.rollout import (
    ExperienceShared,
    FrontRunnerSteppedForward,
    MaterialPublished,
    TeamInvitedByFrontRunner,
    TeamPaused,
    TeamStarted,
)
from events.catalog.team import TeamClosed, TeamFormed, TeamRenamed, TeamReopened
from events.catalog.teamwork import ExperienceWritten
from events.codec import Forgotten, UnknownEvent
from projections.views import rollout
from rules.kinds import RolloutState
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres
STREAM = f"rollout-{'d' * 32}"
KADE, HAVEN, FENNA, BO = "1" * 32, "2" * 32, "a" * 32, "b" * 32
TODAY = NOON.date()


def formed(team: str, name: str) -> tuple[str, Event]:
    return f"team-{team}", TeamFormed(name=name, unit="u")


def member(person: str, team: str = KADE) -> list[tuple[str, Event]]:
    registered = ProfessionalRegistered(name="F", email="f@mee.example")
    return [(f"employment-{person}", registered), (f"employment-{person}", TeamJoined(team=team, on=TODAY))]


def on_rollout(*events: Event) -> list[tuple[str, Event]]:
    return [(STREAM, event) for event in events]


def happened(database: str, *given: tuple[str, Event]) -> None:
    folded(database, rollout.VIEW, facts(*given))


async def teams(connection: Any, **asked: Any) -> list[rollout.Team]:
    return await rollout.teams(connection, **{"limit": 50, **asked})


def page(database: str, **asked: Any) -> list[rollout.Team]:
    return read(database, lambda connection: teams(connection, **asked))


def told(database: str, last: int = 20) -> list[rollout.Experience]:
    return read(database, lambda connection: rollout.experiences(connection, last=last))


TEAMS = (formed(HAVEN, "Team Haven"), formed(KADE, "team Kade"))
STEPPED = FrontRunnerSteppedForward(team=KADE, person=FENNA)


def test_a_team_in_which_nothing_happened_is_not_asked(database: str) -> None:
    happened(database, *TEAMS, ("team-" + "3" * 32, TeamFormed(name="Weg", unit="u")), closed("3" * 32))
    assert [(team.team, team.state, team.since) for team in page(database)] == [
        (HAVEN, RolloutState.NOT_ASKED, None),
        (KADE, RolloutState.NOT_ASKED, None),
    ]
    assert read(database, rollout.version) == 0


def closed(team: str) -> tuple[str, Event]:
    return f"team-{team}", TeamClosed()


def test_a_team_is_where_it_went_last_and_began_when_it_started_last(database: str) -> None:
    steps = (STEPPED, TeamInvitedByFrontRunner(team=KADE, person=FENNA), TeamStarted(team=KADE))
    seen = []
    for number in range(1, len(steps) + 1):
        happened(database, *TEAMS, *member(FENNA), *on_rollout(*steps[:number]))
        seen.append(next(team for team in page(database) if team.team == KADE))
    assert [(team.state, team.since, team.started_on) for team in seen] == [
        (RolloutState.NOT_ASKED, None, None),
        (RolloutState.INVITED, TODAY, None),
        (RolloutState.STARTED, TODAY, TODAY),
    ]
    assert {team.front_runners for team in seen} == {(FENNA,)}
    happened(database, *TEAMS, *on_rollout(*steps, TeamPaused(team=KADE)))
    (paused,) = page(database, state=RolloutState.PAUSED)
    assert (paused.team, paused.started_on) == (KADE, TODAY)
    assert [team.team for team in page(database, state=RolloutState.NOT_ASKED)] == [HAVEN]


def test_teams_are_read_by_pages_in_the_order_of_their_names(database: str) -> None:
    renamed = ("team-" + KADE, TeamRenamed(name="Aan de kade"))
    happened(database, *TEAMS, renamed, closed(HAVEN), ("team-" + HAVEN, TeamReopened()))
    order, after = [], None
    while found := page(database, after=after, limit=1):
        order.append(found[0].team)
        after = (found[0].name, found[0].team)
    assert order == [KADE, HAVEN]


LEAVINGS: list[tuple[str, list[Event]]] = [
    ("left the team", [TeamLeft(team=KADE, on=TODAY)]),
    ("left the organisation", [TeamLeft(team=KADE, on=TODAY), EmploymentEnded(on=TODAY)]),
    ("was forgotten", [Forgotten()]),
]


@pytest.mark.parametrize("leaving", [events for _, events in LEAVINGS], ids=[why for why, _ in LEAVINGS])
def test_a_front_runner_who_left_is_not_shown(database: str, leaving: list[Event]) -> None:
    gone = [(f"employment-{FENNA}", event) for event in leaving]
    bo = FrontRunnerSteppedForward(team=KADE, person=BO)
    happened(database, *TEAMS, *member(FENNA), *member(BO), *on_rollout(STEPPED, bo), *gone)
    assert [team.front_runners for team in page(database)] == [(), (BO,)]
    if not isinstance(leaving[0], Forgotten):
        happened(database, *TEAMS, *member(FENNA), *on_rollout(STEPPED), *gone, *member(FENNA))
        assert page(database)[1].front_runners == (FENNA,), "who comes back is one again"


def experience(name: str, person: str = FENNA, text: str = "Het werkt.") -> list[tuple[str, Event]]:
    words = ExperienceWritten(experience=name, text=text)
    return [
        (f"teamwork-{person}", words),
        (STREAM, ExperienceShared(experience=name, person=person, team=KADE)),
    ]


def test_what_is_told_is_read_with_its_words_and_the_moment_they_were_written(database: str) -> None:
    happened(database, *member(FENNA), *experience("1"), *experience("2", text="Nog steeds."))
    newest, oldest = told(database)
    assert (newest.experience, newest.text, newest.person, newest.team) == ("2", "Nog steeds.", FENNA, KADE)
    assert oldest.at.hour == NOON.hour + 2
    assert told(database, last=1) == [newest]


def test_words_without_the_fact_and_a_fact_without_words_are_shown_nowhere(database: str) -> None:
    (words, _), (_, fact) = experience("1"), experience("2")
    happened(database, *member(FENNA), words, fact)
    assert told(database) == []


def test_nobody_has_words_of_another_person_shown_as_theirs(database: str) -> None:
    (words, _), (_, fact) = experience("1", BO), experience("1", FENNA)
    happened(database, *member(FENNA), *member(BO), words, fact)
    assert told(database) == []


@pytest.mark.parametrize("leaving", [EmploymentEnded(on=TODAY), Forgotten()])
def test_what_somebody_told_is_not_shown_any_more_once_they_left_or_were_forgotten(
    database: str, leaving: Event
) -> None:
    gone = [(f"employment-{FENNA}", leaving)]
    happened(database, *member(FENNA), *member(BO), *experience("1"), *experience("2", BO), *gone)
    assert [found.experience for found in told(database)] == ["2"]


def test_materials_are_read_with_the_newest_first_and_newer_events_are_passed_over(database: str) -> None:
    first = MaterialPublished(material="1", title_nl="a", title_en="b", text_nl="c", text_en="d")
    second = MaterialPublished(
        material="2", title_nl="a", title_en="b", text_nl="c", text_en="d", link="https://mee.example"
    )
    newer = UnknownEvent(name="rollout.team-sang.v1", raw=b"{}")
    happened(database, *on_rollout(first, newer, second))
    found = read(database, rollout.materials)
    assert [(material.material, material.link) for material in found] == [
        ("2", "https://mee.example"),
        ("1", None),
    ]
    assert read(database, rollout.material_by_id, "1") == found[1]
    assert read(database, rollout.version) == 3
