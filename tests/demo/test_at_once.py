"""Many lives of the demo are made at once, and those after one that failed are not begun."""

from functools import partial
from threading import Event

import pytest

from deploy.demo.at_once import THREADS, at_once

LATER = 2_000
LIFE_S = 0.05


def test_as_many_as_there_are_threads_are_under_way_at_once() -> None:
    begun = [Event() for _ in range(THREADS)]

    def life(place: int) -> None:
        begun[place].set()
        assert all(other.wait(30) for other in begun)

    assert list(at_once(partial(life, place) for place in range(THREADS))) == list(range(1, THREADS + 1))


def test_after_one_failed_the_others_do_not_begin() -> None:
    begun: list[int] = []

    def fail() -> None:
        raise ValueError("a command was refused")

    def life(place: int) -> None:
        begun.append(place)
        Event().wait(LIFE_S)

    with pytest.raises(ValueError, match="was refused"):
        list(at_once([fail, *(partial(life, place) for place in range(LATER))]))
    assert len(begun) < LATER
