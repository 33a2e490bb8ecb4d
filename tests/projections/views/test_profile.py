"""The profile: a portfolio now and then, the teams, agreements between two, sharing that is over."""

from datetime import date, timedelta

import psycopg
import pytest

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.portfolio.conversations import (
    AgreementConfirmed,
    AgreementMade,
    ConversationHeld,
    ConversationPlanned,
)
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened, ProfileStatementWritten
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.codec import Forgotten, UnknownEvent
from kit.ids import new_id
from projections.parking import park
from projections.views import profile
from projections.views.profile import portfolio
from projections.views.profile.reads import document
from rules.agreements import agreement_id
from rules.kinds import ItemKind, Language
from rules.quadrants import TalentQuadrant
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres

ANN, BOB, LISTENING, PLANNING, NORTH, SOUTH = (new_id() for _ in range(6))
OPENED = (f"portfolio-{ANN}", PortfolioOpened(language=Language.NL))
CLAIMED = (
    f"portfolio-{ANN}",
    TalentClaimed(talent=LISTENING, name="Luisteren", strength=3, energy=1, use=1, story="Vaak gehoord."),
)
REVISED = (f"portfolio-{ANN}", TalentRevised(talent=LISTENING, strength=5, energy=2, use=3))
SET_ASIDE = (f"portfolio-{ANN}", TalentSetAside(talent=LISTENING))


DAY = date(2026, 11, 24)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def hours(count: int) -> timedelta:
    return timedelta(hours=count)


def test_the_statement_of_a_portfolio_has_all_its_parts_and_is_made_once() -> None:
    assert all(name in document(None).select for name in portfolio.Rows.__struct_fields__)
    assert document(None) is document(None)


def test_there_is_no_portfolio_before_it_was_opened(database: str) -> None:
    registered = (f"employment-{ANN}", ProfessionalRegistered(name="Ann", email="ann@mee.example"))
    folded(database, profile.VIEW, facts(registered))
    assert read(database, profile.portfolio_of, ANN) is None


