"""Completed values of fields that their object alone decides, kept as long as their object is."""

from collections.abc import Callable, Hashable
from typing import Any, Final, NamedTuple

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList
from strawberry.types.field import StrawberryField

from gateway.execution.resolving import resolved_by_source
from gateway.execution.slots import FINISHED, Place, Running, Slot

KEPT: Final = "kept_values"
"""The attribute of a type whose objects may be kept; it holds an object's KeptValues, or None."""
KEPT_BY: Final = "kept_by"
"""The key of the metadata of a field whose resolver takes `info`. There is what returns all that its value
depends on, apart from its object and its arguments: (object, context) -> key."""
BYTES_OF_ONE: Final = 64
"""What a kept value counts at least, so that bytes bound the number of values too."""

Execute = Callable[[Any, Any, Place], Any]
KeptBy = Callable[[Any, Any], Hashable]
SubFields = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]


class KeptValue(NamedTuple):
    """A completed value, and what the operation's account was charged for making it."""

    value: Any
    cost: int
    answer_bytes: int


class KeptValues:
    """The values of one object, by selection; the oldest leaves when there is no room for all."""

    __slots__ = ("__weakref__", "_bytes_max", "_values", "bytes")

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._values: dict[Hashable, KeptValue] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, selection: Hashable) -> KeptValue | None:
        return self._values.get(selection)

    def keep(self, selection: Hashable, made: KeptValue) -> None:
        """Keep a value; one larger than all room is not kept."""
        if selection in self._values or _size(made) > self._bytes_max:
            return
        self._values[selection] = made
        self.bytes += _size(made)
        while self.bytes > self._bytes_max:
            self.bytes -= _size(self._values.pop(next(iter(self._values))))


def _size(made: KeptValue) -> int:
    return BYTES_OF_ONE + made.answer_bytes


def kept_fields(parent: GraphQLObjectType) -> bool:
    """Whether objects of a type may be kept with values of their fields."""
    declared = parent.extensions.get("strawberry-definition")
    return hasattr(getattr(declared, "origin", None), KEPT)


def may_be_kept(slot: Slot, schema: GraphQLSchema, sub_fields: SubFields) -> bool:
    """
    Whether a field has a value to keep: it has fields below, and its object alone decides all of it.

    Reading an attribute is as quick as finding it again.
    """
    if is_leaf_type(get_named_type(slot.field.type)):
        return False
    return is_alone(slot, schema, sub_fields, by_key=kept_by(slot) is not None)


def is_alone(slot: Slot, schema: GraphQLSchema, sub_fields: SubFields, *, by_key: bool = False) -> bool:
    """
    Whether a field has the same value each time for the same object and selection, and the same key `by_key`.

    So it is when neither it nor any field below takes `info`, waits, or has an argument that is a variable.
    """
    if not resolved_by_source(slot, schema, or_info=by_key):
        return False
    kind = get_named_type(slot.field.type)
    if is_leaf_type(kind):
        return True
    if not isinstance(kind, GraphQLObjectType) or kind.is_type_of is not None:
        return False
    below = sub_fields(kind, slot.details).grouped_field_set.items()
    for key, details in below:
        name = details[0].node.name.value
        field = schema.get_field(kind, name)
        if field is None or name == "__typename":
            continue
        if not is_alone(Slot(kind, key, details, field, field.type), schema, sub_fields):
            return False
    return True


def kept_by(slot: Slot) -> KeptBy | None:
    """Return what gives the key of a field; None for one that needs no key."""
    declared = slot.field.extensions.get("strawberry-definition")
    found: KeptBy | None = declared.metadata.get(KEPT_BY) if isinstance(declared, StrawberryField) else None
    return found


def keeping(slot: Slot, execute: Execute) -> Execute:
    """Return what executes a field as `execute` does, and keeps its value with its object."""
    selection = object()  # a slot as the key would hold its document in memory
    by = kept_by(slot)

    def execute_once(running: Running, source: Any, place: Place) -> Any:
        kept: KeptValues | None = getattr(source, KEPT, None)
        meter = running.meter
        if kept is None or meter is None:
            return execute(running, source, place)
        key = selection if by is None else (selection, by(source, running.context_value))
        found = kept.get(key)
        # What would be too much is executed, so that it fails where it always does.
        if found is not None and meter.again(found.cost, found.answer_bytes):
            return found.value
        failures, cost, answer_bytes = running.failures, meter.cost, meter.answer_bytes
        value = execute(running, source, place)
        if value.__class__ in FINISHED and running.failures == failures:
            kept.keep(key, KeptValue(value, meter.cost - cost, meter.answer_bytes - answer_bytes))
        return value

    return execute_once
