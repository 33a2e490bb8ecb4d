"""Invariants of a portfolio, after any commands in any order while days pass."""

from contextlib import suppress
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from events.catalog.employment import EmploymentEvent
from events.catalog.policy import PolicyAdopted
from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.conversations import AgreementConfirmed
from events.catalog.portfolio.energy import EnergySourceRemoved, PassionLetGo
from events.catalog.portfolio.evidence import EvidenceWithdrawn
from events.catalog.portfolio.goals import (
    GoalLetGo,
    GoalOfferedToTeam,
    GoalOfferTakenBack,
    GoalProgressNoted,
    GoalReached,
    GoalSharpened,
)
from events.catalog.portfolio.life import PortfolioClosed, PortfolioResumed
from events.catalog.portfolio.sharing import InsightConsentWithdrawn, ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.catalog.team import TeamFormed
from events.codec import EventMapper, Recorded
from kit.ids import derived_id
from services.contexts.employment.commands import RecordEmploymentEnded, RecordTeamJoined, RecordTeamLeft
from services.contexts.employment.decider import DECIDER as EMPLOYMENT_DECIDER
from services.contexts.employment.decider import Employment
from services.contexts.portfolio.conversations.commands import ConfirmAgreement
from services.contexts.portfolio.decider import DECIDER
from services.contexts.portfolio.sharing.commands import EndItemSharings
from services.contexts.portfolio.state import SHARING_DAYS_MAX_DEFAULT, Goal, Portfolio, Talent
from services.decisions.command import Command, DecisionContext
from services.decisions.decider import AnyDecider
from services.decisions.refusals import RejectedError
from services.decisions.validation import same_words
from services.handling.registry import read_command
from tests.events.examples import BY, EXAMPLES, MOMENT, SUBJECT
from tests.events.golden import OneKey
from tests.services.contexts.portfolio.asked import (
    CLOSING,
    GOALS,
    OTHERS,
    SELDOM,
    SHARING,
    TEAMS,
    inputs,
    policy,
    some,
)
from tests.services.contexts.portfolio.home import HOME, REGISTERED
from tests.spec import COLLEAGUE, CONTEXT, ORGANISATION, PERSON, TODAY

pytestmark = pytest.mark.usefixtures("nothing_forgotten")

PORTFOLIO: Final[AnyDecider] = DECIDER
EMPLOYMENT: Final[AnyDecider] = EMPLOYMENT_DECIDER
STEPS_MAX: Final = 40


