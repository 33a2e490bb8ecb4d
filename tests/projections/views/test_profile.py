"""The profile: a portfolio and its talents with their history, the teams, and what changed when."""

from datetime import date, timedelta

import pytest

from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.portfolio import PortfolioOpened, TalentClaimed, TalentRevised, TalentSetAside
from events.codec import Forgotten, UnknownEvent
from kit.ids import new_id
from projections.views import profile
from rules.quadrants import TalentQuadrant
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres

ANN, BOB, LISTENING, PLANNING, NORTH, SOUTH = (new_id() for _ in range(6))
OPENED = (f"portfolio-{ANN}", PortfolioOpened(language="nl"))
CLAIMED = (
    f"portfolio-{ANN}",
    TalentClaimed(talent=LISTENING, name="Luisteren", strength=3, energy=1, use=1, story="Vaak gehoord."),
)
REVISED = (f"portfolio-{ANN}", TalentRevised(talent=LISTENING, strength=5, energy=2, use=3))
SET_ASIDE = (f"portfolio-{ANN}", TalentSetAside(talent=LISTENING))


def hours(count: int) -> timedelta:
    return timedelta(hours=count)


def test_there_is_no_portfolio_before_it_was_opened(database: str) -> None:
    registered = (f"employment-{ANN}", ProfessionalRegistered(name="Ann", email="ann@mee.example"))
    folded(database, profile.VIEW, facts(registered))
    assert read(database, profile.portfolio_of, ANN) is None


def test_a_portfolio_holds_its_talents_as_they_stand_with_their_history(database: str) -> None:
    folded(database, profile.VIEW, facts(OPENED, CLAIMED, REVISED))
    first = profile.Reading(talent=LISTENING, at=NOON + hours(1), strength=3, energy=1, use=1)
    second = profile.Reading(talent=LISTENING, at=NOON + hours(2), strength=5, energy=2, use=3)
    talent = profile.Talent(
        talent=LISTENING,
        name="Luisteren",
        strength=5,
        energy=2,
        use=3,
        story=None,
        claimed_at=NOON + hours(1),
        set_aside_at=None,
        history=(first, second),
    )
    assert read(database, profile.portfolio_of, ANN) == profile.Portfolio(
        person=ANN, version=3, state="OPEN", language="nl", opened_at=NOON, talents=(talent,)
    )
    assert talent.quadrant is TalentQuadrant.IN_MY_STRENGTH


def test_a_talent_set_aside_is_kept_and_marked(database: str) -> None:
    folded(database, profile.VIEW, facts(OPENED, CLAIMED, SET_ASIDE))
    portfolio = read(database, profile.portfolio_of, ANN)
    assert portfolio is not None
    assert [talent.set_aside_at for talent in portfolio.talents] == [NOON + hours(2)]


def test_every_fact_of_the_portfolio_is_a_change_with_its_place(database: str) -> None:
    unknown = (f"portfolio-{ANN}", UnknownEvent(name="portfolio.song-sung.v1", raw=b"{}"))
    joined = (f"employment-{ANN}", TeamJoined(team=NORTH, on=date(2026, 1, 5)))
    folded(database, profile.VIEW, facts(OPENED, joined, CLAIMED, unknown))
    changes = read(database, profile.changes_after, ANN, 0)
    assert [(change.ordinal, change.version, change.fact, change.item) for change in changes] == [
        (1, 1, "PortfolioOpened", None),
        (3, 2, "TalentClaimed", LISTENING),
        (4, 3, "UnknownEvent", None),
    ]
    assert [change.ordinal for change in read(database, profile.changes_after, ANN, 3)] == [4]
    assert read(database, profile.changes_after, BOB, 0) == []


def test_people_are_in_teams_and_teams_have_members(database: str) -> None:
    folded(
        database,
        profile.VIEW,
        facts(
            (f"employment-{ANN}", TeamJoined(team=SOUTH, on=date(2026, 2, 2))),
            (f"employment-{ANN}", TeamJoined(team=NORTH, on=date(2026, 1, 5))),
            (f"employment-{BOB}", TeamJoined(team=NORTH, on=date(2026, 1, 6))),
        ),
    )
    assert [member.team for member in read(database, profile.teams_of, ANN)] == [NORTH, SOUTH]
    assert [member.person for member in read(database, profile.members_of, NORTH)] == [ANN, BOB]


def test_who_is_forgotten_has_no_row_left_and_the_others_have(database: str) -> None:
    joined = (f"employment-{ANN}", TeamJoined(team=NORTH, on=date(2026, 1, 5)))
    bobs = (f"portfolio-{BOB}", PortfolioOpened(language="en"))
    gone = (f"portfolio-{ANN}", Forgotten())
    folded(database, profile.VIEW, facts(OPENED, CLAIMED, joined, bobs, gone))
    assert read(database, profile.portfolio_of, ANN) is None
    assert read(database, profile.teams_of, ANN) == []
    assert read(database, profile.changes_after, ANN, 0) == []
    assert read(database, profile.portfolio_of, BOB) is not None
