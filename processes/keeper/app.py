"""The keeper over HTTP: `POST` of JSON, for those who know one of its two secrets."""

import hmac
from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeVar

import anyio
import anyio.to_thread
import msgspec
from fastapi import FastAPI, Request, Response

from kit.errors import BadRequestError, RequestError, UnauthenticatedError
from kit.health import Health
from kit.http.body_limit import limited_body, need_plain_body
from kit.http.probes import health_routes
from kit.http.tokens import bearer_token
from processes.keeper.closing import ClosedRound, ClosingTerms
from processes.keeper.keeper import KeyStatus
from processes.keeper.wire import Figures, OfAll, OfRounds, Statuses, ToDestroy
from rules.feedback.quality import Figure
from services.feedback.http_keeper import HandInAnswer, OfRequest, OfRound
from services.feedback.keeper import HandIn, Keeper
from services.http.app import ErrorBoundary

HAND_IN_BODY_BYTES_MAX: Final = 16 * 1024
"""A sealed answer is 8,273 bytes, and a third more in base64."""
CLOSING_BODY_BYTES_MAX: Final = 512 * 1024
AT_ONCE_MAX: Final = 64
"""The most requests of services that are worked on at the same time; further ones wait."""
CLOSING_AT_ONCE_MAX: Final = 4
"""Those of the closer have their own places, so that raters who wait for the log don't hold it up."""

T = TypeVar("T")


class ClosingKeeper(Protocol):
    """What the process that closes rounds needs of the keeper; see `LocalKeeper`."""

    def close(self, terms: ClosingTerms) -> ClosedRound: ...
    def destroy(self, round_: str, *, closed: bool = False) -> None: ...
    def figures(self) -> tuple[Figure, ...]: ...
    def status_of(self, rounds: tuple[str, ...]) -> Mapping[str, KeyStatus]: ...


class WholeKeeper(Keeper, ClosingKeeper, Protocol):
    """All that the keeper does."""


def keeper_app(keeper: WholeKeeper, *, token: str, closing_token: str, health: Health) -> FastAPI:
    """
    Return the application. Errors are JSON `{"code", "message"}`.

    `token` is for the services, which make keys and hand in; `closing_token` for the process that closes
    rounds: so whatever raters can reach gets no answers out.
    """
    app = FastAPI(title="IPP keeper", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_routes(health))
    _add_routes_of_services(_Caller(app, token, AT_ONCE_MAX, HAND_IN_BODY_BYTES_MAX), keeper)
    _add_routes_of_closer(_Caller(app, closing_token, CLOSING_AT_ONCE_MAX, CLOSING_BODY_BYTES_MAX), keeper)
    app.add_exception_handler(RequestError, _request_error)
    app.add_middleware(ErrorBoundary)
    return app


class _Caller:
    """One of the two who may call, by its secret, with its own places and longest body."""

    def __init__(self, app: FastAPI, secret: str, at_once_max: int, body_bytes_max: int) -> None:
        self._app = app
        self._secret = secret
        self._places = anyio.CapacityLimiter(at_once_max)
        self._body_bytes_max = body_bytes_max

    def may(self, path: str, kind: type[T], work: Callable[[T], object]) -> None:
        """Add the route at which this caller has this work done."""
        decode = msgspec.json.Decoder(kind).decode

        async def answer(request: Request) -> Response:
            _need_secret(request, self._secret)
            need_plain_body(request.headers)
            body = await Request(request.scope, limited_body(request.receive, self._body_bytes_max)).body()
            try:
                asked = decode(body)
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                raise BadRequestError("the body is not what is sent here") from None
            result = await anyio.to_thread.run_sync(lambda: work(asked), limiter=self._places)
            return Response(msgspec.json.encode(result), media_type="application/json")

        self._app.add_api_route(path, answer, methods=["POST"], include_in_schema=False)


def _add_routes_of_services(services: _Caller, keeper: Keeper) -> None:
    services.may("/make-key", OfRound, lambda asked: keeper.make_key(asked.round))
    services.may("/hand-in", HandIn, lambda asked: HandInAnswer(outcome=keeper.hand_in(asked)))
    services.may(
        "/result",
        OfRequest,
        lambda asked: HandInAnswer(outcome=keeper.result_of(asked.round, asked.command)),
    )


def _add_routes_of_closer(closer: _Caller, keeper: ClosingKeeper) -> None:
    closer.may("/close", ClosingTerms, keeper.close)
    closer.may("/destroy", ToDestroy, lambda asked: keeper.destroy(asked.round, closed=asked.closed))
    closer.may("/figures", OfAll, lambda _: Figures(figures=keeper.figures()))
    closer.may(
        "/status",
        OfRounds,
        lambda asked: Statuses(statuses=dict(keeper.status_of(asked.rounds))),
    )


def _need_secret(request: Request, secret: str) -> None:
    given = bearer_token(request.headers) or ""
    if not hmac.compare_digest(given.encode(), secret.encode()):
        raise UnauthenticatedError("this needs the keeper's secret")


def _request_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestError):
        raise TypeError("registered for RequestError only")
    body = msgspec.json.encode({"code": error.code, "message": str(error)})
    return Response(body, status_code=error.status, media_type="application/json")
