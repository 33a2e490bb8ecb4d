"""Finds every root field: all that the modules of the areas define, in the order of rules/access."""

import pkgutil
from importlib import import_module
from typing import Final

from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from gateway import api
from gateway.api.root_fields import ROOT
from rules.access import account
from rules.access.decisions import ROOT_FIELDS


def _defined(root: str) -> dict[str, StrawberryField]:
    """Return a root type's fields by name. Raises ValueError for a name that two modules define."""
    found: dict[str, StrawberryField] = {}
    for module in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        if module.name == __name__:
            continue
        for attribute, value in vars(import_module(module.name)).items():
            if isinstance(value, StrawberryField) and value.metadata.get(ROOT) == root:
                name = to_camel_case(attribute)
                if found.setdefault(name, value) is not value:
                    raise ValueError(f"{module.name} defines {name}, which another module defines too")
    return found


def _in_order(root: str) -> list[StrawberryField]:
    fields = _defined(root)
    return [fields[name] for name in ROOT_FIELDS if name in fields]


def _queries() -> list[StrawberryField]:
    """Return the queries: those about the caller first, then the rest by name."""
    fields = _defined("Query")
    own = [name for name in account.AREA.root_fields if name in fields]
    return [fields[name] for name in [*own, *sorted(fields.keys() - set(own))]]


QUERIES: Final = _queries()
MUTATIONS: Final = _in_order("Mutation")
SUBSCRIPTIONS: Final = _in_order("Subscription")
