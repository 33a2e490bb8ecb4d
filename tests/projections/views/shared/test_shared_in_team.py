"""What members opened to their team: from when until when, and nothing once a reason for it is gone."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from events.catalog.employment import (
    EmploymentEnded,
    EmploymentEvent,
    ProfessionalRegistered,
    TeamJoined,
    TeamLeft,
)
from events.catalog.portfolio.energy import EnergySourceNoted
from events.catalog.portfolio.goals import (
    GoalLetGo,
    GoalOfferedToTeam,
    GoalOfferTakenBack,
    GoalReached,
    GoalSet,
)
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised
from events.catalog.registry import Event
from events.codec import Forgotten
from projections.views import shared
from rules.kinds import EnergySourceKind, HoursBand, ItemKind, Language
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres

ANN, BOB, TEAM, ELSEWHERE, ITEM, GOAL = (letter * 32 for letter in "ab7812")
FIRST, SECOND = "c" * 32, "d" * 32
TODAY = date(2026, 11, 24)
UNTIL = TODAY + timedelta(days=30)
CLAIMED = TalentClaimed(talent=ITEM, name="Luisteren", strength=4, energy=-1, use=2, story="Op straat.")
JOINED, LEFT = TeamJoined(team=TEAM, on=TODAY), TeamLeft(team=TEAM, on=TODAY)
OFFERED = GoalOfferedToTeam(goal=GOAL, team=TEAM, wording="Samen rust")


def opened(sharing: str = FIRST, **fields: Any) -> ItemShared:
    given: dict[str, Any] = {"item": ITEM, "kind": "talent", "audience": "team", "team": TEAM, "until": UNTIL}
    return ItemShared(sharing=sharing, **(given | fields))


def happened(database: str, *events: Event, bob: tuple[Event, ...] = (JOINED,)) -> None:
    """Fold what happened to Ann, whose portfolio is open and who is in the team, and to Bob."""
    of_ann: list[tuple[str, Event]] = []
    opening = PortfolioOpened(language=Language.NL)
    for event in (ProfessionalRegistered(name="Ann", email="a@mee.example"), JOINED, opening, *events):
        about = "employment" if isinstance(event, EmploymentEvent) else "portfolio"
        of_ann.append((f"{about}-{ANN}", event))
    staff = (ProfessionalRegistered(name="Bob", email="b@mee.example"), *bob)
    folded(database, shared.VIEW, facts(*of_ann, *[(f"employment-{BOB}", event) for event in staff]))


def talents(
    database: str, *, viewer: str = BOB, team: str = TEAM, today: date = TODAY
) -> list[shared.TeamTalent]:
    async def reading(connection: psycopg.AsyncConnection) -> list[shared.TeamTalent]:
        return await shared.talents_in(connection, team, viewer, today=today)

    return read(database, reading)


def items(database: str, **asked: Any) -> list[str]:
    async def reading(connection: psycopg.AsyncConnection) -> list[str]:
        found = await shared.items_in(connection, TEAM, BOB, today=TODAY, limit=50, **asked)
        return [item.item for item in found]

    return read(database, reading)


def offers(database: str) -> list[shared.OfferedGoal]:
    return read(database, shared.offers_in, TEAM, BOB)


def test_a_talent_is_seen_by_members_of_its_team_without_its_energy(database: str) -> None:
    happened(database, CLAIMED, opened())
    (talent,) = talents(database)
    assert (talent.owner, talent.title, talent.text, talent.strength) == (ANN, "Luisteren", "Op straat.", 4)
    assert (talent.energy, talent.use) == (None, None)
    assert (talent.since, talent.said_at, talent.until) == (NOON + timedelta(hours=4),) * 2 + (UNTIL,)
    assert talents(database, viewer=ANN) == [talent]
    assert talents(database, team=ELSEWHERE) == []
    assert talents(database, viewer="9" * 32) == []


def test_a_talent_opened_to_all_is_seen_in_each_team_of_its_owner(database: str) -> None:
    elsewhere = TeamJoined(team=ELSEWHERE, on=TODAY)
    to_all = opened(audience="organisation", team=None, with_energy=True)
    happened(database, elsewhere, CLAIMED, to_all, bob=(JOINED, elsewhere))
    assert [talent.energy for talent in talents(database)] == [-1]
    assert talents(database, team=ELSEWHERE) == talents(database)


def test_what_is_open_to_another_team_or_by_name_is_not_seen(database: str) -> None:
    elsewhere = opened(team=ELSEWHERE)
    by_name = opened(SECOND, audience="people", team=None, people=(BOB,))
    happened(database, TeamJoined(team=ELSEWHERE, on=TODAY), CLAIMED, elsewhere, by_name)
    assert talents(database) == []
    assert items(database) == []


def test_open_twice_it_counts_from_the_first_day_until_the_last_with_the_most_that_is_open(
    database: str,
) -> None:
    longer = opened(SECOND, audience="organisation", team=None, until=UNTIL + timedelta(days=9))
    happened(database, CLAIMED, opened(with_energy=True), longer)
    (talent,) = talents(database)
    assert (talent.sharing, talent.energy, talent.until) == (FIRST, -1, longer.until)
    assert (talent.since, talent.said_at) == (NOON + timedelta(hours=4), NOON + timedelta(hours=5))


def test_rule_11_a_change_of_what_is_not_shared_leaves_no_trace(database: str) -> None:
    less_energy = TalentRevised(talent=ITEM, strength=4, energy=-2, use=0, story="Op straat.")
    happened(database, CLAIMED, opened(), less_energy)
    (before,) = talents(database)
    assert before.said_at == NOON + timedelta(hours=4)
    happened(database, CLAIMED, opened(with_energy=True), less_energy)
    (with_energy,) = talents(database)
    assert (with_energy.energy, with_energy.said_at) == (-2, NOON + timedelta(hours=5))
    stronger = TalentRevised(talent=ITEM, strength=5, energy=-2, use=0, story="Op straat.")
    happened(database, CLAIMED, opened(), less_energy, stronger)
    (after,) = talents(database)
    assert (after.strength, after.said_at) == (5, NOON + timedelta(hours=6))


@pytest.mark.parametrize(
    "end",
    [
        ItemSharingEnded(sharing=FIRST, reason="owner"),
        LEFT,
        EmploymentEnded(on=TODAY),
        PortfolioClosed(),
        Forgotten(),
    ],
)
def test_nothing_is_seen_once_it_ended_or_its_owner_left(database: str, end: Event) -> None:
    happened(database, CLAIMED, opened(), end)
    assert talents(database) == []
    assert items(database) == []


def test_what_was_shared_before_leaving_the_team_does_not_open_again_on_return(database: str) -> None:
    happened(database, CLAIMED, opened(), LEFT, JOINED)
    assert talents(database) == []
    happened(database, CLAIMED, opened(), LEFT, JOINED, opened(SECOND))
    assert [talent.sharing for talent in talents(database)] == [SECOND]


def test_a_corrected_day_of_joining_ends_nothing(database: str) -> None:
    happened(database, CLAIMED, opened(), TeamJoined(team=TEAM, on=TODAY - timedelta(days=9)))
    assert len(talents(database)) == 1


def test_rule_12_whoever_joins_later_or_again_sees_what_every_member_sees(database: str) -> None:
    happened(database, CLAIMED, opened(), bob=(JOINED, LEFT))
    assert talents(database) == []
    happened(database, CLAIMED, opened(), bob=(JOINED, LEFT, JOINED))
    assert talents(database) == talents(database, viewer=ANN) != []


def test_the_last_day_is_within_and_the_day_after_is_not(database: str) -> None:
    happened(database, CLAIMED, opened())
    assert len(talents(database, today=UNTIL)) == 1
    assert talents(database, today=UNTIL + timedelta(days=1)) == []


def test_items_are_of_one_owner_or_of_one_kind_and_a_source_says_what_it_does(database: str) -> None:
    source = EnergySourceNoted(
        source=SECOND, kind=EnergySourceKind.DRAINER, activity="Bellen", hours_per_week=HoursBand.UP_TO_2
    )
    happened(database, CLAIMED, source, opened(), opened(SECOND, item=SECOND, kind="energy_source"))
    assert items(database) == [ITEM, SECOND]
    assert items(database, owner=ANN, kind=ItemKind.ENERGY_SOURCE) == [SECOND]
    assert items(database, owner=BOB) == items(database, kind=ItemKind.PASSION) == []

    async def reading(connection: psycopg.AsyncConnection) -> list[shared.SharedItem]:
        return await shared.items_in(connection, TEAM, BOB, today=TODAY, limit=9)

    assert [item.source_kind for item in read(database, reading)] == [None, EnergySourceKind.DRAINER]


def test_a_goal_is_on_offer_in_its_wording_for_the_team(database: str) -> None:
    happened(database, GoalSet(goal=GOAL, text="Ik wil rust"), OFFERED)
    (offer,) = offers(database)
    assert (offer.goal, offer.owner_name, offer.wording) == (GOAL, "Ann", "Samen rust")
    assert offer.offered_at == NOON + timedelta(hours=4)


@pytest.mark.parametrize(
    "end",
    [
        GoalOfferTakenBack(goal=GOAL, reason="owner"),
        GoalReached(goal=GOAL),
        GoalLetGo(goal=GOAL),
        PortfolioClosed(),
        LEFT,
        EmploymentEnded(on=TODAY),
        Forgotten(),
    ],
)
def test_a_goal_is_not_on_offer_once_it_was_taken_back_or_is_over(database: str, end: Event) -> None:
    happened(database, GoalSet(goal=GOAL, text="Ik wil rust"), OFFERED, end)
    assert offers(database) == []


def test_a_goal_offered_before_leaving_is_not_on_offer_on_return(database: str) -> None:
    goal = GoalSet(goal=GOAL, text="Ik wil rust")
    happened(database, goal, OFFERED, LEFT, JOINED)
    assert offers(database) == []
    happened(database, goal, OFFERED, bob=())
    assert offers(database) == [], "only members see it"


def test_a_team_is_as_old_as_its_first_member_who_is_there(database: str) -> None:
    happened(database)
    since = NOON + timedelta(hours=1)
    assert read(database, shared.team_since, TEAM, BOB) == since
    assert read(database, shared.team_since, TEAM, "9" * 32) is None
