"""docs/privacy.md names tests that there are, for each rule, in the words of the promise."""

import ast
import re
from pathlib import Path

import pytest

from rules.feedback.questions import LensForm
from rules.promise import PROMISE_VERSION, KeeperSetting, promise_to_rater

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"
TEXT = PAGE.read_text()
RULES = (1, 2, 3, 4, 5, *range(7, 19), 20, 21, 22, 23, 24)


def shown_by() -> dict[int, list[tuple[str, Path]]]:
    """Return the tests that the table names for each rule."""
    rows = re.findall(r"^\| (\d+) \|[^|]*\|([^|]*)\|$", TEXT, re.MULTILINE)
    return {
        int(rule): [
            (name, (PAGE.parent / file).resolve())
            for name, file in re.findall(r"\[`(\w+)`\]\(([^)]+)\)", tests)
        ]
        for rule, tests in rows
    }


def names_in(file: Path) -> set[str]:
    return {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}


def test_each_rule_that_is_built_has_a_row() -> None:
    assert tuple(shown_by()) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_every_test_that_the_page_names_is_there_and_says_its_rule(rule: int) -> None:
    named = shown_by()[rule]
    assert [name for name, file in named if name not in names_in(file)] == []
    assert any(name.startswith(f"test_rule_{rule}_") for name, _ in named)


def plain(text: str) -> str:
    """Return a text on one line, without what makes lists of it."""
    return " ".join(re.sub(r"^- ", "", text, flags=re.MULTILINE).split())


@pytest.mark.parametrize("language", ["nl", "en"])
def test_rule_23_the_page_on_privacy_says_what_the_promise_says(language: str) -> None:
    promise = promise_to_rater(PROMISE_VERSION, keeper=KeeperSetting.APART, form=LensForm.STANDARD, floor=3)
    sentences = re.split(r"(?<=[.?]) ", plain(getattr(promise.text, language)))
    # The page can't have the numbers of a round.
    said = [one for one in sentences if not re.search(r"\d", one)]
    assert len(said) > 8
    assert [one for one in said if one not in plain(TEXT)] == []
