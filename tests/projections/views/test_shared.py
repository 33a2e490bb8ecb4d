"""What others opened to me: exactly the current item, and nothing once it is over."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered
from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved, PassionLetGo, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, EvidenceWithdrawn, ReflectionWritten
from events.catalog.portfolio.goals import GoalLetGo, GoalReached, GoalSet, GoalSharpened
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened, ProfileStatementWritten
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.codec import Forgotten, UnknownEvent
from kit.ids import new_id
from projections.parking import park
from projections.views import shared
from rules import kinds
from rules.kinds import EnergySourceKind, EvidenceKind, HoursBand, ItemKind, Language
from tests.projections.views.given import facts, folded, read

pytestmark = pytest.mark.postgres

ANN, BOB, CAS, ITEM, FIRST, SECOND = (new_id() for _ in range(6))
TODAY = date(2026, 11, 24)
UNTIL = TODAY + timedelta(days=30)
STAFF = [
    (f"employment-{person}", ProfessionalRegistered(name=name, email="p@mee.example"))
    for person, name in ((ANN, "Anna de Wit"), (BOB, "Bob Smit"), (CAS, "Cas Öz"))
]
CLAIMED = TalentClaimed(talent=ITEM, name="Luisteren", strength=4, energy=-1, use=2, story="Op straat.")
OPENED = PortfolioOpened(language=Language.NL)


def shown(database: str, viewer: str, *, today: date = TODAY, **asked: Any) -> list[shared.SharedItem]:
    async def reading(connection: psycopg.AsyncConnection) -> list[shared.SharedItem]:
        found = await shared.shared_with(connection, viewer, today=today, **{"limit": 50, **asked})
        return found.rows

    return read(database, reading)


def opened(sharing: str = FIRST, *, to: tuple[str, ...] = (BOB,), **fields: Any) -> ItemShared:
    given: dict[str, Any] = {
        "item": ITEM,
        "kind": "talent",
        "audience": "people",
        "until": UNTIL,
        "people": to,
    }
    return ItemShared(sharing=sharing, **(given | fields))


def after(database: str, *happened: Event, viewer: str = BOB) -> list[shared.SharedItem]:
    """What a viewer sees after this happened in Anna's portfolio, which was opened."""
    anns = [(f"portfolio-{ANN}", event) for event in (OPENED, *happened)]
    folded(database, shared.VIEW, facts(*STAFF, *anns))
    return shown(database, viewer)


TALENT = shared.SharedItem(
    sharing=FIRST,
    item=ITEM,
    kind=ItemKind.TALENT,
    owner=ANN,
    owner_name="Anna de Wit",
    title="Luisteren",
    title_en=None,
    term=None,
    text="Op straat.",
    link=None,
    strength=4,
    energy=None,
    use=None,
    source_kind=None,
    until=UNTIL,
)


def test_nothing_is_seen_before_it_is_shared(database: str) -> None:
    assert after(database, CLAIMED) == []


def test_what_was_shared_with_who_left_does_not_open_again_on_return(database: str) -> None:
    anns = [(f"portfolio-{ANN}", event) for event in (OPENED, CLAIMED, opened(to=(BOB, CAS)))]
    back = (f"employment-{BOB}", ProfessionalRegistered(name="Bob Smit", email="b@mee.example"))
    left = (f"employment-{BOB}", EmploymentEnded(on=TODAY))
    since = (f"portfolio-{ANN}", opened(SECOND))
    folded(database, shared.VIEW, facts(*STAFF, *anns, left, back))
    assert shown(database, BOB) == []
    assert shown(database, CAS) == [TALENT]
    folded(database, shared.VIEW, facts(*STAFF, *anns, left, back, since))
    assert [item.sharing for item in shown(database, BOB)] == [SECOND]
    folded(database, shared.VIEW, facts(*STAFF, *anns, left, back, since, left, back))
    assert shown(database, BOB) == []


def test_a_talent_shared_without_its_energy_is_seen_by_the_chosen_and_nobody_else(database: str) -> None:
    assert after(database, CLAIMED, opened()) == [TALENT]
    assert shown(database, CAS) == []
    assert shown(database, ANN) == []


