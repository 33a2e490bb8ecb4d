"""The map of a team at any moment: what a naive reading up to then shows, of what is open now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.codec import Forgotten
from projections.view import Fact
from projections.views import shared
from rules.kinds import ItemKind, Language
from tests.projections.views.given import NOON, facts, folded, read
from tests.projections.views.shared import naive
from tests.projections.views.shared.histories import PEOPLE, TEAMS, TODAY, history_of
from tests.projections.views.shared.test_shared_in_any_order import folded as folded_once

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
HISTORIES = 7
Talents = Sequence[shared.TeamTalent]


def as_decided(history: Sequence[Fact]) -> list[Fact]:
    """Leave out what no decider makes: an id claimed twice, and anything in a portfolio that was closed."""
    claimed: set[tuple[str, str]] = set()
    closed: set[str] = set()
    kept = []
    for fact in history:
        event, who = fact.recorded.event, fact.subject
        own = fact.recorded.stream.startswith("portfolio") and not isinstance(event, Forgotten)
        again = isinstance(event, TalentClaimed) and (who, event.talent) in claimed
        if again or (own and who in closed):
            continue
        if isinstance(event, TalentClaimed):
            claimed.add((who, event.talent))
        if isinstance(event, PortfolioClosed):
            closed.add(who)
        kept.append(fact)
    return kept


def remembered(history: Sequence[Fact]) -> list[Fact]:
    """Nothing from before somebody was forgotten: no past shows it."""
    last = {fact.subject: n for n, fact in enumerate(history) if isinstance(fact.recorded.event, Forgotten)}
    return [fact for n, fact in enumerate(history) if n > last.get(fact.subject, -1)]


def expected(history: Sequence[Fact], parked: Sequence[str], team: str, moment: datetime) -> Talents:
    """A fold of the prefix, and then what the rights of now leave of it."""
    known = remembered(history)
    now, then = (
        {who: person for who, person in naive.people_of(some).items() if who not in parked}
        for some in (known, [fact for fact in known if fact.recorded.at <= moment])
    )
    were = {(it.owner, it.item): it for it in naive.talents_in(then, team, moment.date())}
    return [
        _with_both(were[it.owner, it.item], it, then[it.owner], team, moment)
        for it in naive.talents_in(now, team, TODAY)
        if (it.owner, it.item) in were
    ]


def _with_both(
    was: shared.TeamTalent, now: shared.TeamTalent, owner: naive.Person, team: str, moment: datetime
) -> shared.TeamTalent:
    """What was, under the name of today; if its energy is closed today, as somebody saw it without."""
    if now.energy is None and was.energy is not None:
        without = [
            (at, replace(it, with_energy=False) if isinstance(it, ItemShared) else it)
            for at, it in owner.happened
        ]
        again = naive.talents_in({was.owner: naive.Person(was.owner, without)}, team, moment.date())
        was = next(it for it in again if it.item == was.item)
    return replace(was, owner_name=now.owner_name)


async def shown(
    connection: psycopg.AsyncConnection, team: str, viewer: str, moments: Sequence[datetime]
) -> list[Talents]:
    return [
        await shared.talents_then(connection, team, viewer, today=TODAY, moment=moment, day=moment.date())
        for moment in moments
    ]


def test_rules_11_and_12_a_map_of_the_past_is_the_fold_of_a_prefix_under_the_rights_of_now(
    database: str,
) -> None:
    seen = hidden = 0
    for seed in range(HISTORIES):
        random = Random(seed)  # noqa: S311 - to be the same each time
        history = as_decided(history_of(seed))
        parked = [person for person in PEOPLE if random.random() < 0.1]
        folded_once(database, history, parked, random)
        people = naive.people_of(remembered(history))
        for team in TEAMS:
            members = [who for who in PEOPLE if who in people and people[who].is_in(team)]
            if not members:
                continue
            # Each version is somebody's: the members take them in turn, and see the same.
            moments = sorted({fact.recorded.at for fact in history})
            for place, viewer in enumerate(members):
                own = moments[place :: len(members)]
                then = read(database, shown, team, viewer, own)
                assert then == [expected(history, parked, team, moment) for moment in own], f"seed {seed}"
                seen += sum(map(len, then))
                hidden += sum(len(_open_then(history, team, moment)) for moment in own)
    assert hidden - seen > HISTORIES, "the rights of now must have closed something that was open then"
    assert seen > HISTORIES, "histories in which nobody sees anything would prove nothing"


def _open_then(history: Sequence[Fact], team: str, moment: datetime) -> Talents:
    until = [fact for fact in remembered(history) if fact.recorded.at <= moment]
    return naive.talents_in(naive.people_of(until), team, moment.date())


ANN, BOB = PEOPLE[:2]
TEAM, ITEM, FIRST, SECOND = TEAMS[0], "1" * 32, "5" * 32, "6" * 32
JOINED, LEFT = TeamJoined(team=TEAM, on=TODAY), TeamLeft(team=TEAM, on=TODAY)
CLAIMED = TalentClaimed(talent=ITEM, name="Rust", strength=3, energy=-1, use=1, story="Toen.")
REVISED = TalentRevised(talent=ITEM, strength=5, energy=2, use=3, story="Nu.")
ENDED = ItemSharingEnded(sharing=FIRST, reason="owner")


def opened(sharing: str = FIRST, **how: Any) -> ItemShared:
    to: dict[str, Any] = {"audience": "team", "team": TEAM, "until": TODAY, "with_energy": True} | how
    return ItemShared(sharing=sharing, item=ITEM, kind=ItemKind.TALENT, **to)


def happened(database: str, *events: Event) -> list[Talents]:
    """Let this happen to Ann, Bob being in her team; the map of each moment from her first own event on."""
    who = ProfessionalRegistered(name="Ann", email="a@mee.example")
    begin: list[tuple[str, Event]] = [(f"employment-{BOB}", who), (f"employment-{BOB}", JOINED)]
    begin += [(f"employment-{ANN}", who), (f"portfolio-{ANN}", PortfolioOpened(language=Language.NL))]
    at_work = (EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft)
    own = [(f"{'employment' if isinstance(it, at_work) else 'portfolio'}-{ANN}", it) for it in events]
    folded(database, shared.VIEW, facts(*begin, *own))
    moments = [NOON + timedelta(hours=len(begin) + hours) for hours in range(len(events))]
    return read(database, shown, TEAM, BOB, moments)


def test_it_has_the_numbers_and_the_story_of_then(database: str) -> None:
    *_, before, after = happened(database, JOINED, CLAIMED, opened(), REVISED)
    assert [(it.strength, it.energy, it.use, it.text) for it in before] == [(3, -1, 1, "Toen.")]
    assert [(it.strength, it.energy, it.use, it.text) for it in after] == [(5, 2, 3, "Nu.")]


def test_rule_11_what_is_not_shared_any_more_is_in_no_past(database: str) -> None:
    ends: tuple[Event, ...] = (ENDED, TalentSetAside(talent=ITEM), PortfolioClosed(), LEFT, Forgotten())
    for end in (*ends, EmploymentEnded(on=TODAY)):
        assert not any(happened(database, JOINED, CLAIMED, opened(), end)), end


def test_rule_11_what_was_not_shared_then_is_not_in_the_map_of_then(database: str) -> None:
    counts = [len(it) for it in happened(database, JOINED, CLAIMED, opened(), ENDED, REVISED, opened(SECOND))]
    assert counts == [0, 0, 1, 0, 0, 1]


def test_rule_11_energy_was_open_then_and_is_open_now_or_is_not_shown(database: str) -> None:
    less, more = opened(with_energy=False), opened(SECOND, with_energy=False)
    *_, then, _ = happened(database, JOINED, CLAIMED, less, opened(SECOND))
    assert [it.energy for it in then] == [None]
    _, _, then, _, now = happened(database, JOINED, CLAIMED, opened(), ENDED, more)
    assert [it.energy for it in then] == [it.energy for it in now] == [None]


def test_who_was_no_member_then_is_not_in_the_map_of_then(database: str) -> None:
    to_all = opened(audience="organisation", team=None)
    counts = [len(it) for it in happened(database, CLAIMED, to_all, JOINED, LEFT, JOINED)]
    assert counts == [0, 0, 1, 0, 1]


def test_who_is_no_member_now_gets_no_past(database: str) -> None:
    happened(database, JOINED, CLAIMED, opened())
    for viewer, names in ((BOB, ["Ann"]), ("9" * 32, [])):
        (found,) = read(database, shown, TEAM, viewer, [NOON + timedelta(days=9)])
        assert [talent.owner_name for talent in found] == names
