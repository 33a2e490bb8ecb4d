"""Another sees exactly the items shared with them, in their current form, after they were recorded."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from events.catalog.employment import EmploymentEnded
from events.catalog.portfolio.evidence import EvidenceAdded
from events.catalog.portfolio.life import PortfolioClosed
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from projections.views import profile, shared
from rules.kinds import EvidenceKind, ItemKind
from tests.gateway.harness import PEOPLE
from tests.gateway.world import COLLEAGUE, OWNER, TODAY, TOMORROW, YESTERDAY, World, day_after

pytestmark = pytest.mark.postgres
TALENT, OTHER_TALENT, PASSION, EVIDENCE = "1" * 32, "2" * 32, "3" * 32, "4" * 32
ITEM = "id kind title { nl en } text link strength energy quadrant until owner { id displayName }"
ASK = (
    "query ($first: Int! = 20, $after: String) { me { sharedWithMe(first: $first, after: $after) {"
    f" edges {{ cursor node {{ {ITEM} }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}"
    " } } }"
)
LOG = (
    "query ($first: Int! = 20, $after: String) { me { readLog(first: $first, after: $after) {"
    " edges { cursor node { day itemKind itemId viewerRole purpose } }"
    " pageInfo { hasNextPage endCursor } } } }"
)


def claimed(talent: str = TALENT, name: str = "Luisteren") -> TalentClaimed:
    return TalentClaimed(talent=talent, name=name, strength=4, energy=2, use=3, story="Elke dag.")


def opened_to(
    *people: str, item: str = TALENT, sharing: str = "5" * 32, until: date = TOMORROW, energy: bool = False
) -> ItemShared:
    return ItemShared(
        sharing=sharing,
        item=item,
        kind=ItemKind.TALENT,
        audience="people",
        people=people,
        until=until,
        with_energy=energy,
    )


def page(world: World, name: str = "colleague", **variables: Any) -> Any:
    answer = asyncio.run(world.ask(ASK, name=name, **variables))
    assert "errors" not in answer, answer
    return answer["data"]["me"]["sharedWithMe"]


def seen(world: World, name: str = "colleague") -> list[dict[str, Any]]:
    return [edge["node"] for edge in page(world, name)["edges"]]


def logged(world: World, name: str = "owner") -> list[dict[str, Any]]:
    answer = asyncio.run(world.ask(LOG, name=name))
    return [edge["node"] for edge in answer["data"]["me"]["readLog"]["edges"]]


def refusal(world: World, document: str = ASK, name: str = "colleague", **variables: Any) -> str:
    answer = asyncio.run(world.ask(document, name=name, **variables))
    assert answer["data"] == {"me": None}
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])


def test_the_item_is_shown_in_its_current_form_and_nothing_around_it(world: World) -> None:
    portfolio = world.opened()
    world.happened(portfolio, claimed(), claimed(OTHER_TALENT, "Plannen"), opened_to(COLLEAGUE))
    item = {
        "id": f"SharedItem:{TALENT}",
        "kind": "TALENT",
        "title": {"nl": "Luisteren", "en": "Luisteren"},
        "text": "Elke dag.",
        "link": None,
        "strength": 4,
        "energy": None,
        "quadrant": None,
        "until": TOMORROW.isoformat(),
        "owner": {"id": f"Colleague:{OWNER}", "displayName": "Fenna de Boer"},
    }
    assert seen(world) == [item]
    world.happened(portfolio, TalentRevised(talent=TALENT, strength=5, energy=-1, use=0, story="Soms."))
    assert seen(world) == [item | {"strength": 5, "text": "Soms."}]


def test_energy_and_quadrant_are_shown_by_their_own_switch_only(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE, energy=True))
    (item,) = seen(world)
    assert (item["energy"], item["quadrant"]) == (2, "IN_MY_STRENGTH")


def test_evidence_shows_its_title_and_its_link(world: World) -> None:
    portfolio = world.opened()
    link = "https://mee.example/badge"
    world.happened(
        portfolio, EvidenceAdded(evidence=EVIDENCE, kind=EvidenceKind.BADGE, title="Training", link=link)
    )
    opening = ItemShared(
        sharing="5" * 32,
        item=EVIDENCE,
        kind=ItemKind.EVIDENCE,
        audience="people",
        people=(COLLEAGUE,),
        until=TOMORROW,
    )
    world.happened(portfolio, opening)
    (item,) = seen(world)
    assert (item["kind"], item["title"]["nl"], item["link"]) == ("EVIDENCE", "Training", link)
    assert item["strength"] is None


def test_nobody_else_sees_it(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to("7" * 32))
    assert seen(world) == []
    assert seen(world, "owner") == []


@pytest.mark.parametrize(
    "end",
    [
        ItemSharingEnded(sharing="5" * 32, reason="owner"),
        TalentSetAside(talent=TALENT),
        PortfolioClosed(),
    ],
)
def test_it_is_gone_at_once_when_it_ends(world: World, end: Any) -> None:
    portfolio = world.opened()
    world.happened(portfolio, claimed(), opened_to(COLLEAGUE))
    assert len(seen(world)) == 1
    world.happened(portfolio, end)
    assert seen(world) == []


def test_it_is_gone_when_its_owner_left(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE))
    world.happened(f"employment-{OWNER}", EmploymentEnded(on=TODAY))
    assert seen(world) == []


def test_the_last_day_is_within_and_the_next_is_not(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE, until=TODAY))
    assert len(seen(world)) == 1
    world.clock.advance(timedelta(days=1))
    assert seen(world) == []


def test_pages_lose_nothing_and_repeat_nothing_while_items_come_and_go(world: World) -> None:
    portfolio = world.opened()
    items = [f"{number:032x}" for number in range(16, 23)]
    for item in items:
        world.happened(portfolio, claimed(item), opened_to(COLLEAGUE, item=item, sharing=item))
    received: list[str] = []
    after = None
    while True:
        answer = page(world, first=2, after=after)
        ids = [edge["node"]["id"].removeprefix("SharedItem:") for edge in answer["edges"]]
        received += ids
        info = answer["pageInfo"]
        assert info["hasPreviousPage"] is (after is not None)
        assert info["startCursor"] == answer["edges"][0]["cursor"]
        if not info["hasNextPage"]:
            break
        after = info["endCursor"]
        world.happened(portfolio, ItemSharingEnded(sharing=ids[-1], reason="owner"))
    assert received == items


def test_a_cursor_is_the_same_each_time_and_reveals_nothing(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE))
    cursors = {page(world)["pageInfo"]["endCursor"] for _ in range(2)}
    assert len(cursors) == 1
    assert "Fenna" not in cursors.pop()


def test_a_cursor_of_another_list_or_of_nobody_is_refused(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE))
    cursor = page(world)["pageInfo"]["endCursor"]
    assert refusal(world, LOG, after=cursor) == "BAD_REQUEST"
    for wrong in ("abc", "é", cursor[:-4], "A" * 2_000):
        assert refusal(world, after=wrong) == "BAD_REQUEST"


@pytest.mark.parametrize("first", [0, -1, 101])
def test_a_page_has_1_to_100_items_also_when_a_variable_says_so(world: World, first: int) -> None:
    world.opened()
    assert refusal(world, first=first) == "LIMIT_EXCEEDED"


def test_a_stale_view_shows_nothing(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE))
    world.stale(shared.VIEW, 31)
    assert refusal(world) == "UNAVAILABLE"
    assert logged_rows(world) == 0
    world.stale(shared.VIEW, 5)
    assert len(seen(world)) == 1


def test_agreements_of_others_wait_for_a_fresh_view_too(world: World) -> None:
    world.opened()
    world.stale(profile.VIEW, 31)
    assert refusal(world, "{ me { agreementsToConfirm { id } } }") == "UNAVAILABLE"


def test_a_parked_person_gets_an_error_and_shares_nothing(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE))
    world.parked(shared.VIEW, OWNER)
    assert seen(world) == []
    world.parked(shared.VIEW, COLLEAGUE)
    assert refusal(world) == "PARKED"


def logged_rows(world: World) -> int:
    ((count,),) = world.run("SELECT count(*) FROM read_log.disclosures")
    return int(count)


def test_each_showing_is_in_the_owners_log_once_a_viewer_and_day_from_the_next_day_on(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE))
    for _ in range(3):
        assert len(seen(world)) == 1
    assert logged(world) == []
    world.clock.advance(timedelta(days=1))
    line = {
        "day": TODAY.isoformat(),
        "itemKind": "TALENT",
        "itemId": f"Item:{TALENT}",
        "viewerRole": "PROFESSIONAL",
        "purpose": "SHARED_BY_NAME",
    }
    assert logged(world) == [line]
    assert len(seen(world)) == 1
    world.clock.advance(timedelta(days=1))
    assert logged(world) == [line | {"day": TOMORROW.isoformat()}, line]
    assert logged(world, "colleague") == []


def test_only_what_is_on_the_page_is_logged(world: World) -> None:
    portfolio = world.opened()
    for number in range(16, 19):
        item = f"{number:032x}"
        world.happened(portfolio, claimed(item), opened_to(COLLEAGUE, item=item, sharing=item))
    page(world, first=2)
    assert logged_rows(world) == 2


def test_what_cannot_be_logged_is_withheld(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE))
    world.run("ALTER TABLE read_log.disclosures RENAME TO away")
    assert refusal(world) == "UNAVAILABLE"
    world.run("ALTER TABLE read_log.away RENAME TO disclosures")
    assert len(seen(world)) == 1


def test_where_nothing_is_open_nothing_needs_a_log(world: World) -> None:
    world.opened()
    assert seen(world) == []
    assert logged_rows(world) == 0


def test_the_log_is_read_in_pages_that_lose_nothing(world: World) -> None:
    portfolio = world.opened()
    for number in range(16, 21):
        item = f"{number:032x}"
        until = day_after(9)
        world.happened(portfolio, claimed(item), opened_to(COLLEAGUE, item=item, sharing=item, until=until))
    for _ in range(2):
        assert len(seen(world)) == 5
        world.clock.advance(timedelta(days=1))
    received: list[tuple[str, str]] = []
    after = None
    while True:
        answer = asyncio.run(world.ask(LOG, first=3, after=after))["data"]["me"]["readLog"]
        received += [(edge["node"]["day"], edge["node"]["itemId"]) for edge in answer["edges"]]
        if not answer["pageInfo"]["hasNextPage"]:
            break
        after = answer["pageInfo"]["endCursor"]
    days = (TOMORROW.isoformat(), TODAY.isoformat())
    assert received == [(day, f"Item:{number:032x}") for day in days for number in range(16, 21)]


@pytest.mark.parametrize("role", ["HR", "ADMINISTRATOR", "AUDITOR", "BOARD"])
def test_no_other_role_reaches_it(world: World, role: str) -> None:
    world.opened()
    answer = asyncio.run(world.ask(ASK, name="colleague", role=role))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]


def test_what_ended_yesterday_is_gone_though_no_process_noted_it(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE, PEOPLE["hr"], until=YESTERDAY))
    assert seen(world) == []
