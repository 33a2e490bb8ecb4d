"""All views: each file or folder in `projections/views` holds one with its name, as `VIEW`."""

import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType

import projections.views
from projections.view import View


class ViewRegistrationError(Exception):
    """A file in `projections/views` holds no view, or names in it are wrong or used twice."""


def find_views(package: ModuleType = projections.views) -> tuple[View, ...]:
    """Return all views, by name. Raises ViewRegistrationError."""
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        view = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "VIEW", None)
        if not isinstance(view, View) or view.name != module.name:
            raise ViewRegistrationError(
                f"{module.name}.py should hold VIEW, a View of the name {module.name}."
            )
        found.append(view)
    return check_views(found)


def check_views(views: Iterable[View]) -> tuple[View, ...]:
    """Return the views by name, once their names and keys are checked. Raises ViewRegistrationError."""
    ordered = tuple(sorted(views, key=lambda view: view.name))
    names = [view.name for view in ordered]
    tables = [table.name for view in ordered for table in view.tables]
    for name in [*names, *tables]:
        if (names + tables).count(name) > 1:
            raise ViewRegistrationError(f"The name {name} is used twice.")
    for view in ordered:
        for table in view.tables:
            if not table.name.startswith(view.table_prefix):
                raise ViewRegistrationError(f"The table {table.name} should begin with {view.table_prefix}.")
            columns = {column.name for column in table.all_columns}
            if not columns.issuperset(table.key):
                raise ViewRegistrationError(f"The key of {table.name} names a column it doesn't have.")
    return ordered


def view_named(name: str) -> View:
    """Return one view. Raises ViewRegistrationError, which lists the views there are."""
    views = {view.name: view for view in find_views()}
    if name not in views:
        raise ViewRegistrationError(f"There is no view {name}; there are: {', '.join(views)}.")
    return views[name]
