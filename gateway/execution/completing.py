"""Makes the functions that complete values, and those that execute the fields of an object."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLString,
    is_leaf_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList, GroupedFieldSet

from gateway.execution.kept import keeping, kept_fields, may_be_kept
from gateway.execution.resolving import reader
from gateway.execution.slots import FINISHED, Complete, Place, Run, Running, Slot, is_usual

_Execute = Callable[[Any, Any, Place], Any]


class Compiling(Protocol):
    """The executor for which an operation is compiled."""

    schema: GraphQLSchema

    def collect_subfields(
        self, return_type: GraphQLObjectType, field_details_list: FieldDetailsList
    ) -> CollectedFields: ...
    def cost_of(self, parent: GraphQLObjectType, grouped: GroupedFieldSet, /) -> int: ...
    def count_compiled(self, fields: int, /) -> None: ...


def object_run(executor: Compiling, parent: GraphQLObjectType, grouped: GroupedFieldSet) -> Run:
    """Return what executes these fields of an object, as `Executor.execute_fields` would."""
    executor.count_compiled(len(grouped))
    fields = tuple(_fields(executor, parent, grouped))
    count, cost = len(grouped), executor.cost_of(parent, grouped)

    def run(running: Running, source: Any, place: Place) -> Any:
        if running.meter is not None:
            running.meter.fields(count, cost)
        results: dict[str, Any] = {}
        waiting: list[str] = []
        try:
            for key, execute in fields:
                value = results[key] = execute(running, source, place)
                if value.__class__ not in FINISHED and running.is_awaitable(value):
                    waiting.append(key)
        except Exception:
            if waiting:
                running.settle_in_background([results[key] for key in waiting])
            raise
        return running.joined(results, waiting) if waiting else results

    return run


def _fields(executor: Compiling, parent: GraphQLObjectType, grouped: GroupedFieldSet) -> Any:
    """Yield the key of each field that the type has, and what executes it."""
    keeps = kept_fields(parent)
    for key, details in grouped.items():
        name = details[0].node.name.value
        field = executor.schema.get_field(parent, name)
        if field is None:
            continue
        if name == "__typename":
            yield key, _type_name(parent.name)
            continue
        slot = Slot(parent, key, details, field, field.type)
        execute = _field(slot, reader(slot, executor.schema), _completer(executor, slot))
        if keeps and may_be_kept(slot, executor.schema, executor.collect_subfields):
            execute = keeping(slot, execute)
        yield key, execute


def _type_name(name: str) -> _Execute:
    def execute(running: Running, _source: Any, _place: Place) -> str:
        if running.meter is not None:
            running.meter.text(name)
        return name

    return execute


def _field(slot: Slot, read: _Execute, complete: Complete) -> _Execute:
    key, type_name = slot.key, slot.parent.name

    def execute(running: Running, source: Any, place: Place) -> Any:
        own = (place, key, type_name)
        try:
            return complete(running, read(running, source, own), own)
        except Exception as error:  # noqa: BLE001 - each becomes an error of the answer
            return running.failed(slot, error, own)

    return execute


def _completer(executor: Compiling, slot: Slot) -> Complete:
    """Return what completes the values of a slot; a value that is not as expected is graphql-core's to do."""
    kind: GraphQLOutputType = slot.kind
    nullable = not isinstance(kind, GraphQLNonNull)
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(kind, GraphQLList):
        complete = _list(executor, slot, kind, nullable=nullable)
    elif isinstance(kind, GraphQLObjectType) and kind.is_type_of is None:
        grouped = executor.collect_subfields(kind, slot.details).grouped_field_set
        complete = _object(slot, object_run(executor, kind, grouped), nullable=nullable)
    elif is_leaf_type(kind):
        complete = _leaf(slot, kind, nullable=nullable)
    else:
        complete = _any(slot, nullable=nullable)
    slot.complete = complete
    return complete


def _any(slot: Slot, *, nullable: bool) -> Complete:
    def complete(running: Running, value: Any, place: Place) -> Any:
        return None if value is None and nullable else running.unusual(slot, value, place)

    return complete


def _object(slot: Slot, run: Run, *, nullable: bool) -> Complete:
    def complete(running: Running, value: Any, place: Place) -> Any:
        if is_usual(value):
            done = run(running, value, place)
            return done if done.__class__ is dict else running.nested(slot, done, place)
        return None if value is None and nullable else running.unusual(slot, value, place)

    return complete


def _leaf(slot: Slot, kind: Any, *, nullable: bool) -> Complete:
    expected, written = _expected(kind)

    def complete(running: Running, value: Any, place: Place) -> Any:
        if value.__class__ is expected:
            done = value if written is None else written[id(value)]
            if running.meter is not None and done.__class__ is str:
                running.meter.text(done)
            return done
        if value is None and nullable:
            return None
        if is_usual(value):
            return running.complete_leaf_value(kind, value)
        return running.unusual(slot, value, place)

    return complete


def _expected(kind: Any) -> tuple[type | None, Mapping[int, Any] | None]:
    """Return the class whose values are written as they are, or as the names of an enum's members, by id."""
    if kind is GraphQLString or kind is GraphQLID:
        return str, None
    if kind is GraphQLBoolean:
        return bool, None
    members = getattr(kind, "wrapped_cls", None)  # of an enum of strawberry
    if isinstance(kind, GraphQLEnumType) and members is not None:
        return members, {id(member): kind.coerce_output_value(member) for member in members}
    return None, None


def _list(
    executor: Compiling, slot: Slot, kind: GraphQLList[GraphQLOutputType], *, nullable: bool
) -> Complete:
    item = Slot(slot.parent, slot.key, slot.details, slot.field, kind.of_type)
    complete_item = _completer(executor, item)

    def complete(running: Running, value: Any, place: Place) -> Any:
        if value.__class__ is list or value.__class__ is tuple:
            done = _items(running, item, complete_item, value, place)
            return done if done.__class__ is list else running.nested(slot, done, place)
        return None if value is None and nullable else running.unusual(slot, value, place)

    return complete


def _items(running: Running, item: Slot, complete: Complete, values: Any, place: Place) -> Any:
    results: list[Any] = []
    waiting: list[int] = []
    try:
        for index, value in enumerate(values):
            own = (place, index, None)
            try:
                done = complete(running, value, own)
            except Exception as error:  # noqa: BLE001 - each becomes an error of the answer
                done = running.failed(item, error, own)  # type: ignore[func-returns-value]
            results.append(done)
            if done.__class__ not in FINISHED and running.is_awaitable(done):
                waiting.append(index)
    except Exception:
        left = [results[index] for index in waiting]
        left += [value for value in values[len(results) + 1 :] if running.is_awaitable(value)]
        if left:
            running.settle_in_background(left)
        raise
    return running.joined(results, waiting) if waiting else results
