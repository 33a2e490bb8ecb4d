"""Health and metrics over HTTP, the same for processes that serve requests and for workers that don't."""

import json

from fastapi import APIRouter, FastAPI, Response

from kit import metrics
from kit.health import Health
from kit.http.server import serve
from kit.lifecycle import Loop


def health_routes(health: Health) -> APIRouter:
    """
    Return the routes `/health/live` and `/health/ready`.

    Live means that the process answers. Ready means that no check has failed; if one has, the status is 503.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    def live() -> Response:
        return _findings(health, status=200)

    @router.get("/health/ready")
    def ready() -> Response:
        return _findings(health, status=200 if health.ready() else 503)

    return router


def probes_app(health: Health) -> FastAPI:
    """
    Return the application of the probes' port, which every process has: health and `/metrics`.

    Metrics are on no other port: who calls a service, or reaches the gateway from outside, may not count what
    others do.
    """
    app = FastAPI(title="IPP probes", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_routes(health))

    @app.get("/metrics", include_in_schema=False)
    def exposed() -> Response:
        return Response(metrics.exposed(), media_type=metrics.CONTENT_TYPE)

    return app


def probes_loop(health: Health, *, host: str, port: int) -> Loop:
    """Return the loop that serves the probes at this address."""
    app = probes_app(health)
    return lambda stop: serve(app, host=host, port=port, stop=stop)


def _findings(health: Health, *, status: int) -> Response:
    body = json.dumps(health.as_json(), ensure_ascii=False)
    return Response(body, status_code=status, media_type="application/json")
