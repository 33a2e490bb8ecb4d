"""GraphQL over HTTP, SSE and WebSocket at one address: what is taken, what is refused, and how it is said."""

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any, cast

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import GraphQLError
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.streaming import SSETransport
from strawberry.schema import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from gateway.context import Context, Gateway, RequestRefusedError
from gateway.errors import ErrorCode, GatewayError, error_document
from gateway.http.media_types import GRAPHQL_RESPONSE, JSON, accepted_types, media_type, media_type_or_default
from gateway.http.query_page import graphiql_page, query_page
from gateway.limits.trusted_documents import requested_document
from gateway.masking import masked_error
from kit import metrics
from kit.errors import RequestError
from kit.http.body_limit import limited_body
from kit.ids import new_id
from kit.rate_limit import RateLimiter
from kit.telemetry import correlated

SUBSCRIPTIONS_PER_CONNECTION_MAX = 20
CALLERS_MAX = 20_000
"""Callers whose rate is remembered."""
_over_rate = metrics.counter(
    "ipp_gateway_requests_over_allowance_total", "Requests refused since their caller sent too many."
)
_took = metrics.latency(
    "ipp_gateway_request_seconds", "How long a request over HTTP took; a stream as long as it lasted."
)


class _OverWebSocket(BaseGraphQLTransportWSHandler[Context, None]):
    """The same limits for each operation of a connection as for a request over HTTP."""

    view: "GraphQLEndpoint"

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        asked = cast("dict[str, object]", message["payload"])
        try:
            if self.connection_acknowledged:
                self.view.limit_rate(self.context, cast("ASGIWebSocketAdapter", self.websocket).ws)
            text = self.view.document(asked)
        except (GatewayError, RequestRefusedError) as refused:
            error = GatewayError(refused.code, refused.message).formatted
            await self.send_message({"id": message["id"], "type": "error", "payload": [error]})
            return
        message["payload"]["query"] = text or ""
        await super().handle_subscribe(message)


class _ServerSentEvents(SSETransport):
    """For who takes no JSON: urql names streams with every query, last, and means JSON."""

    def accepts(self, accept: str) -> bool:
        return super().accepts(accept) and not accepted_types(accept) & {GRAPHQL_RESPONSE, JSON}


