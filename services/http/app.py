"""
Commands over HTTP: `POST /commands/{name}` sends one, `GET /commands/{id}` returns its result.

`GET /invitation` is what a rater is asked, `GET /rounds/{round}/invited` whom a subject asked, `GET /letters`
what the confidential adviser prints: only the services know, since the vault is closed to the gateway.
`POST /audit` is a question of an auditor (rules/audit/answers.py), since the log is closed to it too.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, Protocol, TypeVar

import anyio
import anyio.to_thread
import msgspec
import structlog
from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import BadRequestError, RequestError, UnavailableError
from kit.health import Health
from kit.http.body_limit import limited_body, need_plain_body
from kit.http.probes import health_routes
from kit.ids import new_id
from kit.telemetry import correlated, traceback_summary
from rules.audit.answers import AnyAnswer, AnyQuestion
from rules.commands import CommandRequest, CommandResult
from rules.feedback.invitation import InvitationLetter, InvitedPerson, RaterInvitation
from services.handling.requests import RequestHandler
from services.handling.results import NothingAppliedError
from services.http.authentication import CallerReader

COMMANDS_AT_ONCE_MAX: Final = 64
"""The most commands handled at the same time; further requests wait."""
CORRELATION_HEADER: Final = "IPP-Correlation-Id"
CORRELATION_CHARS_MAX: Final = 64

_log = structlog.get_logger(__name__)
T = TypeVar("T")


class InThread(Protocol):
    """Runs blocking work on a thread."""

    async def __call__(self, work: Callable[[], T]) -> T: ...


class _Envelope(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The body of a command: the two fields that all mutations share, and the rest of the input."""

    command_id: str
    input: dict[str, Any]
    expected_version: int | None = None


_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_question: Callable[[bytes], AnyQuestion] = msgspec.json.Decoder(AnyQuestion).decode


def create_app(
    *, requests: RequestHandler, callers: CallerReader, health: Health, body_bytes_max: int
) -> FastAPI:
    """
    Return the application. Errors are JSON `{"code", "message"}`; 503 means that the request applied nothing.

    A refused command is not an error: it is a result, with status 200.
    """
    app = FastAPI(title="IPP commands", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_routes(health))
    at_once = anyio.CapacityLimiter(COMMANDS_AT_ONCE_MAX)

    async def in_thread(work: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(work, limiter=at_once)

    @app.post("/commands/{name}")
    async def send(name: str, request: Request) -> Response:
        need_plain_body(request.headers)
        body = await Request(request.scope, limited_body(request.receive, body_bytes_max)).body()

        def handle() -> CommandResult:
            caller = callers.read(request.headers)
            return requests.send(_command_request(name, body), person=caller.person, role=caller.role)

        return _json(200, await in_thread(handle))

    @app.get("/commands/{command_id}")
    async def result_of(command_id: str, request: Request) -> Response:
        def look_up() -> CommandResult | None:
            caller = callers.read(request.headers)
            return requests.result_of(command_id, person=caller.person, role=caller.role)

        found = await in_thread(look_up)
        return _json(200, found) if found else _error(404, "NOT_FOUND", "this command is not known here")

    _add_audit(app, requests=requests, callers=callers, in_thread=in_thread, bytes_max=body_bytes_max)
    _add_invitations(app, requests=requests, callers=callers, in_thread=in_thread)
    app.add_exception_handler(RequestError, request_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(ErrorBoundary)
    return app


def _add_invitations(
    app: FastAPI, *, requests: RequestHandler, callers: CallerReader, in_thread: InThread
) -> None:
    """Add what a rater is asked, whom a subject asked, and letters to print."""

    @app.get("/invitation")
    async def invitation(request: Request) -> Response:
        def look_up() -> RaterInvitation | None:
            caller = callers.read(request.headers)
            return requests.invitation(person=caller.person, role=caller.role)

        found = await in_thread(look_up)
        return _json(200, found) if found else _error(404, "NOT_FOUND", "this invitation is over")

    @app.get("/rounds/{round_}/invited")
    async def invited(round_: str, request: Request) -> Response:
        def look_up() -> list[InvitedPerson]:
            caller = callers.read(request.headers)
            return requests.invited(round_, person=caller.person, role=caller.role)

        return _json(200, await in_thread(look_up))

    @app.get("/letters")
    async def letters(request: Request) -> Response:
        def look_up() -> list[InvitationLetter]:
            caller = callers.read(request.headers)
            return requests.letters(person=caller.person, role=caller.role)

        return _json(200, await in_thread(look_up))


def _add_audit(
    app: FastAPI,
    *,
    requests: RequestHandler,
    callers: CallerReader,
    in_thread: InThread,
    bytes_max: int,
) -> None:
    """Add what auditors ask."""

    @app.post("/audit")
    async def audit(request: Request) -> Response:
        need_plain_body(request.headers)
        body = await Request(request.scope, limited_body(request.receive, bytes_max)).body()

        def answer() -> AnyAnswer | None:
            caller = callers.read(request.headers)
            return requests.audit(_question(body), person=caller.person, role=caller.role)

        found = await in_thread(answer)
        return _json(200, found) if found else _error(404, "NOT_FOUND", "this is not there, or not yours")


class ErrorBoundary:
    """
    Middleware: gives each request a correlation id, and handles unexpected errors.

    It logs the error's type and place, not its text, which the server would log: it may quote personal data.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        named = Headers(scope=scope).get(CORRELATION_HEADER, "")[:CORRELATION_CHARS_MAX] or new_id()
        with correlated(named):
            try:
                await self._app(scope, receive, send_noted)
            except Exception as error:  # noqa: BLE001 - nobody catches it after this
                _log.error(
                    "request.failed",
                    kind=type(error).__name__,
                    where=traceback_summary(error),
                    correlation_id=named,
                )
                if not started:
                    await _INTERNAL(scope, receive, send)


def _question(body: bytes) -> AnyQuestion:
    try:
        return _decode_question(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadRequestError(str(error)) from None


def _command_request(name: str, body: bytes) -> CommandRequest:
    try:
        envelope = _decode_envelope(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadRequestError(str(error)) from None
    return CommandRequest(
        name=name,
        command_id=envelope.command_id,
        expected_version=envelope.expected_version,
        input=envelope.input,
    )


def request_error(_request: Request, error: Exception) -> Response:
    """Return the answer to an error that is meant for the sender."""
    if not isinstance(error, RequestError):
        raise TypeError("registered for RequestError only")
    if isinstance(error, UnavailableError) and not isinstance(error, NothingAppliedError):
        error = NothingAppliedError(str(error))
    return _error(error.status, error.code, str(error))


def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
    code = "NOT_FOUND" if status == HTTPStatus.NOT_FOUND else "BAD_REQUEST"
    return _error(status, code, "there is no such address, or not with this method")


def _error(status: int, code: str, message: str) -> Response:
    headers = (
        {"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == HTTPStatus.UNAUTHORIZED else {}
    )
    body = json.dumps({"code": code, "message": message}, ensure_ascii=False)
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def _json(status: int, content: object) -> Response:
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json")


_INTERNAL: Final = _error(500, "INTERNAL", "an internal error; it is not known whether the command happened")
