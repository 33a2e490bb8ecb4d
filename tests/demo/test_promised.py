"""The demo organisation is as the README promises it: its people, teams and units, and a believable year."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any, get_args

import msgspec
import pytest

from deploy.demo.people import PEOPLE, TEAMS, UNITS
from events.catalog.employment import ProfessionalRegistered
from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.conversations import AgreementConfirmed
from events.catalog.portfolio.energy import EnergySourceRemoved
from events.catalog.portfolio.evidence import EvidenceWithdrawn
from events.catalog.portfolio.goals import GoalOfferTakenBack
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.portfolio.life import PortfolioClosed, PortfolioPaused, PortfolioResumed
from events.catalog.portfolio.sharing import InsightConsentWithdrawn, ItemSharingEnded
from events.catalog.team import TeamFormed
from events.catalog.units import UnitFormed
from projections.views import organisation
from tests.demo import expected
from tests.demo.organisation import Organisation
from tests.projections.views.given import read

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]

# What nobody in the demo does yet: its year is about people who stay, and nobody has kept an insight.
NOT_IN_THE_DEMO = {
    MirrorInsightKept,
    *(PortfolioPaused, PortfolioResumed, PortfolioClosed),
    *(EnergySourceRemoved, EvidenceWithdrawn, GoalOfferTakenBack),
    *(ItemSharingEnded, InsightConsentWithdrawn),
}
NAMES_OF_WORDS = {"text", "story", "activity", "title", "name", "wording"}
DUTCH = re.compile(
    r"\b(de|het|een|ik|en|van|dat|niet|op|in|met|te|voor|je|wat|zo|er|om|naar|of|na|als|ook|bij|mij)\b",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r"\b(the|and|with|of the|to|you|your|my|they|this|that|from|for|who|what|not|are|have|lorem|ipsum)\b",
    re.IGNORECASE,
)
LONG = 40


def events(whole: Organisation) -> list[Any]:
    return [fact.recorded.event for fact in whole.facts]


def words(value: Any, name: str = "") -> Iterator[str]:
    """Everything that somebody wrote, wherever it is in an event."""
    if isinstance(value, str) and name in NAMES_OF_WORDS:
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from words(each, name)
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from words(getattr(value, field), field)


def test_there_are_120_professionals_unless_asked_otherwise_each_with_a_portfolio(
    whole: Organisation,
) -> None:
    employed = expected.names(whole.facts_of("employment"))
    assert PEOPLE == 120
    assert len(employed) == whole.people
    assert set(whole.facts_of("portfolio")) == set(employed)
    assert len(set(employed.values())) > 0.95 * len(employed)


def test_there_are_12_teams_with_members_in_4_units_at_the_top(whole: Organisation) -> None:
    happened = events(whole)
    units = [it for it in happened if isinstance(it, UnitFormed)]
    assert len([it for it in units if it.parent is None]) == 4
    assert {it.name for it in units} == {name for _, name, _ in UNITS}
    assert {it.name for it in happened if isinstance(it, TeamFormed)} == {name for _, name, _ in TEAMS}
    assert len(TEAMS) == 12
    members = Counter(team for of in expected.teams(whole.facts_of("employment")).values() for team in of)
    assert set(members) == {it.team for it in read(whole.url, organisation.teams)}


def test_everything_happens_that_the_demo_promises(whole: Organisation) -> None:
    happened = {type(event) for event in events(whole)}
    assert happened & set(get_args(PortfolioEvent)) == set(get_args(PortfolioEvent)) - NOT_IN_THE_DEMO


def test_everyone_has_a_year_of_their_own(whole: Organisation) -> None:
    lives = whole.facts_of("portfolio")
    assert min(map(len, lives.values())) >= 15
    told_of = {
        tuple(word for fact in facts for word in words(fact.recorded.event)) for facts in lives.values()
    }
    assert len(told_of) == len(lives)
    year = [fact.recorded.at for facts in lives.values() for fact in facts]
    assert (max(year) - min(year)).days > 300


def test_nothing_happened_today_or_later(whole: Organisation) -> None:
    this_morning = datetime.combine(whole.today, time(), tzinfo=UTC)
    late = {fact.recorded.at for fact in whole.facts if fact.recorded.at >= this_morning}
    assert late == set()


def test_every_portfolio_grew_in_the_order_of_its_days(whole: Organisation) -> None:
    for facts in whole.facts_of("portfolio").values():
        days = [fact.recorded.at.date() for fact in facts]
        moments = [
            fact.recorded.at for fact in facts if not isinstance(fact.recorded.event, AgreementConfirmed)
        ]
        assert days == sorted(days)
        assert moments == sorted(moments)


def test_what_people_wrote_is_dutch(whole: Organisation) -> None:
    people = {it.name for it in events(whole) if isinstance(it, ProfessionalRegistered)}
    written = {word for event in events(whole) for word in words(event)} - people
    assert len(written) > 50
    assert [text for text in written if ENGLISH.search(text)] == []
    assert [text for text in written if len(text) > LONG and not DUTCH.search(text)] == []
    assert [text for text in written if text != text.strip() or "  " in text] == []
