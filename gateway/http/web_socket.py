"""One WebSocket connection: each of its operations has the limits of a request over HTTP."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, Protocol, cast

import structlog
from starlette import websockets
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)

from gateway.context import Context, RequestRefusedError
from gateway.errors import GatewayError
from kit.rate_limit import RateLimiter
from kit.telemetry import traceback_summary

INIT_S_MAX: Final = timedelta(seconds=10)
"""How long a connection may stay open without a `connection_init` with a valid token."""
ID_CHARS_MAX: Final = 128
MESSAGES_PER_MINUTE_MAX: Final = 600
MESSAGES_BURST_MAX: Final = 120
"""Of one connection, pings included: they are cheap, but not free."""
CLIENT_GONE: Final = (
    WebSocketDisconnected,
    websockets.WebSocketDisconnect,
    websockets.WebSocketDisconnected,
)
"""Raised by what is sent to a client that closed the connection, or that a limit has closed."""
TOO_MANY: Final = 4429
TOKEN_EXPIRED: Final = 4403
INTERNAL_ERROR: Final = 1011
_log = structlog.get_logger("gateway")


class RequestChecks(Protocol):
    """The checks of the endpoint, which are the same over HTTP."""

    def check_identified(self, context: Context) -> None:
        """Raise RequestRefusedError for a request without a token, unless the public may ask something."""

    def document(self, payload: Mapping[str, object]) -> str | None:
        """Return the GraphQL document of a request. Raises GatewayError."""


class LimitedWebSocket(BaseGraphQLTransportWSHandler[Context, None]):
    """The protocol's handler, with limits that are checked before anything else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._messages = RateLimiter(
            per_minute=MESSAGES_PER_MINUTE_MAX, burst=MESSAGES_BURST_MAX, callers_max=1
        )
        self._closed = False

    async def handle(self) -> None:
        try:
            await super().handle()
        except Exception as error:  # noqa: BLE001 - the server would log it with its text
            await self.handle_task_exception(error)

    async def handle_connection_init_timeout(self) -> None:
        """Close a connection that has no valid token in time, also after a `connection_init` without one."""
        await asyncio.sleep(self.connection_init_wait_timeout.total_seconds())
        if self.context.identity is None:
            self.connection_timed_out = True
            with suppress(Exception):  # it may be closed already
                await self.websocket.close(code=4408, reason="No connection_init with a token came in time")

    async def handle_message(self, message: Message) -> None:
        try:
            if self._messages.take("all"):
                await self.websocket.close(code=TOO_MANY, reason="Too many messages")
            elif fault := _fault_of(message):
                await self.handle_invalid_message(fault)
            else:
                await super().handle_message(message)
        except CLIENT_GONE:
            raise
        except Exception as error:  # noqa: BLE001 - uvicorn would log the error with its text
            await self.handle_task_exception(error)
            await self.websocket.close(code=INTERNAL_ERROR, reason="Internal error")

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        if message.get("payload", {}) is None:  # null is the same as left out
            message = {"type": "connection_init"}
        clock = self.connection_init_timeout_task
        self.connection_init_timeout_task = None  # or the handler would stop it without a token
        try:
            await super().handle_connection_init(message)
        finally:
            self.connection_init_timeout_task = clock

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        payload = cast("dict[str, object]", message["payload"])
        checks = cast("RequestChecks", self.view)
        try:
            if self.connection_acknowledged:
                self.context.take_request()
                checks.check_identified(self.context)
            document = checks.document(payload)
        except (GatewayError, RequestRefusedError) as error:
            refused = GatewayError(error.code, error.message).formatted
            await self.send_message({"id": message["id"], "type": "error", "payload": [refused]})
            return
        payload |= {"query": document or "", "operationName": payload.get("operationName") or None}
        await super().handle_subscribe(message)

    async def send_message(self, message: Message) -> None:
        """Send a message; at the end of an operation whose token expired, close the connection instead.

        Else a client would think that nothing more comes: 4403 means to connect again with a new token.
        """
        if message["type"] == "complete" and self._token_expired:
            if not self._closed:
                self._closed = True
                await self.websocket.close(code=TOKEN_EXPIRED, reason="The token expired")
            return
        await super().send_message(message)

    @property
    def _token_expired(self) -> bool:
        return self.context.identity is not None and not self.context.has_valid_token()

    async def handle_task_exception(self, error: Exception) -> None:
        """Log the error's class and traceback, without its text, which may quote what a person wrote."""
        if isinstance(error, CLIENT_GONE):
            return
        _log.error("web_socket.failed", kind=type(error).__name__, where=traceback_summary(error))

    @staticmethod
    def _get_pre_execution_close_reason(error: object) -> None:
        """Return None: a document that can't be executed ends its operation, not the whole connection."""


def _fault_of(message: object) -> str | None:
    """Return what is wrong with the form of a message; None for one that can be handled."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message must be an object with a type"
    kind = message["type"]
    if kind in {"subscribe", "complete"}:
        name = message.get("id")
        if not isinstance(name, str) or not 0 < len(name) <= ID_CHARS_MAX:
            return f"`id` must be text of 1 to {ID_CHARS_MAX} characters"
    payload = message.get("payload")
    if kind == "subscribe":
        return _fault_of_request(payload)
    return None if payload is None or isinstance(payload, dict) else "`payload` must be an object"


def _fault_of_request(payload: object) -> str | None:
    if not isinstance(payload, Mapping):
        return "`payload` must be an object"
    for name, kind in (("query", str), ("operationName", str), ("variables", dict), ("extensions", dict)):
        if not isinstance(payload.get(name), kind | None):
            return f"`{name}` must be {'text' if kind is str else 'an object'}"
    return None
