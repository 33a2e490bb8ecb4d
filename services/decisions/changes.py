"""Optional fields of a change: left out, a value stays as it is; null empties it."""

from typing import TypeAlias, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

V = TypeVar("V")
Change: TypeAlias = V | UnsetType | None
"""The type of such a field, whose default is UNSET; `changed` says what it makes of the value."""


def changed(field: Change[V], value: V | None) -> V | None:
    """Return what a field makes of the current value."""
    return value if isinstance(field, UnsetType) else field


def optional_changes(kind: type[msgspec.Struct]) -> list[str]:
    """Return the names of the fields of a command, in Python, that have a current value to keep."""
    return [field.name for field in msgspec.structs.fields(kind) if field.default is UNSET]
