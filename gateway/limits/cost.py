"""Limits of a document: its depth and cost, measured before it is validated and executed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    get_named_type,
    get_nullable_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from gateway.errors import ErrorCode, GatewayError
from gateway.limits.introspection import DATA, Below, IntrospectionSizes
from gateway.limits.weights import (
    COMMAND_COST,
    ITEMS_SHARED,
    OF_ONE_PORTFOLIO,
    SIZE_ARGUMENTS,
    items_max_of,
    weight_of,
)

TOKENS_MAX: Final = 4_000
ANSWER_BYTES_MAX: Final = 8 * 1024 * 1024
DIGITS_MAX: Final = 10
"""Of an integer in a document; GraphQL's has 32 bits."""
PAGE_EDGES: Final = "edges"
INTROSPECTION_COST_MAX: Final = 120_000
"""Of a document that asks for nothing but the schema: tools that read all of it need two thirds of that."""
_META: Final = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLimits:
    """The cost is the number of fields; fields below a list count once per item, and reads have a weight."""

    depth_max: int
    cost_max: int
    page_max: int
    answer_bytes_max: int = ANSWER_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Measure:
    """`shared` is the cost of lists with one limit for a whole portfolio; other lists do not multiply it."""

    depth: int = 0
    cost: float = 0
    shared: float = 0

    def plus(self, other: "Measure") -> "Measure":
        return Measure(max(self.depth, other.depth), self.cost + other.cost, self.shared + other.shared)


_NOTHING: Final = Measure()


class Measuring:
    """Measures the operations of one document.

    Each fragment is measured once, so the time is linear in the document's length; `visited` is the number of
    fields that were measured.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: DocumentLimits) -> None:
        self._schema = schema
        self._limits = limits
        self._introspection = IntrospectionSizes.of(schema)
        self._definitions = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._fragments: dict[tuple[str, Below], Measure] = {}
        self.visited = 0

    def operation(self, node: OperationDefinitionNode) -> Measure:
        root = self._schema.get_root_type(node.operation)
        measured = self._selections(node.selection_set, root)
        return Measure(measured.depth, math.ceil(measured.cost + measured.shared))

    def _selections(
        self, selections: SelectionSetNode | None, parent: object, below: Below = DATA
    ) -> Measure:
        total = _NOTHING
        for selection in selections.selections if selections else ():
            match selection:
                case FieldNode():
                    found = self._field(selection, parent, below)
                case InlineFragmentNode(type_condition=condition):
                    inner = self._schema.get_type(condition.name.value) if condition else parent
                    found = self._selections(selection.selection_set, inner, below)
                case FragmentSpreadNode():
                    found = self._fragment(selection.name.value, below)
                case _:  # the language has no other selections
                    found = _NOTHING
            total = total.plus(found)
        return total

    def _fragment(self, name: str, below: Below) -> Measure:
        key = name, below
        if key not in self._fragments:
            self._fragments[key] = _NOTHING  # ends a circle of fragments, which another rule refuses
            fragment = self._definitions.get(name)
            if fragment is not None:
                inner = self._schema.get_type(fragment.type_condition.name.value)
                self._fragments[key] = self._selections(fragment.selection_set, inner, below)
        return self._fragments[key]

    def _field(self, node: FieldNode, parent: object, below: Below) -> Measure:
        self.visited += 1
        name = node.name.value
        field = _META.get(name) or _field_of(parent, name)
        if field is None:  # `__typename`, or a name that validation refuses
            return Measure(1, 1)
        place = f"{parent.name}.{name}" if isinstance(parent, GraphQLObjectType) else name
        here = self._introspection.below(place, below)
        if here is None:  # wrapped deeper than any type of the schema
            return Measure(1, 1)
        inner = self._selections(node.selection_set, get_named_type(field.type), here)
        if place in ITEMS_SHARED:
            shared = inner.cost * ITEMS_SHARED[place] + inner.shared
            return Measure(inner.depth + 1, 1 + self._weight(place, parent, field), shared)
        known = self._introspection.items(place, below)
        items = self._items(node, place, field) if known is None else known
        cost = 1 + self._weight(place, parent, field) + inner.cost * items
        within_portfolio = place.startswith(OF_ONE_PORTFOLIO)
        # Introspection is bounded by its cost alone: types are wrapped deeper than data is nested.
        depth = 1 if name in _META else inner.depth + 1
        return Measure(depth, cost, inner.shared * (1 if within_portfolio else items))

    def _weight(self, place: str, parent: object, field: GraphQLField) -> int:
        return COMMAND_COST if parent is self._schema.mutation_type else weight_of(place, field)

    def _items(self, node: FieldNode, place: str, field: GraphQLField) -> int:
        sizes = [name for name in SIZE_ARGUMENTS if name in field.args]
        for argument in node.arguments or ():
            if argument.name.value in sizes:
                return self._size(argument.name.value, argument.value)
        for name in sizes:
            default = coerce_default_value(field.args[name])
            if isinstance(default, int):
                return default
        if not isinstance(get_nullable_type(field.type), GraphQLList):
            return 1
        # The edges were counted at the field that has the argument for the page's length.
        return 1 if node.name.value == PAGE_EDGES else items_max_of(place, field)

    def _size(self, name: str, value: object) -> int:
        """Return the value of a size argument. Raises LIMIT_EXCEEDED outside of its range."""
        at_most = SIZE_ARGUMENTS[name] or self._limits.page_max
        if not isinstance(value, IntValueNode):
            return at_most
        digits = value.value
        if len(digits) > DIGITS_MAX or not 1 <= int(digits) <= at_most:
            message = f"`{name}` must be 1 to {at_most}."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message, node=value)
        return int(digits)


def _field_of(parent: object, name: str) -> GraphQLField | None:
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        found: GraphQLField | None = parent.fields.get(name)
        return found
    return None


def cost_of_operations(
    schema: GraphQLSchema, document: DocumentNode, limits: DocumentLimits
) -> Mapping[str | None, int]:
    """Return the cost of each operation, by its name.

    Raises LIMIT_EXCEEDED for an operation that is too deep or too costly, or has too long a page.
    """
    measuring = Measuring(schema, document, limits)
    costs: dict[str | None, int] = {}
    for node in document.definitions:
        if not isinstance(node, OperationDefinitionNode):
            continue
        measured = measuring.operation(node)
        if measured.depth > limits.depth_max:
            raise _exceeded(f"The document is {measured.depth} levels deep; {limits.depth_max} are allowed.")
        cost_max = INTROSPECTION_COST_MAX if _asks_the_schema_alone(node) else limits.cost_max
        if measured.cost > cost_max:
            raise _exceeded(f"The document costs {measured.cost:.0f}; {cost_max} is allowed.")
        costs[node.name.value if node.name else None] = int(measured.cost)
    return costs


def _asks_the_schema_alone(node: OperationDefinitionNode) -> bool:
    selections = node.selection_set.selections
    return all(isinstance(one, FieldNode) and one.name.value in _META for one in selections)


def _exceeded(message: str) -> GatewayError:
    return GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
