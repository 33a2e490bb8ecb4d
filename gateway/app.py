"""The gateway as an application: the GraphQL address, health and metrics, and what runs beside them."""

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
Start = Callable[[], AbstractAsyncContextManager[Gateway]]
"""Opens what the gateway stands on, in the loop that serves it, and closes it again."""


def create_app(start: Start, *, health: Health, with_page: bool, extra: APIRouter | None = None) -> FastAPI:
    """`with_page` also serves a page to ask from; `extra` is the development issuer's, where there is one."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with start() as gateway:
            schema = build_schema(gateway.limits.document, suggestions=with_page)
            endpoint = GraphQLEndpoint(schema, gateway, with_page=with_page)
            app.router.routes.append(Route("/graphql", endpoint))
            app.router.routes.append(WebSocketRoute("/graphql", endpoint))
            beside = [
                asyncio.create_task(gateway.freshness.run(), name="views listener"),
                asyncio.create_task(_watch(gateway, health), name="health"),
            ]
            try:
                yield
            finally:
                for task in beside:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task

    app = FastAPI(title="IPP gateway", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.include_router(health_routes(health))
    if extra is not None:
        app.include_router(extra)
    return app


async def _watch(gateway: Gateway, health: Health) -> None:
    """Report what the gateway stands on; degraded still serves, and says what is missing."""
    while True:
        try:
            await gateway.freshness.generation()
        except Exception as error:  # noqa: BLE001 - any reason the views can't be read is the same to who asks
            health.report(
                "reads", ok=False, degraded=True, sentence=f"views can't be read ({type(error).__name__})"
            )
        else:
            health.report("reads", ok=True, sentence="views can be read")
        listening = gateway.freshness.listening
        sentence = "is told when views move" if listening else "looks once a second whether views moved"
        health.report("freshness", ok=listening, degraded=True, sentence=sentence)
        await asyncio.sleep(HEALTH_EVERY_S)
