"""Plans: what compiling an operation gave, kept for the next time, as long as its document is."""

from collections import OrderedDict
from functools import cached_property
from typing import Any, Final
from weakref import ReferenceType, ref

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetailsList, GroupedFieldSet

from gateway.execution.slots import Run

PLANS_MAX: Final = 1_000
FIELDS_MAX: Final = 50_000
"""Of all plans of a process together, about 2.5 kB each; of what is more, the plans used longest ago go."""
USES_BEFORE: Final = 3
"""So often a document is executed as it is: compiling one takes as long as several executions save."""

Values = tuple[bool, ...]


class Plan:
    """The compiled functions of an operation, with given values of the variables of @skip and @include."""

    __slots__ = ("fields", "kept", "root", "runs", "schema", "sub_fields")

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.root: GroupedFieldSet | None = None
        self.sub_fields: dict[tuple[GraphQLObjectType, int], tuple[FieldDetailsList, CollectedFields]] = {}
        self.runs: dict[int, tuple[GroupedFieldSet, Run | None]] = {}
        """By the id of the fields, which are kept beside so that the id stays theirs."""
        self.fields = 0
        self.kept = True


class Plans:
    """The plans of a process, each found by its document; for use within one thread."""

    def __init__(self, *, uses_before: int = USES_BEFORE, fields_max: int = FIELDS_MAX) -> None:
        self._uses_before, self._fields_max = uses_before, fields_max
        self._documents: dict[int, _Known] = {}
        self._plans: OrderedDict[tuple[Any, ...], Plan] = OrderedDict()
        self.fields = 0

    def __len__(self) -> int:
        return len(self._plans)

    def find(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
    ) -> Plan | None:
        """Return the plan of an operation, empty when it is new; None if it is not to be compiled."""
        known = self._known(document)
        known.uses += 1
        if known.uses <= self._uses_before:
            return None
        flags = known.flags
        if flags is None:
            return None
        values = tuple(variables.get(name) for name in flags)
        if not all(isinstance(value, bool) for value in values):
            return None  # an error of the directive, which graphql-core writes
        key = (id(document), id(schema), id(operation), values)
        plan = self._plans.get(key)
        if plan is not None:
            self._plans.move_to_end(key)
            return plan
        known.keys.add(key)
        plan = self._plans[key] = Plan(schema)
        self._trim()
        return plan

    def count(self, plan: Plan, fields: int) -> None:
        """Count fields that were compiled for a plan."""
        if plan.kept:  # a subscription may still use one that is not
            plan.fields += fields
            self.fields += fields
            self._trim()

    def _known(self, document: DocumentNode) -> "_Known":
        key = id(document)
        known = self._documents.get(key)
        if known is None:
            known = _Known(document, lambda _: self._forget(key))
            self._documents[key] = known
        return known

    def _forget(self, document: int) -> None:
        for key in self._documents.pop(document).keys:
            self._drop(key)

    def _trim(self) -> None:
        while len(self._plans) > 1 and (len(self._plans) > PLANS_MAX or self.fields > self._fields_max):
            oldest = next(iter(self._plans))
            self._documents[oldest[0]].keys.discard(oldest)
            self._drop(oldest)

    def _drop(self, key: tuple[Any, ...]) -> None:
        plan = self._plans.pop(key)
        plan.kept = False
        self.fields -= plan.fields


class _Known:
    """A document that was executed, as long as somebody else keeps it."""

    def __init__(self, document: DocumentNode, gone: Any) -> None:
        self.document: ReferenceType[DocumentNode] = ref(document, gone)
        self.uses = 0
        self.keys: set[tuple[Any, ...]] = set()

    @cached_property
    def flags(self) -> tuple[str, ...] | None:
        """The variables that decide what is selected; None if the document is not one to compile."""
        document = self.document()
        if document is None:
            return None
        found = _Flags()
        visit(document, found)
        return tuple(sorted(found.names)) if found.is_plain else None


class _Flags(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.is_plain = True

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value in {"defer", "stream"}:
            self.is_plain = False
        elif node.name.value in {"skip", "include"}:
            variables = (each.value for each in node.arguments or () if isinstance(each.value, VariableNode))
            self.names.update(variable.name.value for variable in variables)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        if node.variable_definitions:
            self.is_plain = False
