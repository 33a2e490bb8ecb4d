"""How a portfolio became what it is: its past, timeline and energy by month, and changes as they come."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved, PassionNamed
from events.catalog.portfolio.life import CorrectionRecorded
from events.catalog.portfolio.talents import TalentRevised
from gateway.context import Context
from rules.commands import LogPosition
from rules.timeline import entry_id
from tests.gateway.harness import NOW, SCHEMA
from tests.gateway.world import OWNER, World, claimed

pytestmark = pytest.mark.postgres
TALENT, PASSION = "1" * 32, "3" * 32
HISTORY = (
    "query ($first: Int! = 50, $after: String, $oldest: Boolean! = false, $from: DateTime, $until: DateTime,"
    " $asOf: DateTime) { me { portfolio(asOf: $asOf) {"
    " timeline(first: $first, after: $after, oldestFirst: $oldest, from: $from, until: $until) {"
    " edges { node { id at version fact summary { nl en } itemId correction } }"
    " pageInfo { hasNextPage endCursor } } } } }"
)


def history(world: World, **variables: Any) -> Any:
    answer = asyncio.run(world.ask(HISTORY, **variables))
    assert "errors" not in answer, answer
    return answer["data"]["me"]["portfolio"]["timeline"]


@pytest.mark.parametrize("oldest", [True, False])
def test_the_timeline_is_paged_without_loss_or_repeat(world: World, *, oldest: bool) -> None:
    portfolio = world.opened()
    world.happened(portfolio, *(claimed(f"{number:032x}", f"Talent {number}") for number in range(16, 22)))
    received: list[int] = []
    after = None
    while True:
        page = history(world, first=3, after=after, oldest=oldest)
        received += [edge["node"]["version"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert received == sorted(range(1, 8), reverse=not oldest)


def test_a_fact_says_what_happened_in_words_and_what_was_set_right(world: World) -> None:
    portfolio = world.opened()
    world.happened(portfolio, claimed(), CorrectionRecorded(version=2, text="Het was samen met Bo."))
    _, entry, opened = [edge["node"] for edge in history(world)["edges"]]
    assert entry["id"] == f"TimelineEntry:{entry_id(OWNER, 2)}"
    assert (entry["fact"], entry["itemId"]) == ("TalentClaimed", f"Item:{TALENT}")
    assert "Luisteren" in entry["summary"]["nl"]
    assert entry["summary"]["nl"] != entry["summary"]["en"]
    assert entry["correction"] == "Het was samen met Bo."
    assert opened["correction"] is None


def test_a_part_of_the_timeline_lies_between_two_moments(world: World) -> None:
    portfolio = world.opened()
    begin = world.happened(portfolio, claimed())
    end = world.happened(portfolio, PassionNamed(passion=PASSION, text="Buiten"))
    within = {"from": begin.isoformat(), "until": end.isoformat()}
    assert [e["node"]["fact"] for e in history(world, **within)["edges"]] == ["TalentClaimed"]


def test_the_past_is_as_it_was_and_what_came_later_is_not_in_it(world: World) -> None:
    portfolio = world.opened()
    then = world.happened(portfolio, claimed()).isoformat()
    world.happened(portfolio, TalentRevised(talent=TALENT, strength=5, energy=-2, use=1))
    world.happened(portfolio, PassionNamed(passion=PASSION, text="Buiten"))
    selection = (
        "version talents { strength history { strength } } passions { id }"
        " timeline { edges { node { fact } } }"
    )
    was = world.mine(selection, as_of=then)
    assert (was["version"], was["passions"]) == (2, [])
    assert was["talents"] == [{"strength": 4, "history": [{"strength": 4}]}]
    assert [e["node"]["fact"] for e in was["timeline"]["edges"]] == ["TalentClaimed", "PortfolioOpened"]
    now = world.mine(selection)
    assert now["talents"] == [{"strength": 5, "history": [{"strength": 4}, {"strength": 5}]}]
    assert world.mine("id", as_of=(NOW - timedelta(days=400)).isoformat()) is None


def test_a_moment_still_to_come_is_now(world: World) -> None:
    world.happened(world.opened(), claimed())
    selection = "version timeline { edges { node { version } } } energyBalance { month }"
    assert world.mine(selection, as_of="9999-12-31T23:59:59.999999Z") == world.mine(selection)


def noted(source: str, kind: Any, hours: Any) -> EnergySourceNoted:
    return EnergySourceNoted(source=source, kind=kind, activity="Bellen", hours_per_week=hours)


def test_the_energy_balance_is_drawn_up_at_the_end_of_each_month_and_now(world: World) -> None:
    portfolio = world.opened()
    october = NOW.replace(month=10, day=31, hour=22)  # half past eleven at night in Amsterdam
    world.happened(portfolio, noted("1" * 32, "giver", "from_2_to_8"), at=october)
    world.happened(portfolio, noted("2" * 32, "drainer", "over_16"), at=october)
    world.happened(portfolio, noted("3" * 32, "giver", "from_2_to_8"), at=NOW.replace(day=2))
    world.happened(portfolio, EnergySourceRemoved(source="2" * 32), at=NOW.replace(day=3))
    selection = "energyBalance(months: 3) { month giverHoursPerWeek drainerHoursPerWeek }"
    september, then, now = world.mine(selection)["energyBalance"]
    nothing = {"giverHoursPerWeek": None, "drainerHoursPerWeek": None}
    assert september == {"month": "2026-09-01", **nothing}
    assert then == {
        "month": "2026-10-01",
        "giverHoursPerWeek": "FROM_2_TO_8",
        "drainerHoursPerWeek": "OVER_16",
    }
    assert now == {"month": "2026-11-01", "giverHoursPerWeek": "FROM_8_TO_16", "drainerHoursPerWeek": None}
    (of_then,) = world.mine(selection.replace("3", "1"), as_of=october.isoformat())["energyBalance"]
    assert of_then == then


@pytest.mark.parametrize("months", [0, 37])
def test_an_energy_balance_has_1_to_36_months(world: World, months: int) -> None:
    world.opened()
    document = f"{{ me {{ portfolio {{ energyBalance(months: {months}) {{ month }} }} }} }}"
    assert asyncio.run(world.codes(document)) == ["LIMIT_EXCEEDED"]


def test_the_subscription_tells_the_same_facts_as_the_timeline(world: World) -> None:
    portfolio = world.opened()
    fact = "id at version fact summary { nl en } itemId correction"
    document = (
        f"subscription ($after: Position) {{ portfolioChanged(after: $after)"
        f" {{ position version facts {{ {fact} }} }} }}"
    )

    async def received(after: str, count: int) -> list[Any]:
        context = Context(world.gateway)
        await context.authenticate({"authorization": f"Bearer {world.issuer.token('owner')}"})
        results: Any = await SCHEMA.stream(document, variable_values={"after": after}, context_value=context)
        async with asyncio.timeout(20):
            changes = [(await anext(results)).data["portfolioChanged"] for _ in range(count)]
        await results.aclose()
        return changes

    world.happened(portfolio, claimed(), CorrectionRecorded(version=2, text="Met Bo."))
    begin = world.position_cipher.encode(LogPosition(generation="f" * 32, partition=0, ordinal=1))
    changes = asyncio.run(received(begin, 2))
    assert [change["version"] for change in changes] == [1, 3]
    facts = [fact for change in changes for fact in change["facts"]]
    assert facts == [edge["node"] for edge in history(world, oldest=True)["edges"]]
    assert facts[1]["correction"] == "Met Bo."
    assert asyncio.run(received(changes[0]["position"], 1)) == changes[1:]
