"""The whole schema, with the limits for every operation and the masking of errors."""

import asyncio
from contextlib import aclosing
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StreamResult
from strawberry.tools import create_type
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError

from gateway.api.discovery import MUTATIONS, QUERIES, SUBSCRIPTIONS
from gateway.context import Context, Info
from gateway.descriptions import MUTATION, QUERY, SUBSCRIPTION
from gateway.errors import ErrorCode, GatewayError
from gateway.limits.cost import TOKENS_MAX, DocumentLimits
from gateway.limits.documents import AcceptedDocuments, CheckedDocument
from gateway.limits.sharing import SharingExecutor
from gateway.limits.spending import TOOK_TOO_LONG, Spending, opened
from gateway.masking import mask_errors
from gateway.short_way import ShortWay
from gateway.types.ids import complete_ids
from gateway.types.scalars import SCALARS

Query = create_type("Query", QUERIES, description=QUERY)
Mutation = create_type("Mutation", MUTATIONS, description=MUTATION)
Subscription = create_type("Subscription", SUBSCRIPTIONS, description=SUBSCRIPTION)


class _MaskedSchema(strawberry.Schema):
    """Counts the cost of each operation, and masks the errors of every result.

    An extension would miss the errors of other extensions.
    """

    def __init__(
        self, *args: Any, limits: DocumentLimits, documents: AcceptedDocuments, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._limits = limits
        complete_ids(self._schema)
        self.short_way = ShortWay(
            self._schema, documents, executor_class=SharingExecutor, extensions=self.get_extensions()
        )

    async def execute(self, query: str | None, *args: Any, **kwargs: Any) -> ExecutionResult:
        known = None if args else self.short_way.find(query, kwargs)
        with opened(self._account(kwargs.get("context_value"))) as spending:
            try:
                ran = (
                    super().execute(query, *args, **kwargs)
                    if known is None
                    else self.short_way.execute(known, kwargs)
                )
                result: ExecutionResult = mask_errors(await ran)
            finally:
                spending.give_back()
        return result

    async def stream(self, *args: Any, **kwargs: Any) -> StreamResult:
        context = kwargs.get("context_value")
        spending = self._account(context)
        each_s_max = context.gateway.limits.request_s_max if isinstance(context, Context) else None
        results = await super().stream(*args, **kwargs)

        async def each() -> StreamResult:
            try:
                async with aclosing(results):
                    while True:
                        try:
                            yield mask_errors(await _next(results, spending, each_s_max))
                        except StopAsyncIteration:
                            return
            except Exception as error:  # noqa: BLE001 - or the stream ends without any error
                refused = error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)
                yield mask_errors(PreExecutionError(data=None, errors=[refused]))

        return each()

    def _account(self, context: object) -> Spending:
        known = context if isinstance(context, Context) else None
        return Spending(
            cost_max=self._limits.cost_max,
            answer_bytes_max=self._limits.answer_bytes_max,
            allowance=known.allowance if known else None,
            caller=known.payer if known else "",
            turns=known.turns.of(known.payer) if known and known.turns else None,
        )

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here: `masking` logs internal errors, without values that somebody sent."""


async def _next(results: Any, spending: Spending, s_max: float | None) -> Any:
    """Return the next result; a query or mutation has only one, and only `s_max` seconds for it."""
    await spending.begin_event(s_max)
    try:
        with opened(spending):
            async with asyncio.timeout(None if spending.endless else s_max) as spending.clock:
                return await anext(results)
    except TimeoutError:
        raise GatewayError(ErrorCode.LIMIT_EXCEEDED, TOOK_TOO_LONG) from None
    finally:
        spending.end_event()


def build_schema(limits: DocumentLimits, *, suggestions: bool = False) -> strawberry.Schema:
    """Build the schema; `suggestions` lets errors suggest names, which reveals the schema bit by bit."""
    documents = AcceptedDocuments()
    return _MaskedSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(
            info_class=Info, scalar_map=SCALARS, disable_field_suggestions=not suggestions
        ),
        extensions=[
            lambda: MaxTokensLimiter(max_token_count=TOKENS_MAX),
            lambda: CheckedDocument(documents, limits),
        ],
        execution_context_class=SharingExecutor,
        limits=limits,
        documents=documents,
    )


def schema_text() -> str:
    """Return the schema as it is committed in gateway/schema.graphql."""
    limits = DocumentLimits(depth_max=1, cost_max=1, page_max=1)  # not part of the text
    return build_schema(limits).as_str() + "\n"
