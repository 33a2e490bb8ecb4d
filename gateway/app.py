"""The gateway as an ASGI application: the GraphQL address, health, metrics, and two background tasks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI
from starlette.routing import Route, WebSocketRoute

from gateway.context import Gateway
from gateway.http.endpoint import GraphQLEndpoint
from gateway.schema import build_schema
from kit.health import Health
from kit.http.probes import health_routes

HEALTH_EVERY_S = 2.0
OpenGateway = Callable[[], AbstractAsyncContextManager[Gateway]]
"""Opens the gateway's dependencies in the serving event loop and closes them on exit."""


def create_app(
    open_gateway: OpenGateway, *, health: Health, with_page: bool, extra: APIRouter | None = None
) -> FastAPI:
    """`with_page` also serves a page for writing queries; `extra` are further routes to serve."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_gateway() as gateway:
            schema = build_schema(gateway.limits.document, suggestions=with_page)
            endpoint = GraphQLEndpoint(schema, gateway, with_page=with_page)
            app.router.routes.append(Route("/graphql", endpoint))
            app.router.routes.append(WebSocketRoute("/graphql", endpoint))
            background = [
                asyncio.create_task(gateway.freshness.run(), name="views listener"),
                asyncio.create_task(_report_health(gateway, health), name="health"),
            ]
            try:
                yield
            finally:
                for task in background:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task

    app = FastAPI(title="IPP gateway", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.include_router(health_routes(health))
    if extra is not None:
        app.include_router(extra)
    return app


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