class Histories(RuleBasedStateMachine):
    """A professional, a colleague, a feed and a process, one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.today = TODAY
        self.state = Portfolio()
        self.work: Employment = EMPLOYMENT.evolve(EMPLOYMENT.initial, TeamFormed(name="Team", unit="u"))
        self.history: list[Event] = []
        self.states: list[Portfolio] = []
        self.number = 0
        self.days_max = SHARING_DAYS_MAX_DEFAULT
        self.was_closed = False

    def happens(self, *events: Event) -> None:
        for event in events:
            self.state = PORTFOLIO.evolve(self.state, event)
            if isinstance(event, EMPLOYMENT.reads):
                self.work = EMPLOYMENT.evolve(self.work, event)
            self.history.append(event)
            self.states.append(self.state)

    def context(self, person: str) -> DecisionContext:
        return DecisionContext(
            new=derived_id("test", str(self.number)),
            organisation=ORGANISATION,
            sender=person,
            person=person,
            id_key=bytes(32),
            today=self.today,
            now=CONTEXT.now,
            professionals=CONTEXT.professionals,
        )

    def ask(self, command: Command, person: str) -> tuple[Event, ...]:
        self.number += 1
        assert command.refusals() == []
        context, before = self.context(person), self.state
        try:
            events: tuple[Event, ...] = PORTFOLIO.decide(command, before, context)
        except RejectedError:
            return ()
        assert events, "an accepted command makes something happen"
        self.happens(*events)
        self.holds_of(command, events, before)
        with pytest.raises(RejectedError):  # what has just been done is not done again
            PORTFOLIO.decide(command, self.state, context)
        return events

    def holds_of(self, command: Command, events: tuple[Event, ...], before: Portfolio) -> None:
        by_owner = not isinstance(command, ConfirmAgreement | EndItemSharings)
        if by_owner:
            assert not any(isinstance(event, AgreementConfirmed) for event in events)
        if before.status == "PAUSED" and by_owner:
            first = PortfolioResumed | PortfolioClosed | ItemSharingEnded | InsightConsentWithdrawn
            assert isinstance(events[0], first)
        assert not self.was_closed, "a closed portfolio changes no more"
        for event in events:
            if isinstance(event, ItemShared):
                assert self.today < event.until <= self.today + timedelta(days=self.days_max)
                assert event.team is None or event.team in before.teams
                assert PERSON not in event.people
        self.was_closed = self.state.status == "CLOSED"

    @initialize()
    def begins(self) -> None:
        self.happens(*HOME)

    def somebody_asks(self, data: st.DataObject, name: str) -> None:
        """Commands of the owner; the other party confirms agreements."""
        given = data.draw(inputs(name, self.state, self.today))
        person = COLLEAGUE if name == "confirmAgreement" else PERSON
        self.ask(read_command(name, given), person)

    @rule(data=st.data(), name=st.sampled_from(OTHERS))
    def anything_is_asked(self, data: st.DataObject, name: str) -> None:
        self.somebody_asks(data, name)

    @rule(data=st.data(), name=st.sampled_from(SHARING))
    def something_is_shared_or_not_any_more(self, data: st.DataObject, name: str) -> None:
        self.somebody_asks(data, name)

    @rule(data=st.data(), name=st.sampled_from(GOALS))
    def a_goal_is_worked_on(self, data: st.DataObject, name: str) -> None:
        self.somebody_asks(data, name)

    @rule(data=st.data(), name=st.sampled_from(sorted(CLOSING)), chance=st.integers(1, SELDOM))
    def the_portfolio_is_paused_or_closed(self, data: st.DataObject, name: str, chance: int) -> None:
        if chance == SELDOM:
            self.somebody_asks(data, name)

    @rule(data=st.data())
    def the_process_looks(self, data: st.DataObject) -> None:
        sharings = data.draw(st.lists(some(self.state.sharings), min_size=1, max_size=4))
        before = self.state
        for event in self.ask(EndItemSharings(owner=PERSON, sharing_ids=tuple(sharings)), PERSON):
            assert isinstance(event, ItemSharingEnded)
            assert before.sharings[event.sharing].until < self.today

    @rule(days=st.integers(1, 20), team=st.sampled_from([*TEAMS]), policy_days=st.integers(5, 60))
    def time_goes_by(self, days: int, team: str, policy_days: int) -> None:
        """Days pass, and sometimes something happens that the owner does not cause."""
        self.today += timedelta(days=days)
        if days % 3 == 0:
            record = RecordTeamLeft if team in self.state.teams else RecordTeamJoined
            self.hr_reports(record(employee_number="e1", team_key=TEAMS[team], on=self.today))
        elif days % 3 == 1:
            self.days_max = policy_days
            self.happens(policy(policy_days))

    @rule(chance=st.integers(1, SELDOM))
    def the_owner_leaves_or_is_back(self, chance: int) -> None:
        if chance > SELDOM // 2:
            if self.state.employed:
                self.hr_reports(RecordEmploymentEnded(employee_number="e1", on=self.today))
            else:
                self.happens(REGISTERED)

    def hr_reports(self, command: Command) -> None:
        with suppress(RejectedError):
            self.happens(*EMPLOYMENT.decide(command, self.work, self.context(PERSON)))

    @invariant()
    def nothing_is_open_of_what_is_gone(self) -> None:
        for sharing in self.state.open_sharings().values():
            assert not self.state.items[sharing.item].gone
            assert self.state.status != "CLOSED"

    @invariant()
    def a_team_that_was_left_has_nothing_and_of_who_left_nobody_has(self) -> None:
        teams = {None, *self.state.teams}
        assert {sharing.team for sharing in self.state.open_sharings().values()} <= teams
        assert {goal.offered_to for goal in self.state.kept(Goal)} <= teams
        assert self.state.employed or not self.state.open_sharings()

    @invariant()
    def a_goal_is_on_offer_once_at_most_and_only_while_it_is_open(self) -> None:
        offers: dict[str, int] = {}
        for event in self.history:
            if isinstance(event, GoalOfferedToTeam | GoalOfferTakenBack):
                step = 1 if isinstance(event, GoalOfferedToTeam) else -1
                offers[event.goal] = offers.get(event.goal, 0) + step
        for name, count in offers.items():
            goal = self.state.item(Goal, name)
            assert goal is not None
            assert count == (goal.offered_to is not None)
            assert not (count and (goal.gone or goal.reached))

    @invariant()
    def no_words_stand_twice(self) -> None:
        kept = [same_words(talent.name) for talent in self.state.kept(Talent)]
        assert len(kept) == len(set(kept))

    def teardown(self) -> None:
        self.every_prefix_replays_to_the_same_state()
        self.stream_by_stream_it_is_the_same_state()

    def every_prefix_replays_to_the_same_state(self) -> None:
        state, mapper = PORTFOLIO.initial, EventMapper(OneKey())
        for version, event in enumerate(self.history, 1):
            # As a stream is read: every event through its bytes.
            written = Recorded(stream=f"portfolio-{SUBJECT}", version=version, event=event, at=MOMENT, by=BY)
            read = mapper.to_domain_event(mapper.to_stored_event(written))
            assert isinstance(read.event, PORTFOLIO.reads)
            state = PORTFOLIO.evolve(state, read.event)
            assert state == self.states[version - 1]

    def stream_by_stream_it_is_the_same_state(self) -> None:
        """A decision folds one stream after the other, whatever the order of their events in time."""
        own = [event for event in self.history if isinstance(event, PortfolioEvent)]
        hired = [event for event in self.history if isinstance(event, EmploymentEvent)]
        ruled = [event for event in self.history if isinstance(event, PolicyAdopted)]
        state = PORTFOLIO.initial
        for event in (*own, *hired, *ruled):
            state = PORTFOLIO.evolve(state, event)
        assert state == self.state
        assert state.version == len(own)


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=120, stateful_step_count=STEPS_MAX, deadline=None)


ABOUT_SOMETHING = [
    example
    for example in EXAMPLES
    if isinstance(
        example,
        TalentRevised
        | TalentSetAside
        | EnergySourceRemoved
        | PassionLetGo
        | EvidenceWithdrawn
        | GoalSharpened
        | GoalProgressNoted
        | GoalReached
        | GoalLetGo
        | GoalOfferedToTeam
        | GoalOfferTakenBack
        | AgreementConfirmed
        | ItemSharingEnded,
    )
]


@pytest.mark.parametrize("event", ABOUT_SOMETHING, ids=lambda event: type(event).__name__)
def test_an_event_about_something_unknown_changes_nothing(event: PortfolioEvent) -> None:
    assert PORTFOLIO.evolve(Portfolio(), event) == Portfolio(version=1)


def test_every_event_it_reads_is_folded() -> None:
    state = Portfolio()
    read = [example for example in EXAMPLES if isinstance(example, PORTFOLIO.reads)]
    for event in read:
        state = PORTFOLIO.evolve(state, event)
    assert {type(event) for event in read} == set(PORTFOLIO.reads)
