"""Inputs of every command on a portfolio, which mostly refer to existing items."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from events.catalog.policy import Floors, PolicyAdopted
from kit.ids import derived_id
from rules.timeline import entry_id
from services.contexts.portfolio.state import (
    Conversation,
    EnergySource,
    Evidence,
    Goal,
    Insight,
    Item,
    Passion,
    Portfolio,
    Talent,
)
from tests.services.contexts.portfolio.cases import OWNERS_INPUTS
from tests.spec import COLLEAGUE, ORGANISATION, PERSON

TEAMS: Final = {derived_id(ORGANISATION, "team", key): key for key in ("kade", "plein")}
LINE: Final = st.sampled_from(["Rust", " rust"]) | st.integers(0, 99).map(str)
WORDS: Final = LINE | st.just("Rust\nen moed")
ADDRESS: Final = st.sampled_from(["https://a.example/1", "https://b.example"])
FLOORS: Final = Floors(raters=3, clients=5, comments=3, organisation=5, energy=10, change=5)


FIELDS: Final = {
    **{name: list(given) for name, given in OWNERS_INPUTS.items()},
    "setGoal": ["text", "horizon", "insightIds"],
    "sharpenGoal": ["goalId", "text", "horizon"],
}
CLOSING: Final = {"pausePortfolio", "closePortfolio"}
SHARING: Final = ["shareItem", "shareItem", "endItemSharing", "setTalentAside", "letGoOfPassion"]
GOALS: Final = ["offerGoalToTeam", "setGoal", "takeBackGoalOffer", "reachGoal", "letGoOfGoal"]
OTHERS: Final = sorted(set(OWNERS_INPUTS) - CLOSING)
SELDOM: Final = 8
"""One in so many, so that there is something to close."""


def policy(days: int) -> PolicyAdopted:
    return PolicyAdopted(
        policy="0" * 31 + "9",
        floors=FLOORS,
        release_every_days=91,
        months_between_rounds=6,
        invitations_per_quarter_max=8,
        sharing_days_max=days,
        portfolio_days_after_leaving=90,
        read_log_months=24,
    )


def named(*kinds: type[Item], state: Portfolio) -> st.SearchStrategy[str]:
    return some(name for name, item in state.items.items() if isinstance(item, kinds))


def some(known: Iterable[str]) -> st.SearchStrategy[str]:
    """The id of an item, gone or not, or an unknown id."""
    return st.sampled_from([*known, "x"])


def inputs(name: str, state: Portfolio, today: date) -> st.SearchStrategy[dict[str, Any]]:
    """Inputs of a command that mostly refer to existing items."""
    days = st.integers(1, 40).map(lambda n: (today + timedelta(days=n)).isoformat())
    past = st.integers(0, 9).map(lambda n: (today - timedelta(days=n)).isoformat())
    team = st.sampled_from([*TEAMS])
    numbers = {"strength": st.integers(1, 5), "energy": st.integers(-2, 2), "use": st.integers(0, 3)}
    audience = st.one_of(
        st.just({"people": [COLLEAGUE]}),
        st.fixed_dictionaries({"teamId": team}),
        st.just({"organisation": True}),
    )
    fields: dict[str, st.SearchStrategy[Any]] = {
        "language": st.sampled_from(["NL", "EN"]),
        "name": st.fixed_dictionaries({"ownWords": LINE}),
        "kind": st.sampled_from(["GIVER", "DRAINER"]),
        "hoursPerWeek": st.sampled_from(["UP_TO_2", "OVER_16"]),
        "source": st.one_of(*(st.fixed_dictionaries({kind: ADDRESS}) for kind in ("link", "badge", "story"))),
        "heldOn": past,
        "progress": st.integers(0, 100),
        "withId": st.just(COLLEAGUE),
        "agreements": st.lists(WORDS, max_size=2),
        "with": audience,
        "withEnergy": st.sampled_from([False, False, True]),
        "scopes": st.lists(st.sampled_from(["TALENTS", "ENERGY"]), min_size=1),
        "noticeVersion": st.just(1),
        "timelineEntryId": st.integers(0, state.version + 1).map(lambda n: entry_id(PERSON, n)),
        "teamId": team,
        "talentId": named(Talent, state=state),
        "energySourceId": named(EnergySource, state=state),
        "passionId": named(Passion, state=state),
        "evidenceId": named(Evidence, state=state),
        "goalId": named(Goal, state=state),
        "conversationId": named(Conversation, state=state),
        "agreementId": some(state.agreements),
        "sharingId": some(state.sharings),
        "itemId": named(Item, state=state),
        "forGood": st.just(value=True),
        "insightIds": st.lists(named(Insight, state=state), max_size=2),
        "roundId": some(state.mirrors),
        "questionId": st.sampled_from([None, "asked", "x"]),
        "conclusion": WORDS,
        **dict.fromkeys(("text", "offeredAs", "story"), WORDS),
        **dict.fromkeys(("activity", "title"), LINE),
        **dict.fromkeys(("horizon", "plannedFor", "until"), days),
        "talentIds": st.lists(named(Talent, state=state), max_size=1),
        "aboutIds": st.lists(named(Item, state=state), max_size=2),
        **numbers,
    }
    return st.fixed_dictionaries({field: fields[field] for field in FIELDS[name]})
