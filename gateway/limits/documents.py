"""Accepted documents: only these are cached, so that refused documents take no memory."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

from graphql import DocumentNode, OperationDefinitionNode, OperationType, validate
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from gateway.errors import ErrorCode, GatewayError
from gateway.limits.cost import DocumentLimits, cost_of_operations
from gateway.limits.size import check_length, check_size
from gateway.limits.spending import current_spending

CACHED_BYTES_MAX: Final = 32 * 1024 * 1024
"""Of memory, for all parsed documents that a process caches."""
CHARACTERS_PER_COST: Final = 4
"""Of a document that is not kept yet: so many are read in about the time that a field takes."""
ERRORS_MAX: Final = 10
"""That validation finds in a document: each has to be located in its text, so that many take long."""
SEVERAL_OPERATIONS: Final = "The document has several operations; name one of them in `operationName`."
BYTES_PER_CHARACTER: Final = 400
"""How much memory a parsed document takes at most for each character of its text; a test measures it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A document that passed every check, and the cost of each of its operations."""

    document: DocumentNode
    costs: Mapping[str | None, int]

    def operation(self, named: str | None) -> OperationDefinitionNode | None:
        """Return the operation to run; None without a name among several, and for a name that it has not."""
        operations = _operations(self.document, named)
        return operations[0] if len(operations) == 1 else None


class AcceptedDocuments:
    """Caches the documents used last, up to a number of bytes; for use within one event loop."""

    def __init__(self, bytes_max: int = CACHED_BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._cache: OrderedDict[str, Accepted] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._cache)

    def get(self, text: str) -> Accepted | None:
        found = self._cache.get(text)
        if found is not None:
            self._cache.move_to_end(text)
        return found

    def add(self, text: str, accepted: Accepted) -> None:
        if text in self._cache:  # two requests at once may both have accepted it
            return
        self._cache[text] = accepted
        self.bytes += _weight(text)
        while self.bytes > self._bytes_max:
            dropped, _ = self._cache.popitem(last=False)
            self.bytes -= _weight(dropped)


def _weight(text: str) -> int:
    return len(text) * BYTES_PER_CHARACTER


class CheckedDocument(SchemaExtension):
    """Lets a document be executed only after every check, the cheapest check first.

    Its length, before it is parsed; its parts and its cost, before it is validated; at last the caller's
    allowance, from which its cost is taken.
    """

    def __init__(self, documents: AcceptedDocuments, limits: DocumentLimits) -> None:
        self._documents = documents
        self._limits = limits
        self._known: Accepted | None = None

    async def on_parse(self) -> AsyncIterator[None]:
        context = self.execution_context
        text = context.query or ""
        check_length(text)
        self._known = self._documents.get(text)
        if self._known is not None:
            context.graphql_document = self._known.document
            yield
            return
        spending = current_spending()
        if spending is not None:
            spending.take(len(text) // CHARACTERS_PER_COST)
            await spending.begin()
        with _working():
            yield

    async def on_validate(self) -> AsyncIterator[None]:
        document = self.execution_context.graphql_document
        if document is not None and self._known is None:
            with _working():
                check_size(document)
                operation = self._chosen(document)
                self._known = self._accept(document)
        elif document is not None:
            operation = self._chosen(document)
        if self._known is not None and operation is not None:
            self.execution_context.pre_execution_errors = []  # validated, now or before
            await begin(operation, self._known)
        yield

    def _chosen(self, document: DocumentNode) -> OperationDefinitionNode | None:
        """Return the operation to run; of several, the one that the request names. Raises BAD_REQUEST."""
        named = self.execution_context._provided_operation_name  # noqa: SLF001 - the public one falls back
        operations = _operations(document, named)
        if named is None and len(operations) > 1:
            raise GatewayError(ErrorCode.BAD_REQUEST, SEVERAL_OPERATIONS)
        return operations[0] if operations else None

    def _accept(self, document: DocumentNode) -> Accepted | None:
        """Return the document and its costs; None if validation found errors."""
        context: Any = self.execution_context
        schema = context.schema._schema  # noqa: SLF001 - strawberry has no public name for it
        costs = cost_of_operations(schema, document, self._limits)
        rules = (*context.validation_rules, MaybeNullValidationRule, OneOfInputValidationRule)
        context.pre_execution_errors = validate(schema, document, rules, max_errors=ERRORS_MAX)
        if context.pre_execution_errors:
            return None
        accepted = Accepted(document=document, costs=costs)
        self._documents.add(context.query or "", accepted)
        return accepted


async def begin(operation: OperationDefinitionNode, accepted: Accepted) -> None:
    """Take an operation's cost from the allowance, and wait for the turn. Raises OverAllowanceError."""
    spending = current_spending()
    if spending is None:
        return
    if operation.operation is OperationType.SUBSCRIPTION:
        spending.mark_endless()  # its cost is not known before; the number of open ones is limited
    else:
        spending.hold(accepted.costs[name_of(operation)])
    await spending.begin()


def _working() -> AbstractContextManager[None]:
    """Return what measures the time that reading a document takes from everybody."""
    spending = current_spending()
    return spending.working() if spending else nullcontext()


def _operations(document: DocumentNode, named: str | None) -> list[OperationDefinitionNode]:
    """Return the operations of this name; without a name, all of them."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return [node for node in operations if named is None or name_of(node) == named]


def name_of(operation: OperationDefinitionNode) -> str | None:
    """Return the name of an operation; None if it has none."""
    return operation.name.value if operation.name else None
