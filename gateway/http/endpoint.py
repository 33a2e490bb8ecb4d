"""GraphQL over HTTP, server-sent events and WebSocket at one address: its checks and its answers."""

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
"""For so many callers the rate is counted."""
_rate_limited = metrics.counter(
    "ipp_gateway_requests_over_allowance_total", "Requests refused since their caller sent too many."
)
_request_seconds = metrics.latency(
    "ipp_gateway_request_seconds", "How long a request over HTTP took; a stream as long as it lasted."
)


class _LimitedWebSocket(BaseGraphQLTransportWSHandler[Context, None]):
    """Applies to each operation of a connection the limits of a request over HTTP."""

    view: "GraphQLEndpoint"

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        payload = cast("dict[str, object]", message["payload"])
        try:
            if self.connection_acknowledged:
                self.view.limit_rate(self.context, cast("ASGIWebSocketAdapter", self.websocket).ws)
            document = self.view.document(payload)
        except (GatewayError, RequestRefusedError) as error:
            formatted = GatewayError(error.code, error.message).formatted
            await self.send_message({"id": message["id"], "type": "error", "payload": [formatted]})
            return
        message["payload"]["query"] = document or ""
        await super().handle_subscribe(message)


class _ServerSentEvents(SSETransport):
    """Only for clients that accept no JSON: urql lists streams last with every query, and expects JSON."""

    def accepts(self, accept: str) -> bool:
        return super().accepts(accept) and not accepted_types(accept) & {GRAPHQL_RESPONSE, JSON}


