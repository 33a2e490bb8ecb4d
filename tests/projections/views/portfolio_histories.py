"""Histories that a portfolio may have, each event about what there is by then."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from events.catalog.portfolio.conversations import (
    AgreementConfirmed,
    AgreementMade,
    ConversationHeld,
    ConversationPlanned,
)
from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved, PassionLetGo, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, EvidenceWithdrawn, ReflectionWritten
from events.catalog.portfolio.goals import (
    GoalLetGo,
    GoalOfferedToTeam,
    GoalOfferTakenBack,
    GoalProgressNoted,
    GoalReached,
    GoalSet,
    GoalSharpened,
)
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.portfolio.life import (
    CorrectionRecorded,
    PortfolioClosed,
    PortfolioOpened,
    PortfolioPaused,
    PortfolioResumed,
    ProfileStatementWritten,
)
from events.catalog.portfolio.sharing import (
    InsightConsentGiven,
    InsightConsentWithdrawn,
    ItemShared,
    ItemSharingEnded,
)
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.codec import Recorded, UnknownEvent
from kit.ids import new_id
from projections.view import Fact
from rules.agreements import agreement_id
from rules.kinds import EnergySourceKind, EvidenceKind, HoursBand, InsightScope, ItemKind, Language
from tests.projections.views.given import NOON

DAY: Final = date(2026, 11, 24)
PAUSES: Final = (timedelta(0), timedelta(microseconds=1), timedelta(days=9))
WORDS: Final = st.sampled_from(["Rust", "elan", 'Zorg \'n "dag"\n\\u0000', "é"])
NUMBERS: Final = {"strength": st.integers(1, 5), "energy": st.integers(-2, 2), "use": st.integers(0, 3)}
DAYS: Final = st.integers(-3, 40).map(lambda days: DAY + timedelta(days=days))
CLAIMED_BY: Final[tuple[dict[str, Any], ...]] = ({}, {"term": "c" * 32, "name_en": "Calm"})
"""In own words, or by a shared term."""
TEAMS: Final = ("a" * 32, "b" * 32)
STEPS_MAX: Final = 30


class _History:
    """Draws one event after the other, each about what there is by then."""

    def __init__(self, draw: st.DrawFn, person: str) -> None:
        self.draw = draw
        self.person = person
        self.made = 0
        self.there: dict[str, list[str]] = {}
        self.events: list[Any] = [PortfolioOpened(language=draw(st.sampled_from(Language)))]

    def new(self, kind: str) -> str:
        # The same in every run: what is drawn must not depend on chance of our own.
        self.made += 1
        self.there.setdefault(kind, []).append(name := f"{self.made:032x}")
        return name

    def some(self, kind: str) -> str | None:
        there = self.there.get(kind)
        return self.draw(st.sampled_from(there)) if there else None

    def numbers(self) -> dict[str, Any]:
        return {name: self.draw(numbers) for name, numbers in NUMBERS.items()}

    def step(self) -> None:
        begins = (self.item, self.item, self.talk, self.shared, self.whole)
        self.events.append(self.draw(st.sampled_from(begins))())
        if then := self.draw(st.sampled_from((self.goes_on, self.ends, self.about_goal)))():
            self.events.append(then)

    def item(self) -> Any:
        words = self.draw(WORDS)
        kinds = ["talent", "source", "passion", "evidence", "reflection", "insight", "goal"]
        kind = self.draw(st.sampled_from(kinds))
        new = self.new(kind)
        some_talents = tuple(self.there.get("talent", ()))
        begins: dict[str, Callable[[], Any]] = {
            "talent": lambda: TalentClaimed(
                talent=new,
                name=words,
                **self.numbers(),
                story=words,
                **self.draw(st.sampled_from(CLAIMED_BY)),
            ),
            "source": lambda: EnergySourceNoted(
                source=new,
                kind=EnergySourceKind.DRAINER,
                activity=words,
                hours_per_week=HoursBand.OVER_16,
                talents=some_talents,
            ),
            "passion": lambda: PassionNamed(passion=new, text=words),
            "evidence": lambda: EvidenceAdded(
                evidence=new, kind=EvidenceKind.STORY, title=words, text=words, talents=some_talents
            ),
            "reflection": lambda: ReflectionWritten(reflection=new, text=words, about=some_talents),
            "insight": lambda: MirrorInsightKept(
                insight=new, round=TEAMS[0], question=self.draw(st.none() | st.just("q")), conclusion=words
            ),
            "goal": lambda: GoalSet(
                goal=new,
                text=words,
                horizon=self.draw(st.none() | DAYS),
                insights=tuple(self.there.get("insight", ())),
            ),
        }
        return begins[kind]()

    def talk(self) -> Any:
        planned = self.new("talk")
        return ConversationPlanned(conversation=planned, other=TEAMS[0], planned_for=self.draw(DAYS))

    def shared(self) -> Any:
        item = self.some("talent") or self.some("goal")
        if item is None:
            return self.whole()
        return ItemShared(
            sharing=self.new("sharing"),
            item=item,
            kind=ItemKind.TALENT,
            audience="people",
            until=self.draw(DAYS),
            people=tuple(self.draw(st.lists(st.sampled_from(TEAMS), max_size=2))),
            with_energy=self.draw(st.booleans()),
        )

    def whole(self) -> Any:
        return self.draw(
            st.sampled_from(
                [
                    ProfileStatementWritten(statement=TEAMS[1], text=self.draw(WORDS)),
                    InsightConsentGiven(
                        scopes=(InsightScope.TALENTS,), notice_version=self.draw(st.integers(1, 9))
                    ),
                    InsightConsentWithdrawn(),
                    CorrectionRecorded(version=1, text="Anders."),
                    PortfolioPaused(),
                    PortfolioResumed(),
                    UnknownEvent(name="portfolio.song-sung.v1", raw=b"{}"),
                ]
            )
        )

    def goes_on(self) -> Any:
        if (talk := self.some("talk")) and self.draw(st.booleans()):
            self.there["talk"].remove(talk)
            texts = self.draw(st.lists(WORDS, max_size=2))
            made = tuple(
                AgreementMade(agreement=agreement_id(self.person, self.new("local")), text=text)
                for text in texts
            )
            return ConversationHeld(conversation=talk, held_on=self.draw(DAYS), agreements=made)
        if (local := self.some("local")) and self.draw(st.booleans()):
            self.there["local"].remove(local)
            return AgreementConfirmed(agreement=agreement_id(self.person, local))
        if talent := self.some("talent"):
            story = self.draw(st.none() | WORDS)
            return TalentRevised(talent=talent, **self.numbers(), story=story)
        return None

    def about_goal(self) -> Any:
        goal = self.some("goal")
        if goal is None:
            return None
        return self.draw(
            st.sampled_from(
                [
                    GoalSharpened(goal=goal, text=self.draw(WORDS), horizon=self.draw(st.none() | DAYS)),
                    GoalProgressNoted(goal=goal, progress=self.draw(st.integers(0, 100))),
                    GoalOfferedToTeam(goal=goal, team=TEAMS[0], wording=self.draw(WORDS)),
                    GoalOfferTakenBack(goal=goal),
                    GoalReached(goal=goal),
                    GoalLetGo(goal=goal),
                ]
            )
        )

    def ends(self) -> Any:
        kind = self.draw(st.sampled_from(["talent", "source", "passion", "evidence", "sharing"]))
        gone = self.some(kind)
        if gone is None:
            return None
        self.there[kind].remove(gone)
        ends: dict[str, Callable[[], Any]] = {
            "talent": lambda: TalentSetAside(talent=gone),
            "source": lambda: EnergySourceRemoved(source=gone),
            "passion": lambda: PassionLetGo(passion=gone),
            "evidence": lambda: EvidenceWithdrawn(evidence=gone),
            "sharing": lambda: ItemSharingEnded(sharing=gone, reason="owner"),
        }
        return ends[kind]()


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[Fact]]:
    """A person and the facts of the own portfolio, at times that never go back and sometimes repeat."""
    person = new_id()
    history = _History(draw, person)
    for _ in range(draw(st.integers(0, STEPS_MAX))):
        history.step()
    if draw(st.booleans()):
        history.events.append(PortfolioClosed())
    at, facts = NOON, []
    for number, event in enumerate(history.events, start=1):
        at += draw(st.sampled_from(PAUSES))
        recorded = Recorded(stream=f"portfolio-{person}", version=number, event=event, at=at, by=person)
        facts.append(Fact(partition=0, ordinal=number * 2, subject=person, recorded=recorded))
    return person, facts
