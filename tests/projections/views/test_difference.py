"""What differs between any two moments of a portfolio: what the folds of both prefixes have that differs."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations_with_replacement
from typing import Any, Final

import pytest
from hypothesis import given, settings

from projections.view import Fact
from projections.views import profile
from tests.projections.views.expected_portfolio import expected_portfolio
from tests.projections.views.given import NOON
from tests.projections.views.portfolio_histories import histories

HISTORIES: Final = 30
SAID: Final[dict[str, tuple[str, ...]]] = {
    "statement": ("statement", "text"),
    "talents": ("talent", "strength", "energy", "use", "story"),
    "energy_sources": ("source",),
    "passions": ("passion",),
    "evidence": ("evidence",),
    "reflections": ("reflection",),
    "insights": ("insight",),
    "goals": ("goal", "text", "horizon", "state", "progress", "offered_team", "offered_as", "offer"),
    "conversations": ("conversation", "held_on", "agreements"),
    "sharings": ("sharing",),
}
"""By kind: the id of an item, and what a later event may change of what its owner said."""


def there(portfolio: profile.Portfolio | None, kind: str) -> dict[str, Any]:
    """The items of a kind that a picture shows, by id, in its order."""
    found = getattr(portfolio, kind) if portfolio else ()
    items = found if isinstance(found, tuple) else (found,) if found else ()
    return {getattr(it, SAID[kind][0]): it for it in items if getattr(it, "set_aside_at", None) is None}


def said(kind: str, item: Any) -> list[Any]:
    return [getattr(item, name) for name in SAID[kind]]


def check(before: profile.Portfolio | None, after: profile.Portfolio) -> int:
    """Compare with both pictures, kind by kind; return how many items differ."""
    found, differ = profile.difference(before, after), 0
    assert found.__struct_fields__ == tuple(SAID)
    for kind in SAID:
        was, now, of_kind = there(before, kind), there(after, kind), getattr(found, kind)
        assert list(of_kind.added) == [item for name, item in now.items() if name not in was], kind
        assert list(of_kind.removed) == [item for name, item in was.items() if name not in now], kind
        assert [(pair.before, pair.after) for pair in of_kind.changed] == [
            (was[name], item)
            for name, item in now.items()
            if name in was and said(kind, was[name]) != said(kind, item)
        ], kind
        differ += len(of_kind.added) + len(of_kind.removed) + len(of_kind.changed)
    return differ


SEEN: list[int] = []


@settings(max_examples=HISTORIES, deadline=None)
@given(history=histories())
def test_rule_11_what_differs_is_what_two_folds_of_prefixes_have_that_differs(
    history: tuple[str, list[Fact]],
) -> None:
    person, facts = history
    moments = [NOON - timedelta(days=1), *sorted({fact.recorded.at for fact in facts})]
    pictures = [expected_portfolio(person, facts, moment) for moment in moments]
    for before, after in combinations_with_replacement(pictures, 2):
        if after is not None:
            differ = check(before, after)
            assert before is not after or differ == 0, "a moment differs from itself in nothing"
            SEEN.append(differ)


def test_the_histories_had_differences() -> None:
    if not SEEN:
        pytest.skip("the histories ran elsewhere")
    assert sum(SEEN) > len(SEEN)


def pictures_of(*talents: Sequence[Any]) -> list[profile.Portfolio]:
    kept: dict[str, Any] = {"person": "p", "version": 1, "state": "OPEN", "language": "nl", "opened_at": NOON}
    return [profile.Portfolio(**kept, talents=tuple(some)) for some in talents]


def talent(name: str, **of: Any) -> profile.Talent:
    given_: dict[str, Any] = {"strength": 3, "energy": 0, "use": 1, "story": None, "claimed_at": NOON}
    given_ |= {"term": None, "set_aside_at": None, "name_en": name} | of
    return profile.Talent(talent="1" * 32, name=name, **given_)


def test_a_word_that_reads_otherwise_is_no_difference() -> None:
    before, after = pictures_of([talent("Rust")], [talent("Kalm blijven", term="c" * 32)])
    assert check(before, after) == 0


def test_what_was_changed_and_changed_back_is_no_difference() -> None:
    reading = profile.Reading(talent="1" * 32, at=NOON, strength=5, energy=0, use=1)
    before, after = pictures_of([talent("Rust")], [talent("Rust", history=(reading,))])
    assert check(before, after) == 0