class GraphQLEndpoint(GraphQL[Context, None]):
    """Strawberry's ASGI view, made stricter.

    POST only, no batches, limits for body and time, the media type of the specification, and tokens checked
    before anything is executed.
    """

    graphql_transport_ws_handler_class = _LimitedWebSocket

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
                with _request_seconds.time():
                    await self._handle_http(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)

    async def _handle_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, limited_body(receive, self._gateway.limits.body_bytes_max))
        try:
            response = await self._answer(request)
        except RequestRefusedError as error:
            response = _refusal(request, error)
        except RequestError as error:
            response = _refusal(
                request, RequestRefusedError(error.status, ErrorCode(error.code), error.sentence)
            )
        except HTTPException as error:
            reason = error.reason or "The request can't be read."
            response = _refusal(
                request, RequestRefusedError(error.status_code, ErrorCode.BAD_REQUEST, reason)
            )
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the client gets an answer that it can read
            response = _failure(request, error)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if self._with_page and wants_page:
            return _page(request)
        if request.method != "POST":
            raise RequestRefusedError(
                405, ErrorCode.BAD_REQUEST, "Send GraphQL requests by POST.", headers={"Allow": "POST"}
            )
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON:
            raise RequestRefusedError(415, ErrorCode.BAD_REQUEST, "The body must be application/json.")
        media_type(request)
        return await self.run(request)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        if isinstance(request, WebSocket):  # its first message holds the token, see `on_ws_connect`
            return Context(self._gateway, headers=request.headers)
        context = Context(self._gateway, headers=request.headers)
        try:
            await context.authenticate(request.headers)
        finally:  # requests with refused tokens count as well
            self.limit_rate(context, request)
        if isinstance(response, Response):
            response.media_type = media_type(request)
        return context

    def limit_rate(self, context: Context, connection: HTTPConnection) -> None:
        """Count one request of the caller. Raises RequestRefusedError above the rate limit."""
        person = context.identity.person if context.identity else None
        address = connection.client.host if connection.client else ""
        wait_s = math.ceil(self._rate.take(f"person {person}" if person else f"address {address}"))
        if wait_s:
            _rate_limited.inc()
            message = f"You sent too many requests; try again in {wait_s} s."
            headers = {"Retry-After": str(wait_s)}
            raise RequestRefusedError(429, ErrorCode.LIMIT_EXCEEDED, message, headers=headers)

    def document(self, payload: Mapping[str, object]) -> str | None:
        """Return the GraphQL document of a request. Raises GatewayError."""
        return requested_document(
            self._gateway.limits.trusted_documents,
            document_id=payload.get("documentId"),
            query=payload.get("query"),
        )

    async def on_ws_connect(self, context: Context) -> Any:
        """Read token and role from the payload of `connection_init`, under the names of the headers.

        A browser can't set headers on a WebSocket; where they are set, the payload overrides them.
        """
        parameters = {
            str(name).lower(): str(value) for name, value in (context.connection_params or {}).items()
        }
        try:
            await context.authenticate({**dict(context.headers), **parameters})
        except RequestRefusedError as error:
            raise ConnectionRejectionError from error
        return await super().on_ws_connect(context)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        try:
            data = await super().parse_http_body(request)
        except AttributeError as error:  # JSON, but not an object
            raise HTTPException(400, "The body must be one JSON object.") from error
        if isinstance(data, list):  # strawberry refuses a list earlier; mypy does not know
            raise HTTPException(400, "Send one operation in each request.")
        try:
            data.query = self.document(json.loads(await request.get_body()))
        except GatewayError as error:
            raise HTTPException(400, error.message) from error
        if not data.query:
            raise HTTPException(400, "`query` is missing: it holds the document.")
        if not isinstance(data.operation_name, str | None):
            raise HTTPException(400, "`operationName` must be text.")
        return data

    async def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        try:
            async with asyncio.timeout(self._gateway.limits.request_s_max):
                return await self._execute(*args, **kwargs)
        except TimeoutError:
            message = "The request took too long. Its commands may have happened: ask `command(id:)`."
            raise RequestRefusedError(504, ErrorCode.LIMIT_EXCEEDED, message) from None

    async def _execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        try:
            return await super().execute_single(*args, **kwargs)
        except HTTPException as error:
            if isinstance(error.__cause__, CannotGetOperationTypeError):
                message = "`operationName` must name one of the operations of the document."
                return PreExecutionError(data=None, errors=[GatewayError(ErrorCode.BAD_REQUEST, message)])
            raise

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        body = await super().process_result(request, result)
        if _not_executed(result):
            body.pop("data", None)  # absent is not the same as null
        return body

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """Answer 400 if the document was not executed, unless the client knows `application/json` only."""
        media_type = sub_response.media_type
        executed = "data" in response_data
        status = 200 if executed or media_type == JSON else 400
        return Response(self.encode_json(response_data), status_code=status, media_type=media_type)

    def decode_json(self, data: str | bytes) -> object:
        try:
            return json.loads(data)
        except (RecursionError, UnicodeDecodeError):  # nested too deeply, or not text
            raise json.JSONDecodeError("the body is not readable JSON", "", 0) from None

    def encode_json(self, data: object) -> bytes | str:
        return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


def _not_executed(result: ExecutionResult) -> bool:
    """Whether the document or its variables were refused; an error during execution has a path."""
    refused = result.data is None and all(error.path is None for error in result.errors or ())
    return isinstance(result, PreExecutionError) or (refused and bool(result.errors))


def _page(request: Request) -> Response:
    graphiql = request.query_params.get("ide") == "graphiql"
    html, headers = graphiql_page() if graphiql else query_page()
    return HTMLResponse(html, headers=headers)


def _failure(request: Request, error: Exception) -> Response:
    """Return the answer for an error outside of any field, masked as errors of fields are."""
    masked = masked_error(GraphQLError("", original_error=error))
    body = json.dumps({"errors": [masked.formatted]}, ensure_ascii=False)
    unavailable = (masked.extensions or {}).get("code") == ErrorCode.UNAVAILABLE
    return Response(body, status_code=503 if unavailable else 500, media_type=media_type_or_default(request))


def _refusal(request: Request, error: RequestRefusedError) -> Response:
    media_type = media_type_or_default(request)
    body = json.dumps(error_document(error.code, error.message), ensure_ascii=False)
    headers: Mapping[str, str] = error.headers
    return Response(body, status_code=error.status, media_type=media_type, headers=dict(headers))
