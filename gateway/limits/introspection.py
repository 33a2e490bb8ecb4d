"""The lengths of introspection's lists, which the schema itself determines.

Below `types`, a list of one type counts with the mean over all types, so that the sum is exact. Where a type
is reached in another way, its lists count with the length of the longest of any type.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from graphql import (
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    is_abstract_type,
    is_wrapping_type,
)

_ALL_TYPES: Final = "__Schema.types"
_WITH_TYPES: Final = frozenset({"__Type.fields", "__Type.inputFields", "__Type.enumValues"})
"""Lists below `types` that each type has once: the lists of their items count with the mean as well."""
_SCHEMAS_CACHED: Final = 8


class Below(NamedTuple):
    """Where a selection is: below `types`, where means count, or so many `ofType` below a type."""

    all_types: bool = False
    wrapped: int = 0


DATA: Final = Below()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntrospectionSizes:
    """The lengths of introspection's lists: the mean, and the maximum."""

    mean: Mapping[str, float]
    most: Mapping[str, int]
    wrapped_most: int
    """How many lists and non-nulls a type is wrapped in, at most."""

    @classmethod
    def of(cls, schema: GraphQLSchema) -> "IntrospectionSizes":
        return _sizes_of(schema)

    def items(self, place: str, below: Below) -> float | None:
        """Return the length of the list at `Type.field`; None if it is not a list of introspection."""
        return (self.mean if below.all_types else self.most).get(place)

    def below(self, place: str, above: Below) -> Below | None:
        """Return where the selections of a field are; None if the schema has nothing there."""
        if place == "__Type.ofType":
            wrapped = above.wrapped + 1
            return Below(wrapped=wrapped) if wrapped <= self.wrapped_most else None
        return Below(all_types=place == _ALL_TYPES or (above.all_types and place in _WITH_TYPES))


@lru_cache(maxsize=_SCHEMAS_CACHED)
def _sizes_of(schema: GraphQLSchema) -> IntrospectionSizes:
    types = list(schema.type_map.values())
    fields = [
        field for kind in types if isinstance(kind, GraphQLObjectType) for field in kind.fields.values()
    ]

    def of_types(part: str) -> list[int]:
        return [len(getattr(kind, part, ())) for kind in types]

    inputs = [len(kind.fields) if isinstance(kind, GraphQLInputObjectType) else 0 for kind in types]
    outputs = [all_ - of_input for all_, of_input in zip(of_types("fields"), inputs, strict=True)]
    counted = {
        "__Schema.types": [len(types)],
        "__Schema.directives": [len(schema.directives)],
        "__Type.fields": outputs,
        "__Type.inputFields": inputs,
        "__Type.enumValues": of_types("values"),
        "__Type.interfaces": of_types("interfaces"),
        "__Type.possibleTypes": [
            len(schema.get_possible_types(kind)) if is_abstract_type(kind) else 0 for kind in types
        ],
        "__Field.args": [len(field.args) for field in fields],
        "__Directive.args": [len(directive.args) for directive in schema.directives],
        "__Directive.locations": [len(directive.locations) for directive in schema.directives],
    }
    return IntrospectionSizes(
        mean=_each(counted, _mean),
        most=_each(counted, max),
        wrapped_most=max(map(_wrapped, _all_types_used(types)), default=0),
    )


def _all_types_used(types: Iterable[GraphQLNamedType]) -> Iterator[GraphQLType]:
    for kind in types:
        for field in getattr(kind, "fields", {}).values():
            yield field.type
            yield from (argument.type for argument in getattr(field, "args", {}).values())


def _wrapped(kind: GraphQLType) -> int:
    return 1 + _wrapped(kind.of_type) if is_wrapping_type(kind) else 0


def _each(counted: Mapping[str, list[int]], of: Callable[[Iterable[int]], Any]) -> dict[str, Any]:
    # An empty list still costs its own field.
    return {place: of(counts) if counts else 0 for place, counts in counted.items()}


def _mean(counts: Iterable[int]) -> float:
    each = list(counts)
    return sum(each) / len(each)
