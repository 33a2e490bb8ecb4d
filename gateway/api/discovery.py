"""Every mutation there is: what the modules here define, in the order in which rules/access.py names them."""

import pkgutil
from importlib import import_module
from typing import Final

from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from gateway import mutations
from rules.access import ROOT_FIELDS


def _defined() -> dict[str, StrawberryField]:
    names = (module.name for module in pkgutil.iter_modules(mutations.__path__, f"{mutations.__name__}."))
    return {
        to_camel_case(name): value
        for module in names
        if module != __name__
        for name, value in vars(import_module(module)).items()
        if isinstance(value, StrawberryField)
    }


_DEFINED: Final = _defined()
MUTATIONS: Final = tuple(_DEFINED[name] for name in ROOT_FIELDS if name in _DEFINED)