def test_energy_is_seen_only_by_its_own_switch(database: str) -> None:
    (item,) = after(database, CLAIMED, opened(with_energy=True))
    assert (item.energy, item.use) == (-1, 2)


def test_an_item_is_seen_as_it_is_now(database: str) -> None:
    revised = TalentRevised(talent=ITEM, strength=5, energy=2, use=3)
    (item,) = after(database, CLAIMED, opened(with_energy=True), revised)
    assert (item.title, item.text, item.strength, item.energy, item.use) == ("Luisteren", None, 5, 2, 3)


@pytest.mark.parametrize(
    ("kind", "made", "seen"),
    [
        ("statement", ProfileStatementWritten(statement=ITEM, text="Ik ben."), (None, "Ik ben.", None)),
        (
            "energy_source",
            EnergySourceNoted(
                source=ITEM,
                kind=EnergySourceKind.GIVER,
                activity="Huisbezoek",
                hours_per_week=HoursBand.UP_TO_2,
            ),
            (None, "Huisbezoek", None),
        ),
        ("passion", PassionNamed(passion=ITEM, text="Muziek"), (None, "Muziek", None)),
        (
            "evidence",
            EvidenceAdded(evidence=ITEM, kind=EvidenceKind.LINK, title="Blog", link="https://mee.example/b"),
            ("Blog", None, "https://mee.example/b"),
        ),
        ("reflection", ReflectionWritten(reflection=ITEM, text="Wat hielp."), (None, "Wat hielp.", None)),
        ("goal", GoalSet(goal=ITEM, text="Rust", horizon=UNTIL), (None, "Rust", None)),
    ],
)
def test_of_every_kind_exactly_the_item_is_seen(
    database: str, kind: kinds.ItemKind, made: Event, seen: tuple[str | None, ...]
) -> None:
    (item,) = after(database, made, opened(kind=kind))
    assert (item.kind, item.title, item.text, item.link) == (kind, *seen)
    assert (item.strength, item.energy, item.use) == (None, None, None)


def test_a_goal_is_seen_in_its_last_wording_and_also_when_it_is_reached(database: str) -> None:
    sharpened = GoalSharpened(goal=ITEM, text="Elke dag een pauze")
    goal = GoalSet(goal=ITEM, text="Rust")
    (item,) = after(database, goal, opened(kind="goal"), sharpened, GoalReached(goal=ITEM))
    assert item.text == "Elke dag een pauze"


def test_nothing_is_seen_once_the_sharing_ended_and_again_when_shared_anew(database: str) -> None:
    ended = ItemSharingEnded(sharing=FIRST, reason="owner")
    assert after(database, CLAIMED, opened(), ended) == []
    (again,) = after(database, CLAIMED, opened(), ended, opened(SECOND))
    assert again.sharing == SECOND


def test_the_last_day_is_within_and_the_day_after_is_not(database: str) -> None:
    after(database, CLAIMED, opened())
    assert shown(database, BOB, today=UNTIL) == [TALENT]
    assert shown(database, BOB, today=UNTIL + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("kind", "made", "gone"),
    [
        ("talent", CLAIMED, TalentSetAside(talent=ITEM)),
        (
            "energy_source",
            EnergySourceNoted(
                source=ITEM, kind=EnergySourceKind.GIVER, activity="Bellen", hours_per_week=HoursBand.UP_TO_2
            ),
            EnergySourceRemoved(source=ITEM),
        ),
        ("passion", PassionNamed(passion=ITEM, text="Muziek"), PassionLetGo(passion=ITEM)),
        (
            "evidence",
            EvidenceAdded(evidence=ITEM, kind=EvidenceKind.STORY, title="Dag", text="Goed."),
            EvidenceWithdrawn(evidence=ITEM),
        ),
        ("goal", GoalSet(goal=ITEM, text="Rust"), GoalLetGo(goal=ITEM)),
        ("talent", CLAIMED, PortfolioClosed()),
    ],
)
def test_what_is_gone_is_not_seen_even_if_nobody_ended_its_sharing(
    database: str, kind: kinds.ItemKind, made: Event, gone: Event
) -> None:
    assert len(after(database, made, opened(kind=kind))) == 1
    assert after(database, made, opened(kind=kind), gone) == []


