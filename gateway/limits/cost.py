"""Limits of a document: its depth, cost and number of tokens, measured before anything is executed."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
    get_named_type,
    get_nullable_type,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from gateway.errors import ErrorCode, GatewayError

TOKENS_MAX = 4_000
LIST_ITEMS_ASSUMED = 10
COMMAND_COST = 10
INTROSPECTION_COST = 50
PAGE_ARGUMENTS = ("first", "last")
PAGE_EDGES = "edges"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLimits:
    """The cost is the number of fields; fields below a list count once per item, a command counts ten."""

    depth_max: int
    cost_max: int
    page_max: int


@dataclass(frozen=True, slots=True)
class Measure:
    depth: int = 0
    cost: int = 0

    def plus(self, other: "Measure") -> "Measure":
        return Measure(max(self.depth, other.depth), self.cost + other.cost)


_NOTHING = Measure()


class _Measuring:
    """Measures one document, and each fragment only once, so that nested fragments can't make it slow."""

    def __init__(self, context: ValidationContext, limits: DocumentLimits) -> None:
        self._context = context
        self._limits = limits
        self._fragments: dict[str, Measure] = {}

    def operation(self, node: OperationDefinitionNode) -> Measure:
        root = self._context.schema.get_root_type(node.operation)
        measured = self._selections(node.selection_set, root)
        if node.operation is OperationType.MUTATION:
            commands = len(node.selection_set.selections)
            measured = Measure(measured.depth, measured.cost + commands * COMMAND_COST)
        return measured

    def _selections(self, selections: SelectionSetNode | None, parent: object) -> Measure:
        total = _NOTHING
        for selection in selections.selections if selections else ():
            match selection:
                case FieldNode():
                    total = total.plus(self._field(selection, parent))
                case InlineFragmentNode(type_condition=condition):
                    inner = self._context.schema.get_type(condition.name.value) if condition else parent
                    total = total.plus(self._selections(selection.selection_set, inner))
                case FragmentSpreadNode():
                    total = total.plus(self._fragment(selection.name.value))
                case _:  # the language has no other selections
                    pass
        return total

    def _fragment(self, name: str) -> Measure:
        if name not in self._fragments:
            self._fragments[name] = _NOTHING  # ends a circle of fragments, which another rule refuses
            fragment = self._context.get_fragment(name)
            if fragment is not None:
                inner = self._context.schema.get_type(fragment.type_condition.name.value)
                self._fragments[name] = self._selections(fragment.selection_set, inner)
        return self._fragments[name]

    def _field(self, node: FieldNode, parent: object) -> Measure:
        name = node.name.value
        if name.startswith("__"):  # graphql-core limits the depth of introspection
            return Measure(1, INTROSPECTION_COST if node.selection_set else 0)
        field = _field_of(parent, name)
        inner = self._selections(node.selection_set, get_named_type(field.type) if field else None)
        return Measure(inner.depth + 1, 1 + inner.cost * self._items(node, field))

    def _items(self, node: FieldNode, field: GraphQLField | None) -> int:
        for argument in node.arguments or ():
            if argument.name.value in PAGE_ARGUMENTS:
                if isinstance(argument.value, IntValueNode):
                    return max(1, abs(int(argument.value.value)))
                return self._limits.page_max
        if field is None:
            return 1
        for name in PAGE_ARGUMENTS:
            default = coerce_default_value(field.args[name]) if name in field.args else None
            if isinstance(default, int):
                return default
        # the edges were counted at the field that has the argument for the page's length
        is_list = isinstance(get_nullable_type(field.type), GraphQLList)
        return LIST_ITEMS_ASSUMED if is_list and node.name.value != PAGE_EDGES else 1


def _field_of(parent: object, name: str) -> GraphQLField | None:
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        found: GraphQLField | None = parent.fields.get(name)
        return found
    return None


def limits_rule(limits: DocumentLimits) -> type[ValidationRule]:
    """Return a validation rule that reports a document too deep or too costly, or with too long a page."""

    class LimitsRule(ValidationRule):
        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            self._measuring = _Measuring(context, limits)

        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            measured = self._measuring.operation(node)
            if measured.depth > limits.depth_max:
                self._exceeded(
                    f"The document is {measured.depth} levels deep; {limits.depth_max} are allowed."
                )
            if measured.cost > limits.cost_max:
                self._exceeded(f"The document costs {measured.cost}; {limits.cost_max} is allowed.")

        def enter_field(self, node: FieldNode, *_: Any) -> None:
            for argument in node.arguments or ():
                if argument.name.value in PAGE_ARGUMENTS and isinstance(argument.value, IntValueNode):
                    size = int(argument.value.value)
                    if not 1 <= size <= limits.page_max:
                        self._exceeded(f"`{argument.name.value}` must be 1 to {limits.page_max}.")

        def _exceeded(self, message: str) -> None:
            error: GraphQLError = GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
            self.report_error(error)

    return LimitsRule
