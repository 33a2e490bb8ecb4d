"""Contexts are found by being there; one without a decider and a command of another's name are refused."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

import services.contexts
from services.contexts.team import decider as team
from services.contexts.team.commands import CloseTeam
from services.decisions.command import Command
from services.handling.registry import ContextError, commands_of, find_deciders

TEAM = f"from {team.__name__} import DECIDER"


@pytest.fixture
def contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of contexts, which begins with `rounds`."""
    folder = tmp_path / "somecontexts"
    write(folder / "rounds", TEAM)
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("somecontexts")]:
        del sys.modules[name]


def write(context: Path, decider: str) -> None:
    context.mkdir(parents=True)
    (context / "__init__.py").touch()
    (context / "decider.py").write_text(f'"""Made by a test."""\n\n{decider}\n')


def package(contexts: Path) -> ModuleType:
    return import_module(contexts.name)


def test_every_folder_of_contexts_is_a_context() -> None:
    folders = Path(services.contexts.__file__).parent.glob("[a-z]*")
    assert len(find_deciders()) == len(list(folders))


def test_a_new_context_is_found_by_being_there(contexts: Path) -> None:
    assert find_deciders(package(contexts)) == (team.DECIDER,)


def test_a_context_without_a_decider_is_named(contexts: Path) -> None:
    write(contexts / "lenses", "DECIDERS = ()")
    with pytest.raises(ContextError, match=r"somecontexts\.lenses needs a module decider\.py that defines"):
        find_deciders(package(contexts))
    (contexts / "lenses" / "decider.py").unlink()
    with pytest.raises(ContextError, match=r"somecontexts\.lenses needs a module decider\.py that defines"):
        find_deciders(package(contexts))


def test_an_error_in_a_context_is_its_own(contexts: Path) -> None:
    write(contexts / "lenses", "import a_module_that_nobody_wrote")
    with pytest.raises(ModuleNotFoundError, match="a_module_that_nobody_wrote"):
        find_deciders(package(contexts))


def test_two_commands_of_one_name_are_named_with_their_modules() -> None:
    twin = type("CloseTeam", (Command,), {"__module__": "elsewhere"}, frozen=True, kw_only=True)
    other = msgspec.structs.replace(team.DECIDER, commands=(twin,))
    with pytest.raises(
        ContextError, match=f"Two commands are called CloseTeam, in {CloseTeam.__module__} and"
    ):
        commands_of((team.DECIDER, other))