def test_a_portfolio_holds_its_current_talents_with_their_history(database: str) -> None:
    folded(database, profile.VIEW, facts(OPENED, CLAIMED, REVISED))
    first = profile.Reading(
        talent=LISTENING, at=NOON + hours(1), strength=3, energy=1, use=1, story="Vaak gehoord."
    )
    second = profile.Reading(talent=LISTENING, at=NOON + hours(2), strength=5, energy=2, use=3)
    talent = profile.Talent(
        talent=LISTENING,
        name="Luisteren",
        name_en="Luisteren",
        term=None,
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


def test_every_fact_of_the_portfolio_counts_in_its_version_and_no_other(database: str) -> None:
    unknown = (f"portfolio-{ANN}", UnknownEvent(name="portfolio.song-sung.v1", raw=b"{}"))
    folded(database, profile.VIEW, facts(OPENED, JOINED, CLAIMED, unknown, GONE))
    portfolio = read(database, profile.portfolio_of, ANN)
    assert portfolio is not None
    assert portfolio.version == 3


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


def test_who_left_a_team_is_no_member_of_it(database: str) -> None:
    joined = [(f"employment-{ANN}", TeamJoined(team=team, on=DAY)) for team in (NORTH, SOUTH)]
    folded(database, profile.VIEW, facts(*joined, (f"employment-{ANN}", TeamLeft(team=NORTH, on=DAY))))
    assert [member.team for member in read(database, profile.teams_of, ANN)] == [SOUTH]
    assert read(database, profile.members_of, NORTH) == []
    assert read(database, profile.memberships) == [profile.Membership(person=ANN, team=SOUTH, joined_on=DAY)]


def test_the_past_of_a_portfolio_is_read_from_its_rows(database: str) -> None:
    written = (f"portfolio-{ANN}", ProfileStatementWritten(statement=PLANNING, text="Ik luister."))
    again = (f"portfolio-{ANN}", ProfileStatementWritten(statement=PLANNING, text="Ik vraag door."))
    folded(database, profile.VIEW, facts(OPENED, written, CLAIMED, SET_ASIDE, again))
    then = read(database, profile.portfolio_of, ANN, NOON + hours(2))
    assert then is not None
    assert (then.version, then.statement and then.statement.text) == (3, "Ik luister.")
    assert [talent.set_aside_at for talent in then.talents] == [None]
    assert read(database, profile.portfolio_of, ANN, NOON - timedelta(microseconds=1)) is None


def with_bob(*texts: str) -> list[tuple[str, Event]]:
    planned = ConversationPlanned(conversation=PLANNING, other=BOB, planned_for=DAY)
    made = tuple(
        AgreementMade(agreement=agreement_id(ANN, f"{number:032x}"), text=text)
        for number, text in enumerate(texts)
    )
    held = ConversationHeld(conversation=PLANNING, held_on=DAY, agreements=made)
    return [(f"portfolio-{ANN}", event) for event in (PortfolioOpened(language=Language.NL), planned, held)]


def test_an_agreement_waits_for_the_other_party_and_is_shown_to_nobody_else(database: str) -> None:
    first, second = agreement_id(ANN, f"{0:032x}"), agreement_id(ANN, f"{1:032x}")
    confirmed = (f"portfolio-{ANN}", AgreementConfirmed(agreement=first))
    folded(database, profile.VIEW, facts(*with_bob("Meelopen", "Bellen"), confirmed))
    waiting = read(database, profile.agreements_to_confirm, BOB)
    assert waiting == [
        profile.Agreement(agreement=second, owner=ANN, held_on=DAY, text="Bellen", confirmed_at=None)
    ]
    assert read(database, profile.agreement_for, BOB, second) == waiting[0]
    of_before = read(database, profile.agreement_for, BOB, first)
    assert of_before is not None
    assert of_before.confirmed_at == NOON + hours(3)
    for nobody in (ANN, NORTH):
        assert read(database, profile.agreements_to_confirm, nobody) == []
        assert read(database, profile.agreement_for, nobody, second) is None
    assert read(database, profile.agreement_for, BOB, "no agreement") is None


def test_so_many_agreements_are_returned_at_once_and_older_ones_as_these_are_confirmed(database: str) -> None:
    texts = [f"Afspraak {number}" for number in range(profile.TO_CONFIRM_MAX + 1)]
    confirmed = (f"portfolio-{ANN}", AgreementConfirmed(agreement=agreement_id(ANN, f"{0:032x}")))
    folded(database, profile.VIEW, facts(*with_bob(*texts)))
    texts_read = [agreement.text for agreement in read(database, profile.agreements_to_confirm, BOB)]
    assert texts_read == texts[:-1]
    folded(database, profile.VIEW, facts(*with_bob(*texts), confirmed))
    assert [agreement.text for agreement in read(database, profile.agreements_to_confirm, BOB)] == texts[1:]


def test_a_closed_portfolio_waits_for_no_confirmation(database: str) -> None:
    folded(database, profile.VIEW, facts(*with_bob("Bellen"), (f"portfolio-{ANN}", PortfolioClosed())))
    assert read(database, profile.agreements_to_confirm, BOB) == []


def test_an_owner_set_aside_for_repair_shows_no_agreement(database: str) -> None:
    folded(database, profile.VIEW, facts(*with_bob("Bellen")))
    with psycopg.connect(database, autocommit=True) as connection:
        park(connection, profile.VIEW, 0, {ANN: (9, "could not be folded")})
    assert read(database, profile.agreements_to_confirm, BOB) == []
    assert read(database, profile.agreement_for, BOB, agreement_id(ANN, f"{0:032x}")) is None


def shared(sharing: str, until: date) -> tuple[str, Event]:
    opened = ItemShared(
        sharing=sharing, item=LISTENING, kind=ItemKind.TALENT, audience="people", people=(BOB,), until=until
    )
    return (f"portfolio-{ANN}", opened)


def due(database: str, limit: int = 10) -> list[str]:
    found = read(database, profile.sharings_to_end, DAY, limit)
    assert {sharing.owner for sharing in found} <= {ANN}
    return [sharing.sharing for sharing in found]


JOINED = (f"employment-{ANN}", TeamJoined(team=NORTH, on=DAY))
GONE = (f"employment-{ANN}", EmploymentEnded(on=DAY))


def test_sharing_is_due_once_its_last_day_is_past(database: str) -> None:
    given = [shared("past", DAY - days(2)), shared("just", DAY - days(1)), shared("today", DAY)]
    ended = (f"portfolio-{ANN}", ItemSharingEnded(sharing="ended", reason="owner"))
    folded(database, profile.VIEW, facts(*given, shared("ended", DAY - days(3)), ended))
    assert due(database) == ["past", "just"]
    assert due(database, limit=1) == ["past"]


def test_who_is_forgotten_has_no_row_left_and_the_others_have(database: str) -> None:
    joined = (f"employment-{ANN}", TeamJoined(team=NORTH, on=date(2026, 1, 5)))
    bobs = (f"portfolio-{BOB}", PortfolioOpened(language=Language.EN))
    gone = (f"portfolio-{ANN}", Forgotten())
    folded(database, profile.VIEW, facts(OPENED, CLAIMED, joined, bobs, gone))
    assert read(database, profile.portfolio_of, ANN) is None
    assert read(database, profile.teams_of, ANN) == []
    assert read(database, profile.portfolio_of, BOB) is not None
