"""Each recipe of CONTRIBUTING.md, done in a copy: as many files as it says, and all checks pass after it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.recipes.copying import PATCHES, ROOT, WRITTEN_BY, Copy, Recipe, RecipeError, copied, recipes

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]

RECIPES = recipes()
PACKAGES = ("kit", "events", "rules", "services", "projections", "processes", "gateway", "deploy")
CHECKED_BY = {
    "events/catalog/": ("tests/events/test_golden.py", "tests/rules/test_timeline.py"),
    "gateway/api/": ("tests/gateway/test_descriptions.py",),
    "projections/views/": ("tests/projections/test_registry.py",),
    "rules/access/": (
        "tests/gateway/limits/test_cost.py",
        "tests/gateway/test_access_matrix.py",
        "tests/gateway/test_schema.py",
        "tests/rules/test_access.py",
    ),
    "tests/projections/views/portfolio_histories.py": ("tests/projections/views/test_profile_histories.py",),
    "tests/services/contexts/portfolio/cases.py": ("tests/services/contexts/portfolio/test_portfolio.py",),
}
"""Beside the tests that a recipe edits: those that say what it forgot, by what it touches."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Copy:
    made = copied(tmp_path_factory.mktemp("recipes") / "tree")
    return replace(made, environment={**made.environment, "IPP_TEST_DATABASE_URL": postgres_url})


def module_of(make: str) -> str:
    """The module that a target of the Makefile runs."""
    target = re.search(
        rf"^{make}:.*\n\t@\$\(RUN\)/python -m (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    assert target is not None, f"`make {make}` runs no module"
    return target[1]


def typed(edited: set[str]) -> list[str]:
    """All that a change may break, as mypy is told it: the product, and the tests of what was edited."""
    tests = {".".join(Path(file).parts[:2]) for file in edited if file.startswith("tests/")}
    return [f"--package={package}" for package in (*PACKAGES, *sorted(tests))]


def checking(edited: set[str]) -> list[str]:
    """The test files among those edited, and those that check what was."""
    touched = [path for path in CHECKED_BY if any(file.startswith(path) for file in edited)]
    also = {test for path in touched for test in CHECKED_BY[path]}
    return sorted({*also, *(file for file in edited if Path(file).name.startswith("test_"))})


def test_every_patch_is_a_recipe_of_which_the_files_are_counted() -> None:
    assert sorted(recipe.name for recipe in RECIPES) == sorted(file.stem for file in PATCHES.glob("*.patch"))


def test_the_copy_is_what_is_tried(copy: Copy) -> None:
    packages = (*PACKAGES, "tests")
    where = [f"import {package}; print({package}.__file__)" for package in packages]
    found = copy.python("-c", "\n".join(where))
    assert [Path(line).parents[1] for line in found.split()] == [copy.folder] * len(packages)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_a_recipe_leads_there_in_as_many_files_as_it_says(copy: Copy, recipe: Recipe) -> None:
    copy.as_it_was()
    copy.apply(recipe)
    edited = copy.changed()
    said = f"CONTRIBUTING.md says {recipe.files}: {recipe.title}"
    assert len(edited) == recipe.files, f"{said}, and there are: {sorted(edited)}"
    for make in recipe.makes:
        copy.python("-m", module_of(make))
    written = copy.changed() - edited
    made = {make for make, path in WRITTEN_BY.items() if any(file.startswith(path) for file in written)}
    assert made == set(recipe.makes)
    ours = sorted(file for file in edited if file.endswith(".py"))
    copy.python("-m", "ruff", "check", *ours)
    copy.python("-m", "ruff", "format", "--check", *ours)
    copy.python("-m", "mypy", *typed(edited))
    copy.python("-c", "from importlinter.cli import lint_imports_command as lint; lint()")
    copy.python("-m", "pytest", "-q", "-p", "no:cacheprovider", *checking(edited))


def test_a_patch_that_does_not_fit_says_how_to_renew_it(copy: Copy) -> None:
    copy.as_it_was()
    copy.apply(RECIPES[0])
    with pytest.raises(RecipeError, match=f"tests.recipes.renew {RECIPES[0].name}"):
        copy.apply(RECIPES[0])
