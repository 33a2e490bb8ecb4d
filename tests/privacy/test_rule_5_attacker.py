"""
Privacy rule 5: after closing, nobody can say from all that is stored whose a row or a comment is.

The attacker has the inbox, both closings, the vault and its backup from before, all keys that are left, the
lines of a web server, replies and mails. `IPP_TEST_CLOSINGS` is the number of rounds (2,000 for a long run).
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.privacy.attack.attacker import puzzles
from tests.privacy.attack.evidence import Played
from tests.privacy.attack.guessing import Scores, most_by_chance
from tests.privacy.attack.leaks import PLANTED, Leak
from tests.privacy.attack.simulation import simulation

CLOSINGS = int(os.environ.get("IPP_TEST_CLOSINGS", "150"))
IN_ONE_INBOX = 100
"""More would need much memory."""


def rounds(folder: Path, many: int, *, leak: Leak, seed: int) -> Iterator[Played]:
    for start in range(0, many, IN_ONE_INBOX):
        with simulation(folder / f"{seed}-{start}", leak=leak, seed=seed + start) as playing:
            for _ in range(min(IN_ONE_INBOX, many - start)):
                yield playing.play()


def found(folder: Path, many: int, *, leak: Leak, seed: int = 0) -> dict[str, int]:
    """Return the strategies that were right beyond the bound of guessing, by what they guess."""
    chance = random.Random(seed)  # noqa: S311 - breaks ties
    scores = {"rows": Scores(), "comments": Scores()}
    for played in rounds(folder, many, leak=leak, seed=seed):
        for kind, puzzle in puzzles(played, chance):
            scores[kind].add(puzzle, chance)
    strategies = sum(len(one.right) for one in scores.values())
    assert strategies > 1_000
    assert all(len(one.chances) > many / 2 for one in scores.values()), "most rounds show something"
    return {
        f"{kind}: {name}": right
        for kind, one in scores.items()
        for name, right in one.beyond(strategies=strategies).items()
    }


@pytest.mark.timeout(7_200)
def test_rule_5_no_strategy_finds_the_writer_of_a_row_or_comment_better_than_guessing(tmp_path: Path) -> None:
    seen = found(tmp_path, CLOSINGS, leak=Leak())
    if seen:  # once in a thousand runs chance alone is beyond the bound; never twice with the same strategy
        again = found(tmp_path, CLOSINGS, leak=Leak(), seed=1_000_000)
        assert seen.keys() & again.keys() == set(), (seen, again)


@pytest.mark.parametrize("leak", PLANTED, ids=lambda leak: leak.__name__)
def test_rule_5_each_planted_leak_is_found(tmp_path: Path, leak: type[Leak]) -> None:
    assert found(tmp_path, leak.closings, leak=leak()) != {}


def test_the_bound_is_that_of_the_binomial_distribution() -> None:
    # As scipy.stats.binom.isf of 0.001, 100 and 0.2 says.
    assert most_by_chance([0.2] * 100, 0.001) == 33
    assert most_by_chance([0.5] * 10, 0.5) == 5
