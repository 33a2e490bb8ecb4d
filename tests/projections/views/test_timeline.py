"""The timeline: every fact of a portfolio in words, a page at a time."""

from datetime import date, timedelta
from typing import get_args

import pytest

from events.catalog.employment import ProfessionalRegistered
from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.conversations import AgreementConfirmed, AgreementMade, ConversationHeld
from events.catalog.portfolio.evidence import EvidenceAdded, EvidenceWithdrawn
from events.catalog.portfolio.goals import GoalProgressNoted, GoalReached, GoalSet, GoalSharpened
from events.catalog.portfolio.life import CorrectionRecorded, PortfolioOpened
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentSetAside
from events.catalog.registry import Event
from events.codec import Forgotten, UnknownEvent
from kit.ids import new_id
from projections.views import timeline
from rules.kinds import EvidenceKind, ItemKind, Language
from rules.texts import QUOTED
from tests.events.examples import EXAMPLES
from tests.projections.views.given import NOON, facts, folded, read
from tests.projections.witness import ask

pytestmark = pytest.mark.postgres

ANN, BOB, LISTENING, GOAL, BADGE, SHARING = (new_id() for _ in range(6))
UNTIL = date(2027, 3, 3)
OPENED = PortfolioOpened(language=Language.NL)
CLAIMED = TalentClaimed(talent=LISTENING, name="Luisteren", strength=3, energy=1, use=1)
SET_ASIDE = TalentSetAside(talent=LISTENING)
SHARED = ItemShared(
    sharing=SHARING, item=LISTENING, kind=ItemKind.TALENT, audience="team", until=UNTIL, team=BOB
)


def history(database: str, *happened: Event) -> list[timeline.Entry]:
    """Anna's history, oldest first."""
    folded(database, timeline.VIEW, facts(*[(f"portfolio-{ANN}", event) for event in happened]))
    return read(database, timeline.entries_after, ANN, 0)


def page(database: str, **asked: object) -> list[int]:
    async def reading(connection: object) -> list[timeline.Entry]:
        return await timeline.entries(connection, ANN, **{"limit": 50, **asked})  # type: ignore[arg-type]

    return [entry.ordinal for entry in read(database, reading)]


def test_a_fact_is_shown_in_both_languages_with_its_place(database: str) -> None:
    assert history(database, OPENED, CLAIMED)[1] == timeline.Entry(
        partition=0,
        ordinal=2,
        version=2,
        at=NOON + timedelta(hours=1),
        fact="TalentClaimed",
        item=LISTENING,
        nl=f"Talent {QUOTED.format('Luisteren')} toegevoegd",
        en=f"Talent {QUOTED.format('Luisteren')} added",
        correction=None,
    )


def test_every_fact_there_is_has_its_line(database: str) -> None:
    examples = [event for event in EXAMPLES if isinstance(event, PortfolioEvent)]
    assert {type(event) for event in examples} == set(get_args(PortfolioEvent))
    entries = history(database, *examples)
    assert [entry.fact for entry in entries] == [type(event).__name__ for event in examples]
    for entry in entries:
        assert entry.nl != "Er is iets vastgelegd", entry.fact
        assert not entry.nl.endswith("?"), f"{entry.fact} has a day"


def test_every_fact_about_an_item_names_it(database: str) -> None:
    history(database, *[event for event in EXAMPLES if isinstance(event, PortfolioEvent)])
    without = ask(database, f"SELECT fact FROM {timeline.ENTRIES.served} WHERE item IS NULL")
    assert {fact for (fact,) in without} == {
        *("PortfolioOpened", "PortfolioPaused", "PortfolioResumed", "PortfolioClosed"),
        *("InsightConsentGiven", "InsightConsentWithdrawn", "CorrectionRecorded", "ItemSharingEnded"),
    }


def test_facts_speak_of_an_item_in_the_words_it_had_then(database: str) -> None:
    goal = GoalSet(goal=GOAL, text="Rust bewaren")
    progress = GoalProgressNoted(goal=GOAL, progress=40)
    sharpened = GoalSharpened(goal=GOAL, text="Elke dag een pauze")
    lines = [entry.nl for entry in history(database, goal, progress, sharpened, GoalReached(goal=GOAL))]
    before, after = QUOTED.format("Rust bewaren"), QUOTED.format("Elke dag een pauze")
    assert lines == [
        f"Doel {before} gesteld",
        f"Voortgang van doel {before}: 40%",
        f"Doel {after} aangescherpt",
        f"Doel {after} bereikt",
    ]


