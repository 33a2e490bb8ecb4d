"""What differs in a portfolio between two moments, as its owner asks for it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from events.catalog.catalogue import TermAdopted, TermProposed, TermReworded
from events.catalog.portfolio.energy import EnergySourceNoted, PassionLetGo, PassionNamed
from events.catalog.portfolio.goals import GoalReached, GoalSet
from events.catalog.portfolio.life import PortfolioPaused, ProfileStatementWritten
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from gateway.types.ids import read_id
from gateway.types.scalars import write_moment
from rules.kinds import EnergySourceKind, HoursBand, ItemKind
from tests.gateway.harness import NOW
from tests.gateway.world import BEGINNING, COLLEAGUE, ORGANISATION, TOMORROW, World, claimed

pytestmark = pytest.mark.postgres
TALENT, OTHER, PASSION, GOAL, SHARING, SOURCE, TERM = (digit * 32 for digit in "1234567")
DIFFERENCE = """query ($from: DateTime!, $until: DateTime) { me { id portfolioDifference(from: $from, until: $until) {
  before { id version state } after { id version state }
  statement { added { id text } changed { before { id text } after { id text } } removed { id } }
  talents { added { id name { nl } } changed { before { id strength } after { id strength name { nl } } } removed { id } }
  energySources { added { id talentIds } changed { after { id } } removed { id } }
  passions { added { id } changed { after { id } } removed { id text } }
  goals { added { id } changed { before { state } after { state } } removed { id } }
  sharings { added { id } changed { after { id } } removed { id itemId people { displayName } } }
} } }"""  # noqa: E501 - a document


def differing(world: World, since: datetime, until: datetime | None = None) -> Any:
    moments = {"from": write_moment(since), "until": write_moment(until) if until else None}
    answer = asyncio.run(world.ask(DIFFERENCE, **moments))
    assert "errors" not in answer, answer
    return answer["data"]["me"]["portfolioDifference"]


def lived(world: World) -> tuple[datetime, datetime]:
    """One of each kind was changed or removed, and one added, between these moments."""
    portfolio = world.opened()
    shared: dict[str, Any] = {"item": TALENT, "kind": ItemKind.TALENT, "until": TOMORROW}
    before = world.happened(
        portfolio,
        claimed(TALENT),
        claimed(OTHER),
        ProfileStatementWritten(statement="8" * 32, text="Ik luister."),
        PassionNamed(passion=PASSION, text="Buiten"),
        GoalSet(goal=GOAL, text="Rust"),
        ItemShared(sharing=SHARING, audience="people", people=(COLLEAGUE,), **shared),
    )
    noted: dict[str, Any] = {"kind": EnergySourceKind.GIVER, "hours_per_week": HoursBand.UP_TO_2}
    world.happened(
        portfolio,
        TalentRevised(talent=TALENT, strength=5, energy=2, use=3),
        TalentSetAside(talent=OTHER),
        ProfileStatementWritten(statement="8" * 32, text="Ik luister en doe."),
        PassionLetGo(passion=PASSION),
        EnergySourceNoted(source=SOURCE, activity="Bellen", talents=(TALENT,), **noted),
        GoalReached(goal=GOAL),
        ItemSharingEnded(sharing=SHARING, reason="owner"),
    )
    return before, world.happened(portfolio, PortfolioPaused())


def test_it_says_by_kind_what_was_added_changed_and_removed(world: World) -> None:
    before, until = lived(world)
    found = differing(world, before, until)
    then, now = write_moment(before), write_moment(until)
    assert (found["before"]["state"], found["after"]["state"]) == ("OPEN", "PAUSED")
    assert found["talents"] == {
        "added": [],
        "changed": [
            {
                "before": {"id": f"Item:{TALENT}@{then}", "strength": 4},
                "after": {"id": f"Item:{TALENT}@{now}", "strength": 5, "name": {"nl": "Luisteren"}},
            }
        ],
        "removed": [{"id": f"Item:{OTHER}@{then}"}],
    }
    (statement,) = found["statement"]["changed"]
    assert (statement["before"]["text"], statement["after"]["text"]) == ("Ik luister.", "Ik luister en doe.")
    assert found["energySources"]["added"] == [
        {"id": f"Item:{SOURCE}@{now}", "talentIds": [f"Item:{TALENT}@{now}"]}
    ]
    assert found["passions"]["removed"] == [{"id": f"Item:{PASSION}@{then}", "text": "Buiten"}]
    assert found["goals"]["changed"] == [{"before": {"state": "OPEN"}, "after": {"state": "REACHED"}}]
    assert found["sharings"]["removed"] == [
        {
            "id": f"Sharing:{SHARING}@{then}",
            "itemId": f"Item:{TALENT}@{then}",
            "people": [{"displayName": "Bo Aerts"}],
        }
    ]


def test_until_now_the_later_things_have_the_ids_of_today_that_mutations_take(world: World) -> None:
    before, _ = lived(world)
    (pair,) = differing(world, before)["talents"]["changed"]
    assert read_id(pair["after"]["id"]) == TALENT
    assert pair["before"]["id"].startswith(f"Item:{TALENT}@")
    assert differing(world, before) == differing(world, before, NOW + timedelta(days=400))


def test_from_before_it_was_opened_everything_was_added_and_before_that_there_is_nothing(
    world: World,
) -> None:
    before, until = lived(world)
    found = differing(world, BEGINNING, before)
    assert (found["before"], found["after"]["version"]) == (None, 7)
    assert [len(found[kind]["added"]) for kind in ("statement", "talents", "passions")] == [1, 2, 1]
    assert [len(found[kind]["removed"]) for kind in ("talents", "sharings")] == [0, 0]
    assert differing(world, BEGINNING, BEGINNING) is None
    equal = differing(world, until, until)
    assert {len(of) for kind in equal if kind not in {"before", "after"} for of in equal[kind].values()} == {
        0
    }


def test_a_word_that_was_reworded_is_no_change_of_the_owners(world: World) -> None:
    stream = f"catalogue-{ORGANISATION}"
    world.happened(stream, TermProposed(term=TERM, nl="Rust", en="Calm", cluster="calm"))
    world.happened(stream, TermAdopted(term=TERM))
    by_term = TalentClaimed(
        talent=TALENT, name="Rust", name_en="Calm", term=TERM, strength=4, energy=1, use=1
    )
    then = world.happened(world.opened(), by_term)
    world.happened(stream, TermReworded(term=TERM, nl="Kalm blijven", en="Calm"))
    assert differing(world, then)["talents"]["changed"] == []
    (added,) = differing(world, BEGINNING)["talents"]["added"]
    assert added["name"]["nl"] == "Kalm blijven"


@pytest.mark.parametrize("until", [BEGINNING, None])
def test_a_later_moment_before_the_earlier_one_is_an_error_that_says_so(
    world: World, until: datetime | None
) -> None:
    world.opened()
    moments = {"from": write_moment(NOW + timedelta(days=1)), "until": write_moment(until) if until else None}
    (error,) = asyncio.run(world.ask(DIFFERENCE, **moments))["errors"]
    assert (error["extensions"]["code"], error["message"]) == (
        "BAD_REQUEST",
        "`from` must not be later than `until`, or than now.",
    )
