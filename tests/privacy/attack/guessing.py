"""Guesses to whom something belongs, by every order and by equal values, and the bound of pure guessing."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Trait = float | bytes
MORE_OFTEN: Final = 0.001
"""How likely it is that pure guessing is beyond the bound of any strategy."""


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A row, a comment or an invitation: what orders it, and values that may be equal elsewhere."""

    name: str
    traits: Mapping[str, Trait]
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Puzzle:
    """Things of a block, the invitations they may belong to, and the truth: to which each does."""

    things: list[Thing]
    candidates: list[Thing]
    truth: Mapping[str, str]
    added_by_second_closing: str | None = None
    handed_in_between: str | None = None


@dataclass
class Scores:
    """How often each strategy was right, and how likely it was each time to be right by chance."""

    right: Counter[str] = field(default_factory=Counter)
    chances: list[float] = field(default_factory=list)

    def add(self, puzzle: Puzzle, chance: random.Random) -> None:
        """Let every strategy guess once to whom one thing of a block belongs."""
        names = [one.name for one in puzzle.candidates]
        self.chances.append(1 / len(names))
        by_thing, by_candidate = _ends(puzzle.things, chance), _ends(puzzle.candidates, chance)
        for one, thing in by_thing.items():
            owner = puzzle.truth[thing]
            for other, candidate in by_candidate.items():
                self.right[f"{one} ~ {other}"] += owner == candidate
        thing, candidate = _equal_values(puzzle) or (puzzle.things[0].name, chance.choice(names))
        self.right["equal values"] += puzzle.truth[thing] == candidate
        added, between = puzzle.added_by_second_closing, puzzle.handed_in_between
        if added is None or between is None:
            added, between = puzzle.things[0].name, chance.choice(names)
        self.right["difference of two closings"] += puzzle.truth[added] == between

    def beyond(self, *, strategies: int) -> dict[str, int]:
        """Return the strategies that were right more often than guessing is in 999 of 1,000 runs."""
        most = most_by_chance(self.chances, MORE_OFTEN / strategies)
        return {name: right for name, right in self.right.items() if right > most}


def _ends(things: list[Thing], chance: random.Random) -> dict[str, str]:
    """Return the first and the last thing in every order there is; among equal ones chance decides."""
    ends = {}
    for trait in things[0].traits:
        keyed = [(one.traits[trait], chance.random(), one.name) for one in things]
        ends[f"least {trait}"], ends[f"most {trait}"] = min(keyed)[2], max(keyed)[2]
    return ends


def _equal_values(puzzle: Puzzle) -> tuple[str, str] | None:
    """Return a thing and the only candidate that has a value of it."""
    for thing in puzzle.things:
        having = [one.name for one in puzzle.candidates if one.values & thing.values]
        if len(having) == 1:
            return thing.name, having[0]
    return None


def most_by_chance(chances: list[float], rest: float) -> int:
    """Return the number of right guesses that guessing exceeds with a probability of `rest` at most."""
    likely = [1.0]
    for chance in chances:
        grown = [one * (1 - chance) for one in likely] + [0.0]
        for right, one in enumerate(likely):
            grown[right + 1] += one * chance
        likely = grown
    beyond = 0.0
    for right in range(len(chances), -1, -1):
        beyond += likely[right]
        if beyond > rest:
            return right
    return 0
