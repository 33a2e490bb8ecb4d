"""What is forgotten about a new event or field is said in one sentence, which names the file to edit."""

from dataclasses import replace
from typing import assert_never

import msgspec
import pytest

from events.catalog.portfolio.conversations import ConversationHeld
from events.catalog.portfolio.goals import GoalOfferTakenBack, GoalReached
from projections.changes import Changes
from projections.view import Fact
from projections.views import profile
from services.contexts.portfolio.decider import DECIDER as PORTFOLIO
from tests import forgotten
from tests.events import examples
from tests.projections.views import expected_portfolio, portfolio_histories

EXAMPLES = "tests/events/examples.py, then make golden"


def test_nothing_was_forgotten_about_an_event() -> None:
    if sentences := forgotten.forgotten():
        pytest.fail("\n".join(sentences), pytrace=False)


def test_an_event_without_an_example_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    others = tuple(event for event in examples.EXAMPLES if not isinstance(event, GoalReached))
    monkeypatch.setattr(examples, "EXAMPLES", others)
    assert f"GoalReached has no example; add one to {EXAMPLES}" in forgotten.without_example()


def test_a_field_without_an_example_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    others = tuple(event for event in examples.EXAMPLES if getattr(event, "reason", None) != "team_left")
    monkeypatch.setattr(examples, "EXAMPLES", others)
    name = GoalOfferTakenBack.__name__
    assert f"{name}.reason has no example; add one to {EXAMPLES}" in forgotten.without_example()


def test_an_event_that_a_decider_does_not_evolve_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def evolve(state: object, event: object) -> object:
        if isinstance(event, GoalReached):
            assert_never(event)  # type: ignore[arg-type]
        return state

    line = evolve.__code__.co_firstlineno + 2
    monkeypatch.setattr(forgotten, "DECIDERS", (msgspec.structs.replace(PORTFOLIO, evolve=evolve),))
    sentence = f"GoalReached is not evolved; add it to tests/events/test_forgotten.py, before line {line}"
    assert sentence in forgotten.not_evolved()


def test_an_event_that_the_profile_does_not_show_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    fold = profile.VIEW.fold

    def forgetful(fact: Fact, changes: Changes) -> None:
        if not isinstance(fact.recorded.event, ConversationHeld):
            fold(fact, changes)

    monkeypatch.setattr(profile, "VIEW", replace(profile.VIEW, fold=forgetful))
    file = "projections/views/profile/conversations.py"
    sentence = f"ConversationHeld writes no row of the view profile; fold it in {file}"
    assert sentence in forgotten.not_in_profile()


def test_an_event_that_no_history_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(portfolio_histories, "GoalReached")
    monkeypatch.delattr(expected_portfolio, "ConversationHeld")
    assert {
        "ConversationHeld has no expected effect; add it to tests/projections/views/expected_portfolio.py",
        "GoalReached is in no history; add it to tests/projections/views/portfolio_histories.py",
    } <= set(forgotten.not_in_histories())
