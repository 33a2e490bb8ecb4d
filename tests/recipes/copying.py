"""A copy of the tree to try a recipe in, and the patch of each recipe: what a newcomer edits by hand."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PATCHES: Final = Path(__file__).parent
RENEW: Final = "`python -m tests.recipes.renew {name}` lets you mend it in a copy."
CONTEXT_LINES: Final = 1
"""Around a change in a patch: few, so that it survives what happens beside it."""
WRITTEN_BY: Final = {
    "golden": "tests/events/wire_format/",
    "schema": "gateway/schema.graphql",
    "access": "docs/access.md",
}
"""What is written by `make` and so is in no patch."""

_HEAD: Final = re.compile(r"\*\*(?P<title>[^*]+) \u2013 (?P<files>\d+) files\.\*\*")
_PATCH: Final = re.compile(r"\(tests/recipes/(?P<name>\w+)\.patch\)")


class RecipeError(Exception):
    """A recipe is told without its patch, or its patch does not fit the tree any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """As CONTRIBUTING.md tells it: how many files are edited by hand, and what writes the others."""

    name: str
    title: str
    files: int
    makes: tuple[str, ...]

    @property
    def patch(self) -> Path:
        return PATCHES / f"{self.name}.patch"


def recipes() -> tuple[Recipe, ...]:
    """Return every recipe that CONTRIBUTING.md counts the files of. Raises RecipeError."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return tuple(_recipe(told) for paragraph in text.split("\n\n") if (told := _HEAD.match(paragraph)))


def _recipe(head: re.Match[str]) -> Recipe:
    named = _PATCH.search(head.string)
    if named is None:
        raise RecipeError(f"CONTRIBUTING.md names no patch for {head['title']}.")
    makes = tuple(word for word in WRITTEN_BY if f"`make {word}`" in head.string)
    return Recipe(name=named["name"], title=head["title"], files=int(head["files"]), makes=makes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The tree as it lies here, in a folder and under a git of its own."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """Run in the copy and return what it printed. Raises AssertionError with all of that."""
        done = subprocess.run(  # noqa: S603 - our own commands
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def python(self, *arguments: str) -> str:
        return self.run(sys.executable, *arguments)

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=recipes", "-c", "user.email=recipes@mee.example")
        return self.run("git", *who, *arguments)

    def as_it_was(self) -> None:
        """Take everything back that was done in the copy; caches stay."""
        self.git("reset", "-q", "--hard")
        self.git("clean", "-qfd")

    def apply(self, recipe: Recipe) -> None:
        """Do what the recipe tells to do by hand. Raises RecipeError."""
        try:
            self.git("apply", str(recipe.patch))
        except AssertionError as error:
            renew = RENEW.format(name=recipe.name)
            raise RecipeError(
                f"{recipe.patch.name} does not fit the tree any more. {renew}\n{error}"
            ) from None

    def changed(self) -> set[str]:
        """Return the files that differ from the tree, new ones among them."""
        self.git("add", "--intent-to-add", "--all")
        return set(self.git("diff", "--name-only", "HEAD").splitlines())

    def difference(self) -> str:
        """Return what was edited by hand, as a patch."""
        self.git("add", "--intent-to-add", "--all")
        left_out = [f":(exclude){path}" for path in (*WRITTEN_BY.values(), "*.rej")]
        return self.git("diff", f"-U{CONTEXT_LINES}", "--no-renames", "HEAD", "--", ".", *left_out)


def at(folder: Path) -> Copy:
    """Return the copy in a folder. The package is installed as it lies here; the copy goes before it."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return Copy(folder=folder, environment={**outside, "PYTHONPATH": str(folder)})


def copied(folder: Path) -> Copy:
    """Copy what git knows (`git add` what is new), as it lies here, with the cache of mypy."""
    listed = at(ROOT).run("git", "ls-files", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    if (ROOT / ".mypy_cache").exists():
        shutil.copytree(ROOT / ".mypy_cache", folder / ".mypy_cache")
    copy = at(folder)
    copy.git("init", "-q")
    copy.git("add", "--all")
    copy.git("commit", "-qm", "The tree")
    return copy