def test_a_sharing_that_ended_names_what_was_shared(database: str) -> None:
    ended = ItemSharingEnded(sharing=SHARING, reason="day")
    entries = history(database, CLAIMED, SHARED, ended)
    assert [entry.item for entry in entries] == [LISTENING] * 3
    assert [entry.en for entry in entries[1:]] == [
        f"Talent {QUOTED.format('Luisteren')} shared with the team, through 3 March 2027",
        f"Talent {QUOTED.format('Luisteren')} no longer shared: the last day has passed",
    ]


def test_an_agreement_is_shown_in_its_own_words(database: str) -> None:
    made = AgreementMade(agreement=ANN + BOB, text="Samen een dag meelopen")
    held = ConversationHeld(conversation=GOAL, held_on=UNTIL, agreements=(made,))
    entries = history(database, held, AgreementConfirmed(agreement=ANN + BOB))
    assert [entry.nl for entry in entries] == [
        "Gesprek van 3 maart 2027 vastgelegd",
        f"Afspraak {QUOTED.format('Samen een dag meelopen')} bevestigd door de ander",
    ]


def test_an_item_that_is_gone_is_named_no_more_but_its_history_stays(database: str) -> None:
    added = EvidenceAdded(evidence=BADGE, kind=EvidenceKind.STORY, title="Cursus", text="Gehaald.")
    entries = history(database, CLAIMED, added, SET_ASIDE, EvidenceWithdrawn(evidence=BADGE))
    assert [entry.item for entry in entries] == [LISTENING, None, LISTENING, None]
    assert entries[1].nl == f"Bewijs {QUOTED.format('Cursus')} toegevoegd"


def test_the_last_correction_is_shown_with_the_fact_it_sets_right(database: str) -> None:
    first = CorrectionRecorded(version=2, text="Het was in mei.")
    second = CorrectionRecorded(version=2, text="Het was in juni.")
    entries = history(database, OPENED, CLAIMED, first, second)
    assert [entry.correction for entry in entries] == [None, "Het was in juni.", None, None]
    assert {entry.nl for entry in entries[2:]} == {"Een eerder feit rechtgezet"}


def test_pages_follow_each_other_without_hole_or_repetition(database: str) -> None:
    history(database, OPENED, *[CLAIMED] * 6)
    assert page(database, limit=3) == [7, 6, 5]
    assert page(database, limit=3, after=5) == [4, 3, 2]
    assert page(database, limit=3, after=2) == [1]
    assert page(database, limit=3, oldest_first=True) == [1, 2, 3]
    assert page(database, limit=3, oldest_first=True, after=3) == [4, 5, 6]
    assert page(database, after=0) == [], "an ordinal like any other"


def test_a_span_of_time_holds_its_beginning_and_not_its_end(database: str) -> None:
    history(database, OPENED, *[CLAIMED] * 4)
    since, until = NOON + timedelta(hours=1), NOON + timedelta(hours=3)
    assert page(database, since=since, until=until) == [3, 2]
    assert page(database, since=since) == [5, 4, 3, 2]
    assert page(database, until=until, oldest_first=True) == [1, 2, 3]


def test_only_the_portfolios_own_facts_and_only_the_persons_are_shown(database: str) -> None:
    happened = facts(
        (f"portfolio-{BOB}", CLAIMED),
        (f"portfolio-{ANN}", SET_ASIDE),
        (f"portfolio-{ANN}", UnknownEvent(name="portfolio.song-sung.v1", raw=b"{}")),
    )
    folded(database, timeline.VIEW, happened)
    entries = read(database, timeline.entries_after, ANN, 0)
    assert [(entry.ordinal, entry.fact) for entry in entries] == [(2, "TalentSetAside"), (3, "UnknownEvent")]
    assert entries[0].nl == "Talent opzijgezet", "another's words for an item of the same id are not known"
    assert entries[1].nl == "Er is iets vastgelegd"
    assert timeline.VIEW.categories == {"portfolio"}


def test_who_is_forgotten_has_no_history_left_and_the_others_have(database: str) -> None:
    registered = (f"employment-{ANN}", ProfessionalRegistered(name="Ann", email="ann@mee.example"))
    anns, bobs = (f"portfolio-{ANN}", CLAIMED), (f"portfolio-{BOB}", CLAIMED)
    corrected = (f"portfolio-{ANN}", CorrectionRecorded(version=1, text="Anders."))
    assert registered[0].partition("-")[0] not in timeline.VIEW.categories
    folded(database, timeline.VIEW, facts(anns, corrected, bobs, (f"portfolio-{ANN}", Forgotten())))
    assert read(database, timeline.entries_after, ANN, 0) == []
    assert [entry.version for entry in read(database, timeline.entries_after, BOB, 0)] == [1]