def test_who_left_opens_nothing_and_sees_nothing_and_stays_so_on_return(database: str) -> None:
    anns = [(f"portfolio-{ANN}", event) for event in (OPENED, CLAIMED, opened())]
    for leaver, back in ((ANN, STAFF[0]), (BOB, STAFF[1])):
        left = (f"employment-{leaver}", EmploymentEnded(on=TODAY))
        folded(database, shared.VIEW, facts(*STAFF, *anns, left))
        assert shown(database, BOB) == []
        folded(database, shared.VIEW, facts(*STAFF, *anns, left, back))
        assert shown(database, BOB) == []


def test_who_is_forgotten_has_no_row_left(database: str) -> None:
    anns = [(f"portfolio-{ANN}", event) for event in (OPENED, CLAIMED, opened(), Forgotten())]
    cass = [(f"portfolio-{CAS}", event) for event in (OPENED, CLAIMED, opened())]
    folded(database, shared.VIEW, facts(*STAFF, *anns, *cass))
    assert [item.owner for item in shown(database, BOB)] == [CAS], "an item of the same id is another's"
    with psycopg.connect(database) as connection:
        for table in shared.VIEW.tables:
            sql = f"SELECT count(*) FROM {table.served} WHERE subject = %s"
            assert connection.execute(sql, (ANN,)).fetchone() == (0,), table.name


@pytest.mark.parametrize("audience", ["team", "organisation"])
def test_what_is_open_to_a_team_or_to_all_is_not_by_name(database: str, audience: kinds.Audience) -> None:
    assert after(database, CLAIMED, opened(audience=audience, team=CAS)) == []


def test_an_item_opened_twice_is_seen_once_with_the_most_that_is_open(database: str) -> None:
    both = sorted((FIRST, SECOND))
    longer = opened(both[1], until=UNTIL + timedelta(days=9))
    (item,) = after(database, CLAIMED, opened(both[0], with_energy=True), longer)
    assert (item.sharing, item.energy, item.until) == (both[0], -1, UNTIL + timedelta(days=9))
    ended = ItemSharingEnded(sharing=both[0], reason="owner")
    (item,) = after(database, CLAIMED, opened(both[0], with_energy=True), longer, ended)
    assert (item.sharing, item.energy) == (both[1], None)


def test_of_an_owner_set_aside_for_repair_nothing_is_seen(database: str) -> None:
    assert after(database, CLAIMED, opened()) == [TALENT]
    with psycopg.connect(database, autocommit=True) as connection:
        park(connection, shared.VIEW, 0, {ANN: (9, "MsgspecError")})
    assert shown(database, BOB) == []


def test_it_goes_by_the_owners_name_a_page_at_a_time(database: str) -> None:
    owners = {"Zoë": new_id(), "Émile": new_id(), "anton": new_id(), "Bé": new_id()}
    happened: list[tuple[str, Event]] = []
    for name, owner in owners.items():
        registered = ProfessionalRegistered(name=name, email="p@mee.example")
        happened.append((f"employment-{owner}", registered))
        happened += [(f"portfolio-{owner}", event) for event in (OPENED, CLAIMED, opened())]
        happened.append((f"portfolio-{owner}", UnknownEvent(name="portfolio.song-sung.v1", raw=b"{}")))
    folded(database, shared.VIEW, facts(*STAFF, *happened))
    everything = shown(database, BOB)
    assert [item.owner_name for item in everything] == ["anton", "Bé", "Émile", "Zoë"]
    paged: list[shared.SharedItem] = []
    while page := shown(database, BOB, limit=1, after=_cursor(paged)):
        paged += page
    assert paged == everything


def _cursor(seen: list[shared.SharedItem]) -> tuple[str, str] | None:
    return (seen[-1].owner_name, seen[-1].sharing) if seen else None
