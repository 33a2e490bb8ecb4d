"""Each area of the catalogue says whether its events are a person's, and so sealed."""

import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest

from events.catalog.registry import EventNameError, sealed_categories
from events.codec import PERSON_CATEGORIES


def test_what_is_a_persons_is_sealed_and_nothing_else() -> None:
    assert sealed_categories() == {"portfolio", "employment", "round", "submission", "teamwork", "access"}
    assert sealed_categories() == PERSON_CATEGORIES


def test_an_area_that_does_not_say_so_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = cast("Any", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "events.catalog.team", silent)
    with pytest.raises(EventNameError, match="team must say whether its events are sealed"):
        sealed_categories.__wrapped__()
