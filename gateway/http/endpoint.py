"""GraphQL over HTTP, server-sent events and WebSocket at one address: its checks and its answers."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.streaming import SSETransport
from strawberry.schema import BaseSchema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.context import Context, Gateway, RequestRefusedError
from gateway.errors import ErrorCode, GatewayError
from gateway.http.media_types import GRAPHQL_RESPONSE, JSON, check_json_body, media_type, prefers_stream
from gateway.http.query_page import graphiql_page, query_page
from gateway.http.refusals import failure, over_allowance, refusal
from gateway.http.strict_json import read_json, write_json, written
from gateway.http.web_socket import INIT_S_MAX, LimitedWebSocket
from gateway.limits.allowance import Allowance, OverAllowanceError
from gateway.limits.sockets import OpenSockets
from gateway.limits.spending import TOOK_TOO_LONG
from gateway.limits.trusted_documents import requested_document
from gateway.limits.turns import Turns
from kit import metrics
from kit.errors import RequestError
from kit.http.body_limit import limited_body, need_plain_body
from kit.ids import new_id
from kit.telemetry import correlated
from rules.access.decisions import ROOT_FIELDS
from rules.access.roles import Role

SUBSCRIPTIONS_PER_CONNECTION_MAX: Final = 20
NEEDS_TOKEN: Final = all(Role.PUBLIC not in roles for roles in ROOT_FIELDS.values())
"""While the public may ask nothing, a request without a token is refused before it is read."""
NO_STREAM: Final = (
    "Send a subscription over a WebSocket (graphql-transport-ws), or by POST with "
    "`Accept: text/event-stream`."
)
_request_seconds = metrics.latency(
    "ipp_gateway_request_seconds", "How long a request over HTTP took; a stream as long as it lasted."
)


class _ServerSentEvents(SSETransport):
    """For clients that prefer a stream of events to JSON."""

    def accepts(self, accept: str) -> bool:
        return prefers_stream(accept)


class GraphQLEndpoint(GraphQL[Context, None]):
    """Strawberry's ASGI view, made stricter.

    POST only, no batches, limits for body and time, the media type of the specification, and tokens checked
    before anything is executed.
    """

    graphql_transport_ws_handler_class = LimitedWebSocket

    def __init__(
        self,
        schema: BaseSchema,
        gateway: Gateway,
        *,
        with_page: bool,
        allowed_origins: Sequence[str] = (),
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            max_subscriptions_per_connection=SUBSCRIPTIONS_PER_CONNECTION_MAX,
            connection_init_wait_timeout=INIT_S_MAX,
            allowed_origins=allowed_origins,
        )
        self.stream_transport_classes_by_protocol = {GRAPHQL_SSE_PROTOCOL: _ServerSentEvents}
        for transport in self._stream_transport_map.values():
            transport.heartbeat_interval = gateway.limits.ping_s
        self._gateway = gateway
        limits = gateway.limits
        self._allowance = Allowance(
            per_minute=limits.requests_per_minute_max,
            burst=limits.requests_burst_max,
            request_cost=limits.request_cost,
            now_s=lambda: gateway.calendar.now().timestamp(),
        )
        self._turns = Turns()
        self._sockets = OpenSockets()
        self._with_page = with_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with correlated(new_id()):
            if scope["type"] == "http":
                with _request_seconds.time():
                    await self._handle_http(scope, receive, send)
            else:
                await self._handle_web_socket(scope, receive, send)

    async def _handle_web_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._sockets.opened_by(_address(HTTPConnection(scope))) as socket:
                scope["ipp.socket"] = socket
                await super().__call__(scope, receive, send)
        except GatewayError:
            await send({"type": "websocket.close", "code": 1013})  # before it was accepted: HTTP 403

    async def _handle_http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, limited_body(receive, self._gateway.limits.body_bytes_max))
        try:
            response = await self._answer(request)
        except RequestRefusedError as error:
            response = refusal(request, error)
        except OverAllowanceError as error:
            response = refusal(request, over_allowance(error))
        except RequestError as error:
            response = refusal(
                request, RequestRefusedError(error.status, ErrorCode(error.code), error.sentence)
            )
        except HTTPException as error:
            reason = error.reason or "The request can't be read."
            response = refusal(request, RequestRefusedError(error.status_code, ErrorCode.BAD_REQUEST, reason))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the client gets an answer that it can read
            response = failure(request, error)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        if self._with_page and wants_page:
            return _page(request)
        if request.method != "POST":
            raise RequestRefusedError(
                405, ErrorCode.BAD_REQUEST, "Send GraphQL requests by POST.", headers={"Allow": "POST"}
            )
        check_json_body(request)
        need_plain_body(request.headers)
        answer_type = media_type(request)
        context = await self.get_context(request)
        if prefers_stream(request.headers.get("accept", "")):
            return await self.run(request, context=context)
        data = await self.parse_http_body(self.request_adapter_class(request))
        result = await self._execute(data, context)
        return _response(await self.process_result(request, result), answer_type)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response = await super().get_sub_response(request)
        response.media_type = media_type(request)
        return response

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket | None = None,  # noqa: ARG002 - strawberry's own
    ) -> Context:
        context = Context(
            self._gateway,
            headers=request.headers,
            allowance=self._allowance,
            turns=self._turns,
            address=_address(request),
        )
        if isinstance(request, WebSocket):  # its first message holds the token, see `on_ws_connect`
            context.socket = request.scope.get("ipp.socket")
            return context
        try:
            await context.authenticate(request.headers)
        finally:  # requests with refused tokens count as well
            context.take_request()
        self.check_identified(context)
        return context

    def check_identified(self, context: Context) -> None:
        """Raise RequestRefusedError (401) without a token, unless the public may ask something."""
        if NEEDS_TOKEN and context.identity is None:
            raise RequestRefusedError(
                401,
                ErrorCode.UNAUTHENTICATED,
                "This needs a bearer token: `Authorization: Bearer <token>`.",
                headers={"WWW-Authenticate": "Bearer"},
            )

    def document(self, payload: Mapping[str, object]) -> str | None:
        """Return the GraphQL document of a request. Raises GatewayError."""
        return requested_document(self._gateway.limits.trusted_documents, payload)

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
        if context.socket is not None and context.identity is not None:
            context.socket.identified()
        return await super().on_ws_connect(context)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        payload = self.parse_json(await request.get_body())
        if not isinstance(payload, dict):
            raise HTTPException(400, "The body must be one JSON object: send one operation in each request.")
        for name, kind in (("operationName", str), ("variables", dict), ("extensions", dict)):
            if not isinstance(payload.get(name), kind | None):
                raise HTTPException(400, f"`{name}` must be {'text' if kind is str else 'an object'}.")
        try:
            query = self.document(payload)
        except GatewayError as error:
            raise HTTPException(400, error.message) from error
        if not query:
            raise HTTPException(400, "`query` is missing: it holds the document.")
        events = prefers_stream(request.headers.get("accept", ""))
        return GraphQLRequestData(
            query=query,
            variables=payload.get("variables"),
            operation_name=payload.get("operationName") or None,  # an empty name is the same as no name
            extensions=payload.get("extensions"),
            protocol="sse" if events else "http",
        )

    async def _execute(self, data: GraphQLRequestData, context: Context) -> ExecutionResult:
        """Execute a query or mutation within its time. Raises RequestRefusedError, OverAllowanceError."""
        try:
            async with asyncio.timeout(self._gateway.limits.request_s_max):
                result = await self._executed(data, context)
        except TimeoutError:
            raise RequestRefusedError(504, ErrorCode.LIMIT_EXCEEDED, TOOK_TOO_LONG) from None
        for error in result.errors or ():
            if isinstance(error, OverAllowanceError):
                raise error
        return result

    async def _executed(self, data: GraphQLRequestData, context: Context) -> ExecutionResult:
        try:
            return await self.schema.execute(
                data.query,
                variable_values=data.variables,
                context_value=context,
                operation_name=data.operation_name,
                allowed_operation_types=(OperationType.QUERY, OperationType.MUTATION),
                operation_extensions=data.extensions,
            )
        except CannotGetOperationTypeError:
            message = "`operationName` must name one of the operations of the document."
        except InvalidOperationTypeError:
            message = NO_STREAM
        return PreExecutionError(data=None, errors=[GatewayError(ErrorCode.BAD_REQUEST, message)])

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        body = await super().process_result(request, result)
        if _not_executed(result):
            body.pop("data", None)  # absent is not the same as null
        return body

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        return _response(response_data, sub_response.media_type or GRAPHQL_RESPONSE)

    def decode_json(self, data: str | bytes) -> object:
        return read_json(data)

    def encode_json(self, data: object) -> bytes | str:
        return write_json(data)


def _response(data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], answer_type: str) -> Response:
    """Answer 400 if the document was not executed, unless the client knows `application/json` only."""
    status = 200 if "data" in data or answer_type == JSON else 400
    return Response(written(data), status_code=status, media_type=answer_type)


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def _not_executed(result: ExecutionResult) -> bool:
    """Whether the document or its variables were refused; an error during execution has a path."""
    refused = result.data is None and all(error.path is None for error in result.errors or ())
    return isinstance(result, PreExecutionError) or (refused and bool(result.errors))


def _page(request: Request) -> Response:
    graphiql = request.query_params.get("ide") == "graphiql"
    html, headers = graphiql_page() if graphiql else query_page()
    return HTMLResponse(html, headers=headers)
