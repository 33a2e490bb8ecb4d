"""What a mutation on an item of the own portfolio is asked to answer with."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from strawberry.types import get_object_definition
from strawberry.types.nodes import FragmentSpread, InlineFragment, SelectedField, Selection
from strawberry.utils.str_converters import to_camel_case

from gateway.context import Info

_OF_THE_COMMAND: Final = frozenset({"command", "note", "__typename"})
"""Fields of a payload that need no portfolio."""
_PORTFOLIO: Final = "portfolio"


def asks_item_alone(info: Info, kind: type[Any]) -> bool:
    """Whether of the payload's item, which is of this `kind`, only fields are asked that it has by itself."""
    plain = plain_fields(kind)  # type: ignore[arg-type]  # a class is hashable
    for answer in info.selected_fields:
        for field in _fields(answer.selections):
            if field.name in _OF_THE_COMMAND:
                continue
            if field.name == _PORTFOLIO or any(own.name not in plain for own in _fields(field.selections)):
                return False
    return True


@cache
def plain_fields(kind: type[Any]) -> frozenset[str]:
    """Return the fields of a type that were set when its object was made, and are not resolved later."""
    fields = get_object_definition(kind, strict=True).fields
    plain = (field for field in fields if field.base_resolver is None)
    return frozenset(field.graphql_name or to_camel_case(field.python_name) for field in plain) | {
        "__typename"
    }


def _fields(selections: Iterable[Selection]) -> Iterable[SelectedField]:
    for selection in selections:
        if isinstance(selection, FragmentSpread | InlineFragment):
            yield from _fields(selection.selections)
        else:
            yield selection