class GraphQLEndpoint(GraphQL[Context, None]):
    """Strawberry's ASGI view, made strict.

    POST only, no batches, bounded bodies and times, the media type of the specification, and tokens checked
    before anything is executed.
    """

    graphql_transport_ws_handler_class = _OverWebSocket

    def __init__(self, schema: BaseSchema, gateway: Gateway, *, with_page: bool) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            max_subscriptions_per_connection=SUBSCRIPTIONS_PER_CONNECTION_MAX,
        )
        self.stream_transport_classes_by_protocol = {GRAPHQL_SSE_PROTOCOL: _ServerSentEvents}
        self._gateway = gateway
        limits = gateway.limits
        self._rate = RateLimiter(
            per_minute=limits.requests_per_minute_max,
            burst=limits.requests_burst_max,
            callers_max=CALLERS_MAX,
            now_s=lambda: gateway.calendar.now().timestamp(),
        )
        self._with_page = with_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with correlated(new_id()):
            if scope["type"] == "http":
                with _took.time():
                    await self._over_http(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)

    async def _over_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, limited_body(receive, self._gateway.limits.body_bytes_max))
        try:
            response = await self._answer(request)
        except RequestRefusedError as refused:
            response = _refusal(request, refused)
        except RequestError as error:
            response = _refusal(
                request, RequestRefusedError(error.status, ErrorCode(error.code), error.sentence)
            )
        except HTTPException as refused:
            reason = refused.reason or "The request can't be read."
            response = _refusal(
                request, RequestRefusedError(refused.status_code, ErrorCode.BAD_REQUEST, reason)
            )
        except Exception as error:  # noqa: BLE001 - the client gets an answer it can read whatever went wrong
            response = _failure(request, error)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if self._with_page and wants_page:
            return _page(request)
        if request.method != "POST":
            raise RequestRefusedError(
                405, ErrorCode.BAD_REQUEST, "GraphQL is asked by POST.", headers={"Allow": "POST"}
            )
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON:
            raise RequestRefusedError(415, ErrorCode.BAD_REQUEST, "The body is application/json.")
        media_type(request)
        return await self.run(request)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        if isinstance(request, WebSocket):  # who asks over a WebSocket is told by its first message
            return Context(self._gateway, headers=request.headers)
        context = Context(self._gateway, headers=request.headers)
        try:
            await context.authenticate(request.headers)
        finally:  # who sends tokens that are refused uses up an allowance, too
            self.limit_rate(context, request)
        if isinstance(response, Response):
            response.media_type = media_type(request)
        return context

    def limit_rate(self, context: Context, connection: HTTPConnection) -> None:
        """Count one request of the caller. Raises RequestRefusedError when it is one too many."""
        person = context.identity.person if context.identity else None
        address = connection.client.host if connection.client else ""
        wait_s = math.ceil(self._rate.take(f"person {person}" if person else f"address {address}"))
        if wait_s:
            _over_rate.inc()
            message = f"You sent too many requests; the next is taken in {wait_s} s."
            headers = {"Retry-After": str(wait_s)}
            raise RequestRefusedError(429, ErrorCode.LIMIT_EXCEEDED, message, headers=headers)

    def document(self, asked: Mapping[str, object]) -> str | None:
        """Return the text that a request means. Raises GatewayError."""
        return requested_document(
            self._gateway.limits.trusted_documents,
            document_id=asked.get("documentId"),
            query=asked.get("query"),
        )

    async def on_ws_connect(self, context: Context) -> Any:
        """Take token and role from the payload of `connection_init`, named as the headers, else from those.

        A browser can't set headers on a WebSocket.
        """
        told = {str(name).lower(): str(value) for name, value in (context.connection_params or {}).items()}
        try:
            await context.authenticate({**dict(context.headers), **told})
        except RequestRefusedError as refused:
            raise ConnectionRejectionError from refused
        return await super().on_ws_connect(context)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        try:
            data = await super().parse_http_body(request)
        except AttributeError as error:  # JSON, but no object
            raise HTTPException(400, "The body is one JSON object.") from error
        if isinstance(data, list):  # strawberry refuses them before; this is for the type's sake
            raise HTTPException(400, "One operation a request.")
        try:
            data.query = self.document(json.loads(await request.get_body()))
        except GatewayError as refused:
            raise HTTPException(400, refused.message) from refused
        if not data.query:
            raise HTTPException(400, "`query` holds the document.")
        if not isinstance(data.operation_name, str | None):
            raise HTTPException(400, "`operationName` is text.")
        return data

    async def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        try:
            async with asyncio.timeout(self._gateway.limits.request_s_max):
                return await self._execute(*args, **kwargs)
        except TimeoutError:
            message = "This took too long. A command may have happened: ask `command(id:)`."
            raise RequestRefusedError(504, ErrorCode.LIMIT_EXCEEDED, message) from None

    async def _execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        try:
            return await super().execute_single(*args, **kwargs)
        except HTTPException as refused:
            if isinstance(refused.__cause__, CannotGetOperationTypeError):
                message = "`operationName` names none of the operations, or there are several."
                return PreExecutionError(data=None, errors=[GatewayError(ErrorCode.BAD_REQUEST, message)])
            raise

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        body = await super().process_result(request, result)
        if _not_executed(result):
            body.pop("data", None)  # which is not the same as null
        return body

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """Say 400 for what was not executed, to a client that knows the media type to read it by."""
        media_type = sub_response.media_type
        executed = "data" in response_data
        status = 200 if executed or media_type == JSON else 400
        return Response(self.encode_json(response_data), status_code=status, media_type=media_type)

    def decode_json(self, data: str | bytes) -> object:
        try:
            return json.loads(data)
        except (RecursionError, UnicodeDecodeError):  # nested too deeply, or no text at all
            raise json.JSONDecodeError("this is no JSON that can be read", "", 0) from None

    def encode_json(self, data: object) -> bytes | str:
        return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def _not_executed(result: ExecutionResult) -> bool:
    """Whether the document or its variables were refused: what fails while executing stands at a path."""
    refused = result.data is None and all(error.path is None for error in result.errors or ())
    return isinstance(result, PreExecutionError) or (refused and bool(result.errors))


def _page(request: Request) -> Response:
    if request.query_params.get("ide") == "graphiql":
        return HTMLResponse(graphiql_page())
    html, headers = query_page()
    return HTMLResponse(html, headers=headers)


def _failure(request: Request, error: Exception) -> Response:
    """Answer for an error outside of any field, masked as those inside are."""
    error_shown = masked_error(GraphQLError("", original_error=error))
    body = json.dumps({"errors": [error_shown.formatted]}, ensure_ascii=False)
    unavailable = (error_shown.extensions or {}).get("code") == ErrorCode.UNAVAILABLE
    return Response(body, status_code=503 if unavailable else 500, media_type=media_type_or_default(request))


def _refusal(request: Request, refused: RequestRefusedError) -> Response:
    media_type = media_type_or_default(request)
    body = json.dumps(error_document(refused.code, refused.message), ensure_ascii=False)
    headers: Mapping[str, str] = refused.headers
    return Response(body, status_code=refused.status, media_type=media_type, headers=dict(headers))
