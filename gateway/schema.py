"""The whole schema, with the limits for every operation and the masking of errors."""

from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import (
    AddValidationRules,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StreamResult
from strawberry.tools import create_type
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError

from gateway.api.discovery import MUTATIONS, QUERIES, SUBSCRIPTIONS
from gateway.context import Info
from gateway.descriptions import MUTATION, QUERY, SUBSCRIPTION
from gateway.errors import ErrorCode, GatewayError
from gateway.limits.cost import TOKENS_MAX, DocumentLimits, limits_rule
from gateway.limits.size import DocumentSize
from gateway.masking import mask_errors
from gateway.types.scalars import SCALARS

CACHED_DOCUMENTS_MAX = 500

Query = create_type("Query", QUERIES, description=QUERY)
Mutation = create_type("Mutation", MUTATIONS, description=MUTATION)
Subscription = create_type("Subscription", SUBSCRIPTIONS, description=SUBSCRIPTION)


class _OneOperation(SchemaExtension):
    """Refuses a document of several operations without `operationName`; strawberry would run the first."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        definitions = document.definitions if document else ()
        operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        named = context._provided_operation_name  # noqa: SLF001 - the public property falls back on the first
        if named is None and len(operations) > 1:
            raise GatewayError(
                ErrorCode.BAD_REQUEST,
                "The document has several operations; name one of them in `operationName`.",
            )
        yield


class _MaskedSchema(strawberry.Schema):
    """Masks the errors of every result; an extension would miss the errors of other extensions."""

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        result: ExecutionResult = mask_errors(await super().execute(*args, **kwargs))
        return result

    async def stream(self, *args: Any, **kwargs: Any) -> StreamResult:
        results = await super().stream(*args, **kwargs)

        async def each() -> StreamResult:
            try:
                async with aclosing(results):
                    async for result in results:
                        yield mask_errors(result)
            except Exception as error:  # noqa: BLE001 - or the stream ends without any error
                refused = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
                yield mask_errors(PreExecutionError(data=None, errors=[refused]))

        return each()

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here: `masking` logs internal errors, without values that somebody sent."""


def build_schema(limits: DocumentLimits, *, suggestions: bool = False) -> strawberry.Schema:
    """Build the schema; `suggestions` lets errors suggest names, which reveals the schema bit by bit."""
    rule = limits_rule(limits)
    return _MaskedSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(
            info_class=Info, scalar_map=SCALARS, disable_field_suggestions=not suggestions
        ),
        extensions=[
            DocumentSize,
            _OneOperation,
            lambda: MaxTokensLimiter(max_token_count=TOKENS_MAX),
            lambda: ParserCache(maxsize=CACHED_DOCUMENTS_MAX),
            lambda: AddValidationRules([rule]),
            lambda: ValidationCache(maxsize=CACHED_DOCUMENTS_MAX),
        ],
    )


def schema_text() -> str:
    """Return the schema as it is committed in gateway/schema.graphql."""
    limits = DocumentLimits(depth_max=1, cost_max=1, page_max=1)  # not part of the text
    return build_schema(limits).as_str() + "\n"
