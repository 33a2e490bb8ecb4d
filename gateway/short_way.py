"""The short way: a query whose document has passed every check before, without the layers for others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType, execute
from graphql.execution.executor import Executor
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.extensions import MaxTokensLimiter, SchemaExtension
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType as Kind

from gateway.limits.documents import Accepted, AcceptedDocuments, CheckedDocument, begin, name_of

DOCUMENT_ONLY: Final = (MaxTokensLimiter, CheckedDocument)
"""Extensions that judge a document alone: one that they accepted, they accept again.

CheckedDocument also takes the cost of an operation, by `begin`, which the short way calls too.
"""
_USUAL: Final = frozenset(
    {"variable_values", "context_value", "operation_name", "operation_extensions", "allowed_operation_types"}
)
"""What may be given for an operation; with anything else, the short way is not taken."""

_IS_AWAITABLE: Final[Any] = optimized_is_awaitable


@dataclass(frozen=True, slots=True)
class Known:
    """A query of an accepted document, ready to be executed."""

    accepted: Accepted
    operation: OperationDefinitionNode


class ShortWay:
    """
    Executes queries of documents that `CheckedDocument` has accepted.

    Of strawberry's execution only what depends on the document is left out. It is closed when the schema has
    an extension that is not known to judge documents alone.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        documents: AcceptedDocuments,
        *,
        executor_class: type[Executor[Any]],
        extensions: Sequence[SchemaExtension],
    ) -> None:
        self._schema = schema
        self._documents = documents
        self._executor_class = executor_class
        self.is_open = all(type(each) in DOCUMENT_ONLY for each in extensions)

    def find(self, text: str | None, given: Mapping[str, Any]) -> Known | None:
        """Return the query to execute; None for a new document and for all that is unusual."""
        if not self.is_open or not text or not given.keys() <= _USUAL:
            return None
        if given.get("operation_extensions") is not None:
            return None
        if Kind.QUERY not in given.get("allowed_operation_types", ()):
            return None
        accepted = self._documents.get(text)
        operation = accepted.operation(given.get("operation_name")) if accepted else None
        if accepted is None or operation is None or operation.operation is not OperationType.QUERY:
            return None
        return Known(accepted, operation)

    async def execute(self, known: Known, given: Mapping[str, Any]) -> ExecutionResult:
        """Execute a query as strawberry would after its checks; its errors are not masked yet."""
        try:
            await begin(known.operation, known.accepted)
            found: Any = execute(
                self._schema,
                known.accepted.document,
                context_value=given.get("context_value"),
                variable_values=given.get("variable_values"),
                operation_name=name_of(known.operation),
                is_awaitable=_IS_AWAITABLE,
                executor_class=self._executor_class,
                operation_extensions=None,
            )
            if _IS_AWAITABLE(found):
                found = await found
        except Exception as error:  # noqa: BLE001 - each becomes an error of the answer
            refused = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
            return PreExecutionError(data=None, errors=[refused])
        return ExecutionResult(data=found.data, errors=found.errors)
