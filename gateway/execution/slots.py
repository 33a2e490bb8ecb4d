"""What compiled functions share: the slot of a value, its place in the answer, and their executor."""

from collections.abc import Awaitable, Callable, Sequence
from types import CoroutineType, GeneratorType
from typing import Any, Final, Protocol

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path, Undefined

CLASSES_MAX: Final = 10_000
"""Of which it is remembered whether their values are usual; values of others are looked at each time."""
Place = Any
"""Where a value is in the answer: None for the root, a Path, or (place above, key or index, type or None).

It becomes a Path only when somebody needs one: for an error, or for a resolver's `info`.
"""


class Meter(Protocol):
    """Counts what an answer costs while it is made; `fields` and `text` raise when it is too much."""

    cost: int
    answer_bytes: int

    def again(self, cost: int, answer_bytes: int, /) -> bool: ...
    def fields(self, count: int, cost: int, /) -> None: ...
    def text(self, value: str, /) -> None: ...


class Slot:
    """A field at one place of a document, or the items of its list: all that completing a value needs."""

    __slots__ = ("complete", "details", "field", "key", "kind", "nodes", "parent")

    def __init__(
        self,
        parent: GraphQLObjectType,
        key: str,
        details: FieldDetailsList,
        field: GraphQLField,
        kind: GraphQLOutputType,
    ) -> None:
        self.parent, self.key, self.details, self.field, self.kind = parent, key, details, field, kind
        self.nodes: list[FieldNode] = [each.node for each in details]
        self.complete: Complete | None = None


class Running(Protocol):
    """The executor of one operation, as compiled functions see it."""

    meter: Meter | None
    failures: int
    context_value: Any
    hide_suggestions: bool
    field_resolver: Any
    variable_values: Any

    @property
    def is_awaitable(self) -> Callable[[Any], bool]: ...
    def failed(self, slot: Slot, error: Exception, place: Place) -> None: ...
    def unusual(self, slot: Slot, value: Any, place: Place) -> Any: ...
    def nested(self, slot: Slot, completed: Awaitable[Any], place: Place) -> Any: ...
    def joined(self, results: Any, waiting: Sequence[Any]) -> Any: ...
    def info_at(self, slot: Slot, place: Place) -> GraphQLResolveInfo[Any]: ...
    def complete_leaf_value(self, kind: GraphQLLeafType, value: Any, /) -> Any: ...
    def settle_in_background(self, awaitables: list[Any], /) -> None: ...


Run = Callable[[Any, Any, Place], Any]
"""Executes the fields of one object: (executor, source, place of the object)."""
Complete = Callable[[Any, Any, Place], Any]
"""Completes a value for its slot: (executor, value, place of the value)."""

FINISHED: Final = frozenset({dict, list, str, int, float, bool, type(None)})
"""Classes of completed values that are surely not awaitable."""
_usual: set[type] = {dict, str, int, float, bool, bytes, list, tuple}
_unusual: set[type] = {type(None), type(Undefined)}


def is_usual(value: Any) -> bool:
    """Whether a value is surely neither null, nor an error, nor awaitable. Its class says so."""
    kind = value.__class__
    if kind in _usual:
        return True
    if kind in _unusual:
        return False
    usual = not (
        issubclass(kind, Exception | CoroutineType | GeneratorType)
        or hasattr(kind, "__await__")
        or hasattr(kind, "__aiter__")
        or hasattr(kind, "__getattr__")  # may make up an `__await__`
    )
    if len(_usual) + len(_unusual) < CLASSES_MAX:
        (_usual if usual else _unusual).add(kind)
    return usual


def path_of(place: Place) -> Path | None:
    """Return the place of a value as graphql-core writes it."""
    if place is None or place.__class__ is Path:
        return place
    return Path(path_of(place[0]), place[1], place[2])
