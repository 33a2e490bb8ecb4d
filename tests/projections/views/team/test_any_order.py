"""Whatever happened, and in whatever order partitions are folded: the view equals a naive recomputation."""

from datetime import date, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from projections.views import team as view
from tests.projections.views.given import folded, read
from tests.projections.views.team import naive
from tests.projections.views.team.histories import DAY, TEAMS, History, as_facts, in_some_order
from tests.projections.views.team.naive import Known

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
HISTORIES, ACTS = 30, 90
A_YEAR = timedelta(days=365)


def shown_of(database: str, team: str, today: date) -> dict[str, Any]:
    """What the view's reads return for a team."""

    async def reading(connection: psycopg.AsyncConnection) -> dict[str, Any]:
        offers = {
            only_open: await view.work_offers(
                connection, team, today=today, merged={}, only_open=only_open, limit=100
            )
            for only_open in (True, False)
        }
        due = await view.work_offers_to_end(connection, today, 100)
        notices = await view.work_notices(connection, since=DAY)
        return {
            "offers": {only: [_offer(one) for one in found] for only, found in offers.items()},
            "to end": {(one.offer, one.people) for one in due if one.team == team},
            "notices": {
                (one.offer, one.version, one.kind, one.volunteers) for one in notices if one.team == team
            },
            "goals": [_goal(one) for one in await view.joint_goals(connection, team)],
            "sessions": [
                (one.session, one.agreements) for one in await view.sessions(connection, team, limit=100)
            ],
        }

    return read(database, reading)


def _offer(offer: view.WorkOffer) -> tuple[Any, ...]:
    people = (offer.volunteers, offer.taken_up_by, offer.took_up_alike)
    return (offer.offer, offer.title, offer.author, *people)


def _goal(goal: view.JointGoal) -> tuple[Any, ...]:
    origins = {(origin.owner, origin.goal, origin.wording) for origin in goal.origins}
    return (goal.goal, goal.text, goal.progress, goal.reached, origins)


def expected_of(known: Known, today: date) -> dict[str, Any]:
    in_the_year = today - A_YEAR <= DAY
    return {
        "offers": {
            only_open: naive.work_offers(known, today=today, only_open=only_open, in_the_year=in_the_year)
            for only_open in (True, False)
        },
        "to end": naive.to_end(known, today=today),
        "notices": naive.notices(known),
        "goals": naive.joint_goals(known),
        "sessions": naive.sessions(known),
    }


def test_the_view_equals_a_naive_recomputation_after_any_interleaving(database: str) -> None:
    things = {"offers": 0, "to end": 0, "notices": 0, "goals": 0, "sessions": 0, "people": 0, "origins": 0}
    for seed in range(HISTORIES):
        history, random = History(seed), Random(seed)  # noqa: S311 - to be the same each time
        for _ in range(ACTS):
            history.act()
        ordered = in_some_order(history.happened, random, lagging=seed % 3 == 0)
        folded(database, view.VIEW, as_facts(ordered))
        today = DAY + random.choice((timedelta(0), A_YEAR, A_YEAR + timedelta(days=1)))
        for team in TEAMS:
            shown = shown_of(database, team, today)
            assert shown == expected_of(Known(ordered, team), today), f"seed {seed}"
            things["offers"] += len(shown["offers"][False])
            things["people"] += sum(bool(one[-1]) for one in shown["offers"][False])
            things["origins"] += sum(bool(goal[-1]) for goal in shown["goals"])
            for name in ("to end", "notices", "goals", "sessions"):
                things[name] += len(shown[name])
    assert min(things.values()) > HISTORIES / 3, f"histories in which nothing happens prove nothing: {things}"
