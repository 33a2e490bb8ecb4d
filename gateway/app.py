"""The gateway as an ASGI application: the GraphQL address, health, metrics, and the background tasks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from gateway.context import Gateway
from gateway.http.about import about_routes
from gateway.http.endpoint import GraphQLEndpoint
from gateway.http.pages import built_files, page_routes
from gateway.schema import build_schema
from kit.health import Health
from kit.http.probes import health_routes
from rules.access.roles import ROLE_HEADER

HEALTH_EVERY_S = 2.0
PATHS: Final = ("/graphql", "/graphql/")
CORS_HEADERS: Final = ("Authorization", "Content-Type", ROLE_HEADER)
CORS_AGE_S: Final = 600
"""How long a browser may remember what it was allowed."""
OpenGateway = Callable[[], AbstractAsyncContextManager[Gateway]]
"""Opens the gateway's dependencies in the serving event loop and closes them on exit."""


class _Application(FastAPI):
    """FastAPI with its routes; a GraphQL request that needs none of its layers passes none."""

    graphql: GraphQLEndpoint | None = None
    from_other_origins = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.graphql is not None and self._is_graphql(scope):
            await self.graphql(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def _is_graphql(self, scope: Scope) -> bool:
        """Whether it is a request that no middleware has to look at: a page's needs the headers of CORS."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in PATHS:
            return False
        return not (self.from_other_origins and any(name == b"origin" for name, _ in scope["headers"]))


def create_app(
    open_gateway: OpenGateway,
    *,
    health: Health,
    zone: str,
    with_page: bool,
    extra: APIRouter | None = None,
    cors_origins: Sequence[str] = (),
) -> FastAPI:
    """`with_page` also serves a page for writing queries; `extra` are further routes to serve.

    Pages show moments in `zone`. `cors_origins` are the other origins whose pages may call it in a browser.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with open_gateway() as gateway:
            schema = build_schema(gateway.limits.document, suggestions=with_page)
            endpoint = GraphQLEndpoint(schema, gateway, with_page=with_page, allowed_origins=cors_origins)
            # The first, since routes are tried one after the other.
            app.router.routes[:0] = [
                route for path in PATHS for route in (Route(path, endpoint), WebSocketRoute(path, endpoint))
            ]
            app.graphql = endpoint
            async with _in_background(
                gateway.freshness.run(),
                gateway.portfolios.run(gateway.freshness),
                _report_health(gateway, health),
            ):
                yield

    app = _Application(
        title="IPP gateway", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    for routes in (health_routes(health), page_routes(zone=zone), about_routes()):
        app.include_router(routes)
    app.mount("/pages", built_files())
    if extra is not None:
        app.include_router(extra)
    if cors_origins:
        app.from_other_origins = True
        app.add_middleware(
            CORSMiddleware,
            allow_origins=cors_origins,
            allow_methods=["POST"],
            allow_headers=CORS_HEADERS,
            expose_headers=["Retry-After"],
            max_age=CORS_AGE_S,
        )
    return app


@asynccontextmanager
async def _in_background(*running: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these while the block does, and cancel them at its end."""
    tasks = [asyncio.create_task(one) for one in running]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _report_health(gateway: Gateway, health: Health) -> None:
    """Report the health of the gateway's dependencies for ever; a degraded gateway still serves."""
    while True:
        try:
            await gateway.freshness.generation()
        except Exception as error:  # noqa: BLE001 - whatever the reason, the views can't be read
            health.report(
                "reads", ok=False, degraded=True, sentence=f"views can't be read ({type(error).__name__})"
            )
        else:
            health.report("reads", ok=True, sentence="views can be read")
        listening = gateway.freshness.listening
        sentence = "listening for view updates" if listening else "reading view positions every second"
        health.report("freshness", ok=listening, degraded=True, sentence=sentence)
        await asyncio.sleep(HEALTH_EVERY_S)
