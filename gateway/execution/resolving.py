"""How the value of a field is read: from its source alone where that is enough, or by its resolver."""

import inspect
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from operator import attrgetter
from typing import Any, Final

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.values import get_argument_values
from strawberry.schema.schema_converter import get_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UnsetType

from gateway.execution.slots import Place, Running, Slot

OF_SOURCE: Final = "of_source"
"""The attribute of a resolver with a function that returns the same, and takes the source alone."""
_BASIC: Final = "GraphQLCoreConverter.from_resolver.<locals>._get_basic_result"
_RESOLVER: Final = "GraphQLCoreConverter.from_resolver.<locals>._resolver"
_STRAWBERRYS: Final = (_RESOLVER, "GraphQLCoreConverter.from_resolver.<locals>._async_resolver")
_IMMUTABLE: Final = (str, int, float, bool, type(None), Enum, date)
_CONVERTED: Final = (*_IMMUTABLE, UnsetType)
_INFO: Final[Any] = object()

OfSource = Callable[[Any], Any]
Read = Callable[[Running, Any, Place], Any]


def of_source(field: GraphQLField, schema: GraphQLSchema) -> OfSource | None:
    """
    Return what reads a field's value from its source alone; None if the resolver needs more, or may.

    A field of strawberry is known by the function that strawberry made for it. One that anybody wrapped is
    not, unless its wrapper has OF_SOURCE.
    """
    known: OfSource | None = getattr(field.resolve, OF_SOURCE, None)
    declared = field.extensions.get("strawberry-definition")
    if known is not None or field.args or not isinstance(declared, StrawberryField) or declared.extensions:
        return None if field.args else known
    made_as = getattr(field.resolve, "__qualname__", "")
    made_for: Any = getattr(schema, "_strawberry_schema", None)
    if made_for is None or made_for.exception_handlers:
        return None
    if made_as == _BASIC and made_for.config.default_resolver is getattr:
        return attrgetter(declared.python_name)
    return _called(declared) if made_as == _RESOLVER else None


def resolved_by_source(slot: Slot, schema: GraphQLSchema, *, or_info: bool) -> bool:
    """
    Whether a field's value needs its source alone, at once, and arguments that are the same each time.

    With `or_info` its resolver may take `info` too.
    """
    declared = slot.field.extensions.get("strawberry-definition")
    if not isinstance(declared, StrawberryField) or declared.is_async:
        return False
    if not slot.field.args and of_source(slot.field, schema) is not None:
        return True
    resolver = declared.base_resolver
    if (
        resolver is None
        or declared.extensions
        or getattr(slot.field.resolve, "__qualname__", "") != _RESOLVER
    ):
        return False
    by_name = resolver.parent_parameter or resolver.root_parameter
    takes_source = resolver.self_parameter and not by_name and (or_info or not resolver.info_parameter)
    return bool(takes_source) and _fixed_arguments(slot) is not None


def _called(declared: StrawberryField) -> OfSource | None:
    """Return what calls a resolver that takes the source alone."""
    resolver = declared.base_resolver
    if resolver is None or resolver.info_parameter or declared.arguments:
        return None
    function: Any = resolver.wrapped_func
    by_name = resolver.parent_parameter or resolver.root_parameter
    if not callable(function) or by_name or not resolver.self_parameter:
        return None
    called: OfSource = function
    return called


def reader(slot: Slot, schema: GraphQLSchema) -> Read:
    """Return what reads the value of a field, given its executor, its source and its own place."""
    if not slot.nodes[0].arguments:
        direct = of_source(slot.field, schema)
        if direct is not None:
            return lambda _running, source, _place: direct(source)
    called = straight(slot, schema)
    if called is not None:
        return called
    return _with_arguments(slot) if slot.field.args or slot.nodes[0].arguments else _without_arguments(slot)


def straight(slot: Slot, schema: GraphQLSchema) -> Read | None:
    """
    Return what calls a method of strawberry without the layers between; None if they may do something.

    Its arguments, which are the same each time, are converted once.
    """
    method, made_for = _method(slot), getattr(schema, "_strawberry_schema", None)
    if method is None or made_for is None or made_for.exception_handlers:
        return None
    declared, function, info_class = *method, made_for.config.info_class
    given = _converted(slot, declared, made_for)
    if given is None:
        return None
    arguments = {name: value for name, value in given.items() if value is not _INFO}
    info_name = next((name for name, value in given.items() if value is _INFO), None)
    if info_name is None:
        return lambda _running, source, _place: function(source, **arguments)

    def read(running: Running, source: Any, place: Place) -> Any:
        info = info_class(_raw_info=running.info_at(slot, place), _field=declared)
        return function(source, **{info_name: info}, **arguments)

    return read


def _method(slot: Slot) -> tuple[StrawberryField, Any] | None:
    """Return the field and the method that resolve a slot; None if anything comes before the method."""
    declared = slot.field.extensions.get("strawberry-definition")
    made_as = getattr(slot.field.resolve, "__qualname__", "")
    if not isinstance(declared, StrawberryField) or declared.extensions or made_as not in _STRAWBERRYS:
        return None
    resolver = declared.base_resolver
    if resolver is None or not resolver.self_parameter:
        return None
    function: Any = resolver.wrapped_func
    return (declared, function) if inspect.iscoroutinefunction(function) is declared.is_async else None


def _converted(slot: Slot, declared: StrawberryField, made_for: Any) -> Mapping[str, Any] | None:
    """Return the arguments of a method as strawberry would, with _INFO for `info`; None if they vary."""
    fixed = _fixed_arguments(slot)
    if fixed is None:
        return None
    source, info, registry = object(), _INFO, made_for.schema_converter.scalar_registry
    try:
        positional, named = get_arguments(
            field=declared,
            source=source,
            info=info,
            kwargs=dict(fixed),
            config=made_for.config,
            scalar_registry=registry,
        )
    except Exception:  # noqa: BLE001 - it is raised again where the field is executed
        return None
    is_fixed = all(value is _INFO or isinstance(value, _CONVERTED) for value in named.values())
    return named if is_fixed and positional == [source] else None


def _without_arguments(slot: Slot) -> Read:
    resolve = slot.field.resolve

    def read(running: Running, source: Any, place: Place) -> Any:
        return (resolve or running.field_resolver)(source, running.info_at(slot, place))

    return read


def _with_arguments(slot: Slot) -> Read:
    resolve, fixed = slot.field.resolve, _fixed_arguments(slot)

    def read(running: Running, source: Any, place: Place) -> Any:
        arguments = fixed
        if arguments is None:
            arguments = get_argument_values(
                slot.field,
                slot.nodes[0],
                running.variable_values,
                slot.details[0].fragment_variable_values,
                running.hide_suggestions,
            )
        return (resolve or running.field_resolver)(source, running.info_at(slot, place), **arguments)

    return read


def _fixed_arguments(slot: Slot) -> Mapping[str, Any] | None:
    """Return the arguments if they are the same each time, and no resolver can change them."""
    found = _Variables()
    for argument in slot.nodes[0].arguments or ():
        visit(argument, found)
    if found.any:
        return None
    try:
        arguments = get_argument_values(slot.field, slot.nodes[0])
    except GraphQLError:  # it is raised again where the field is executed
        return None
    return arguments if all(isinstance(value, _IMMUTABLE) for value in arguments.values()) else None


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.any = False

    def enter_variable(self, _node: VariableNode, *_: Any) -> None:
        self.any = True
