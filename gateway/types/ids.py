"""
Ids as clients see them, written and read in this one place: each names one thing of one type at one moment.

A client's cache keeps things by their id. So an id names its type too, since a person is a `Me` to themselves
and a `Colleague` to others, and the moment, when it shows a thing of the past. Behind the gateway an id is
that of the entity alone. Every type with an `id` gets this by being in the schema (ADR 12).
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

import strawberry
from graphql import (
    GraphQLField,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    default_field_resolver,
    get_named_type,
)
from strawberry.types.field import StrawberryField

from gateway.errors import ErrorCode, GatewayError
from gateway.execution.resolving import OF_SOURCE, OfSource, of_source
from gateway.types.scalars import write_moment

ITEM: Final = "Item"
"""Of all that is in a portfolio, in place of a type: `Reflection.aboutIds` names things of several types."""
LENS: Final = "Lens"
"""Of a lens, which is no type of the schema: only its versions are shown."""
GOAL_OFFER: Final = "GoalOffer"
"""Of an offer of a goal to a team: by it the goal is adopted, while the goal's own id is its owner's."""
ID_NAMES: Final = "id_names"
"""The attribute of a type, and the key of a field's metadata, that has the name before the colon."""
_WRITTEN: Final = re.compile(r"[A-Z][A-Za-z0-9]*:(?P<entity>[^@]+)(?P<moment>@.*)?", re.DOTALL)
_OF_THE_PAST: Final = (
    "This id names a thing at a moment of the past, which does not change any more. Send the id of today."
)

Resolver = Callable[..., Any]


class UnnamedIdError(TypeError):
    """A field holds an id and does not say of which type."""

    def __init__(self, place: str) -> None:
        super().__init__(f'{place} holds an id: declare it with refers_to("<Type>"), of which type.')


def refers_to(names: str, *, description: str) -> Any:
    """Make a field that holds ids of other things: of the type called so, or ITEM."""
    return strawberry.field(description=description, metadata={ID_NAMES: names})


def write_id(names: str, entity: str, as_of: datetime | None = None) -> str:
    """Return the id of an entity for clients; `as_of` is the moment of the past that is shown."""
    return f"{names}:{entity}" if as_of is None else f"{names}:{entity}@{write_moment(as_of)}"


def read_id(text: str) -> str:
    """
    Return the entity that a client's id names; one without a type, from before, is an entity's own.

    Which type is meant is known by the field: no entity of another type is found. Raises BAD_REQUEST for an
    id of the past.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return text
    if found["moment"] is not None:
        raise GatewayError(ErrorCode.BAD_REQUEST, _OF_THE_PAST)
    return found["entity"]


def complete_ids(schema: GraphQLSchema) -> None:
    """Let every field that holds ids write them, and each that takes ids read them. Raises UnnamedIdError."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                resolve = field.resolve or default_field_resolver
                if _holds_ids(field.type):
                    resolve = _writing(resolve, *_names(kind, name, field), of_source(field, schema))
                if takes := _readers({name: (arg.type, arg.out_name) for name, arg in field.args.items()}):
                    resolve = _reading(resolve, takes)
                    field.subscribe = field.subscribe and _reading(field.subscribe, takes)
                field.resolve = resolve


def _holds_ids(kind: GraphQLType) -> bool:
    return get_named_type(kind) is GraphQLID


def _names(kind: GraphQLObjectType, name: str, field: GraphQLField) -> tuple[str, bool]:
    """Return what comes before the colon, and whether the thing may be shown at a moment of the past."""
    if name == "id":
        shown_as = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
        return getattr(shown_as, ID_NAMES, kind.name), True
    definition = field.extensions.get("strawberry-definition")
    names = definition.metadata.get(ID_NAMES) if isinstance(definition, StrawberryField) else None
    if not isinstance(names, str):
        raise UnnamedIdError(f"{kind.name}.{name}")
    return names, names == ITEM


def _writing(
    resolve: Resolver,
    names: str,
    of_the_moment: bool,  # noqa: FBT001 - of one schema
    direct: OfSource | None,
) -> Resolver:
    """Return a resolver that writes the ids that `resolve` returns, with the moment that its source shows.

    `direct` returns the same from the source alone, where that is enough.
    """

    def written(found: object, as_of: datetime | None) -> object:
        if isinstance(found, list):
            return [written(each, as_of) for each in found]
        return None if found is None else write_id(names, str(found), as_of)

    async def awaited(found: Awaitable[object], as_of: datetime | None) -> object:
        return written(await found, as_of)

    def shown(source: object, found: object) -> object:
        as_of = getattr(source, "as_of", None) if of_the_moment else None
        return awaited(found, as_of) if inspect.isawaitable(found) else written(found, as_of)

    def resolve_id(source: object, info: Any, **arguments: Any) -> object:
        return shown(source, resolve(source, info, **arguments))

    if direct is not None:
        setattr(resolve_id, OF_SOURCE, lambda source: shown(source, direct(source)))
    return resolve_id


Reader = Callable[[Any], Any]


def _readers(taken: Mapping[str, tuple[GraphQLInputType, str | None]]) -> dict[str, Reader]:
    """Return what reads the ids of arguments or input fields, by the name of each that has some."""
    readers = {out_name or name: _reader(kind) for name, (kind, out_name) in taken.items()}
    return {name: reader for name, reader in readers.items() if reader is not None}


def _reader(kind: GraphQLInputType) -> Reader | None:
    """Return what reads the ids in a value of this type; None if there are none."""
    named = get_named_type(kind)
    if named is GraphQLID:
        each: Reader = read_id
    elif isinstance(named, GraphQLInputObjectType):
        within = _readers({name: (field.type, field.out_name) for name, field in named.fields.items()})
        if not within:
            return None
        each = partial(_read_within, within)
    else:
        return None
    return partial(_read_all, each)


def _read_all(each: Reader, value: object) -> object:
    if isinstance(value, list):
        return [_read_all(each, item) for item in value]
    return None if value is None else each(value)


def _read_within(readers: Mapping[str, Reader], values: dict[str, Any]) -> dict[str, Any]:
    read = {name: readers[name](value) for name, value in values.items() if name in readers}
    return values | read


def _reading(resolve: Resolver, readers: Mapping[str, Reader]) -> Resolver:
    """Return a resolver that gets the entities instead of the ids that a client sent."""

    def resolve_ids(source: object, info: Any, **arguments: Any) -> object:
        return resolve(source, info, **_read_within(readers, arguments))

    return resolve_ids
