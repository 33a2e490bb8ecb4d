"""What a team has together: of people who have not left since, in words that are still there."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import psycopg
import pytest

from events.catalog.team import (
    WorkHandedBack,
    WorkOfferEnded,
)
from events.catalog.teamwork import WorkOfferWritten
from events.codec import Forgotten
from projections.parking import park
from projections.views import team as view
from rules.kinds import HoursBand
from tests.projections.views.given import facts, folded, read
from tests.projections.views.team.given import (
    ANN,
    BOB,
    CAS,
    DAY,
    GOAL,
    JOINED,
    OFFERED,
    OTHER_TERM,
    OTHER_WORK,
    SESSION,
    TEAM,
    TERM,
    UNTIL,
    WORK,
    WRITTEN,
    joined,
    left,
    of_team,
    offered,
    taken,
    volunteered,
)

pytestmark = pytest.mark.postgres


def work(
    database: str,
    *,
    only_open: bool = False,
    today: date = DAY,
    limit: int = 50,
    merged: Mapping[str, str] = MappingProxyType({}),
) -> list[view.WorkOffer]:
    async def reading(connection: psycopg.AsyncConnection) -> list[view.WorkOffer]:
        return await view.work_offers(
            connection, TEAM, today=today, merged=merged, only_open=only_open, limit=limit
        )

    return read(database, reading)


def notices(database: str) -> list[view.WorkNotice]:
    async def reading(connection: psycopg.AsyncConnection) -> list[view.WorkNotice]:
        return await view.work_notices(connection, since=DAY)

    return read(database, reading)


def to_end(database: str, today: date = DAY) -> list[tuple[str, tuple[str, ...]]]:
    found = read(database, view.work_offers_to_end, today, 10)
    return [(due.offer, due.people) for due in found]


def test_an_offer_has_its_words_and_who_stepped_forward(database: str) -> None:
    asked: dict[str, Any] = {"wanted": (TERM,), "hours_per_week": HoursBand.UP_TO_2, "from_day": DAY}
    acts = of_team(offered(**asked), volunteered(BOB), volunteered(ANN))
    folded(database, view.VIEW, facts(*JOINED, WRITTEN, *acts))
    shown = view.WorkOffer(
        team=TEAM,
        offer=WORK,
        title="Open dag",
        text="Wie?",
        wanted=(TERM,),
        hours_per_week=HoursBand.UP_TO_2,
        from_day=DAY,
        until=UNTIL,
        author=ANN,
        volunteers=(ANN, BOB),
        taken_up_by=(),
        took_up_alike=(),
    )
    assert work(database) == work(database, only_open=True) == [shown]
    assert read(database, lambda c: view.work_offer(c, TEAM, WORK, today=DAY, merged={})) == shown
    assert read(database, lambda c: view.work_offer(c, BOB, WORK, today=DAY, merged={})) is None


def test_work_that_somebody_does_is_open_no_more_until_it_is_handed_back(database: str) -> None:
    acts = of_team(volunteered(BOB), taken(BOB))
    folded(database, view.VIEW, facts(*OFFERED, *acts))
    assert work(database, only_open=True) == []
    assert [offer.taken_up_by for offer in work(database)] == [(BOB,)]
    folded(database, view.VIEW, facts(*OFFERED, *acts, *of_team(WorkHandedBack(offer=WORK, by=BOB))))
    (offer,) = work(database, only_open=True)
    assert (offer.volunteers, offer.taken_up_by) == ((), ())


def test_an_offer_is_open_through_its_last_day_and_not_when_it_ended(database: str) -> None:
    folded(database, view.VIEW, facts(*OFFERED))
    assert len(work(database, only_open=True, today=UNTIL)) == 1
    assert work(database, only_open=True, today=UNTIL + timedelta(days=1)) == []
    folded(database, view.VIEW, facts(*OFFERED, *of_team(WorkOfferEnded(offer=WORK, reason="day"))))
    assert work(database, only_open=True) == []
    assert len(work(database)) == 1


def test_the_newest_offers_come_first(database: str) -> None:
    more = (f"teamwork-{ANN}", WorkOfferWritten(offer=OTHER_WORK, team=TEAM, title="Fiets", text="Wie?"))
    folded(database, view.VIEW, facts(*OFFERED, more, *of_team(offered(OTHER_WORK))))
    assert [offer.title for offer in work(database)] == ["Fiets", "Open dag"]
    assert [offer.title for offer in work(database, limit=1)] == ["Fiets"]


def test_words_without_the_fact_and_a_fact_without_the_words_show_nothing(database: str) -> None:
    folded(database, view.VIEW, facts(*JOINED, WRITTEN))
    assert work(database) == []
    folded(database, view.VIEW, facts(*JOINED, *of_team(offered())))
    assert work(database) == []
    by_another = (f"teamwork-{BOB}", WRITTEN[1])
    folded(database, view.VIEW, facts(*JOINED, by_another, *of_team(offered())))
    assert work(database) == []


def test_who_left_is_no_volunteer_and_does_no_work_and_a_return_brings_nothing_back(database: str) -> None:
    acts = of_team(volunteered(BOB), volunteered(CAS), taken(BOB))
    folded(database, view.VIEW, facts(*OFFERED, *acts, left(BOB)))
    (offer,) = work(database, only_open=True)
    assert (offer.volunteers, offer.taken_up_by) == ((CAS,), ())
    folded(database, view.VIEW, facts(*OFFERED, *acts, left(BOB), joined(BOB)))
    (offer,) = work(database)
    assert (offer.volunteers, offer.taken_up_by) == ((CAS,), ())
    again = of_team(volunteered(BOB, seen=3))
    folded(database, view.VIEW, facts(*OFFERED, *acts, left(BOB), joined(BOB), *again))
    (offer,) = work(database)
    assert (offer.volunteers, offer.taken_up_by) == ((BOB, CAS), ())


def test_a_corrected_day_of_joining_is_no_leaving(database: str) -> None:
    folded(database, view.VIEW, facts(*OFFERED, *of_team(volunteered(BOB)), joined(BOB)))
    assert [offer.volunteers for offer in work(database)] == [(BOB,)]


def test_what_an_author_who_left_had_offered_is_shown_without_a_name_if_somebody_does_it(
    database: str,
) -> None:
    folded(database, view.VIEW, facts(*OFFERED, *of_team(volunteered(BOB)), left(ANN)))
    assert work(database) == []
    folded(database, view.VIEW, facts(*OFFERED, *of_team(volunteered(BOB), taken(BOB)), left(ANN)))
    assert [(offer.author, offer.taken_up_by) for offer in work(database)] == [(None, (BOB,))]


def test_of_who_was_forgotten_no_words_are_shown(database: str) -> None:
    acts = of_team(volunteered(BOB), taken(BOB))
    gone = (f"teamwork-{ANN}", Forgotten())
    folded(database, view.VIEW, facts(*OFFERED, *acts, gone))
    assert work(database) == []
    folded(database, view.VIEW, facts(*OFFERED, *acts, (f"employment-{BOB}", Forgotten())))
    assert [(offer.volunteers, offer.taken_up_by) for offer in work(database)] == [((), ())]


def test_who_is_parked_is_not_named_and_their_words_are_not_shown(database: str) -> None:
    folded(database, view.VIEW, facts(*OFFERED, *of_team(volunteered(BOB), taken(BOB))))
    with psycopg.connect(database, autocommit=True) as connection:
        park(connection, view.VIEW, 0, {BOB: (1, "x")})
        assert [(offer.volunteers, offer.taken_up_by) for offer in work(database)] == [((), ())]
        park(connection, view.VIEW, 0, {ANN: (1, "x")})
    assert work(database) == []


def test_who_took_up_work_of_this_kind_in_the_last_year_is_named_once(database: str) -> None:
    kinds = {WORK: (TERM, OTHER_TERM), OTHER_WORK: (TERM,), GOAL: (OTHER_TERM,), SESSION: ("d" * 32,)}
    words = [
        (f"teamwork-{ANN}", WorkOfferWritten(offer=offer, team=TEAM, title=offer, text="Wie?"))
        for offer in kinds
    ]
    acts = of_team(
        *(offered(offer, wanted=wanted) for offer, wanted in kinds.items()),
        *(taken(BOB, offer) for offer in (OTHER_WORK, GOAL)),
        *(taken(CAS, offer) for offer in (SESSION, GOAL)),
        WorkHandedBack(offer=GOAL, by=CAS),
    )
    folded(database, view.VIEW, facts(*JOINED, *words, *acts))
    alike = {offer.offer: offer.took_up_alike for offer in work(database)}
    assert alike == {WORK: (BOB,), OTHER_WORK: (), GOAL: (), SESSION: ()}
    merged = {"d" * 32: "e" * 32, TERM: "e" * 32}
    assert work(database, merged=merged)[-1].took_up_alike == (BOB, CAS)
    a_year_later = {
        offer.offer: offer.took_up_alike for offer in work(database, today=DAY.replace(year=2028))
    }
    assert a_year_later[WORK] == ()


def test_an_offer_is_to_end_when_its_last_day_is_past_or_its_author_left_and_nobody_does_it(
    database: str,
) -> None:
    folded(database, view.VIEW, facts(*OFFERED, *of_team(volunteered(BOB))))
    assert to_end(database, UNTIL) == []
    assert to_end(database, UNTIL + timedelta(days=1)) == [(WORK, (ANN,))]
    does = of_team(volunteered(BOB), taken(BOB))
    folded(database, view.VIEW, facts(*OFFERED, *does, left(ANN)))
    assert to_end(database) == []
    assert to_end(database, UNTIL + timedelta(days=1)) == [(WORK, (ANN, BOB))]
    folded(database, view.VIEW, facts(*OFFERED, *does, left(ANN), left(BOB)))
    assert to_end(database) == [(WORK, (ANN, BOB))]
    ended = of_team(WorkOfferEnded(offer=WORK, reason="author_left"))
    folded(database, view.VIEW, facts(*OFFERED, *does, left(ANN), left(BOB), *ended))
    assert to_end(database, UNTIL + timedelta(days=1)) == []


def test_every_volunteer_is_to_be_informed_of_what_became_of_the_offer(database: str) -> None:
    volunteers = of_team(volunteered(BOB), volunteered(CAS))
    folded(database, view.VIEW, facts(*OFFERED, *volunteers))
    assert notices(database) == []
    folded(database, view.VIEW, facts(*OFFERED, *volunteers, *of_team(taken(BOB))))
    notice = view.WorkNotice(team=TEAM, offer=WORK, version=4, kind="TAKEN_UP", on=DAY, volunteers=(CAS,))
    assert notices(database) == [notice]
    later = of_team(taken(BOB), volunteered(ANN), taken(CAS))
    folded(database, view.VIEW, facts(*OFFERED, *volunteers, *later))
    assert notices(database) == [], "nobody is left who stepped forward before and does not do it"
    folded(
        database, view.VIEW, facts(*OFFERED, *volunteers, *of_team(WorkOfferEnded(offer=WORK, reason="day")))
    )
    assert [(found.kind, found.volunteers) for found in notices(database)] == [("LAPSED", (BOB, CAS))]
    folded(
        database,
        view.VIEW,
        facts(*OFFERED, *volunteers, left(CAS), *of_team(WorkOfferEnded(offer=WORK, reason="author_left"))),
    )
    assert [(found.kind, found.volunteers) for found in notices(database)] == [("LAPSED", (BOB,))]
    done = of_team(taken(BOB), WorkOfferEnded(offer=WORK, reason="taken_up"))
    folded(database, view.VIEW, facts(*OFFERED, *volunteers, *done))
    assert [found.kind for found in notices(database)] == ["TAKEN_UP"]
