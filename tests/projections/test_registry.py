"""Views are found by being there, and names used twice are refused."""

import dataclasses
from pathlib import Path

import pytest

import projections.views
from projections.registry import ViewRegistrationError, check_views, find_views, view_named
from projections.table import Column, Table
from projections.view import View


def view(name: str = "one", table: str = "one_v1_rows", key: tuple[str, ...] = ("subject",)) -> View:
    rows = Table(name=table, columns=(Column(name="words", type="text"),), key=key)
    return View(
        name=name, version=1, categories=frozenset(), tables=(rows,), fold=lambda _fact, _changes: None
    )


def test_every_file_in_views_is_a_view_of_its_name() -> None:
    folder = Path(projections.views.__file__).parent
    names = {file.stem for file in folder.glob("[a-z]*")}
    assert "profile" in names
    assert [view.name for view in find_views()] == sorted(names)


def test_a_view_is_found_by_name_and_an_unknown_one_names_those_there_are() -> None:
    assert view_named("profile").name == "profile"
    with pytest.raises(ViewRegistrationError, match=", ".join(view.name for view in find_views())):
        view_named("profiles")


def test_a_view_name_used_twice_is_refused() -> None:
    with pytest.raises(ViewRegistrationError, match="one is used twice"):
        check_views([view(), view(table="one_v1_others")])


def test_a_table_name_used_twice_is_refused() -> None:
    twice = dataclasses.replace(view(), tables=view().tables * 2)
    with pytest.raises(ViewRegistrationError, match="one_v1_rows is used twice"):
        check_views([twice])


def test_a_table_without_the_version_of_its_view_in_its_name_is_refused() -> None:
    with pytest.raises(ViewRegistrationError, match="should begin with one_v1_"):
        check_views([view(table="rows")])


def test_a_key_of_columns_that_are_not_there_is_refused() -> None:
    with pytest.raises(ViewRegistrationError, match="column it doesn't have"):
        check_views([view(key=("nothing",))])
