"""Health and metrics over HTTP, the same for processes that serve requests and for workers that don't."""

import json

from fastapi import APIRouter, FastAPI, Response

from kit import metrics
from kit.health import Health


def health_routes(health: Health) -> APIRouter:
    """
    Return the routes `/health/live`, `/health/ready` and `/metrics`.

    Live means that the process answers. Ready means that no check has failed; if one has, the status is 503.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    def live() -> Response:
        return _findings(health, status=200)

    @router.get("/health/ready")
    def ready() -> Response:
        return _findings(health, status=200 if health.ready() else 503)

    @router.get("/metrics")
    def exposed() -> Response:
        return Response(metrics.exposed(), media_type=metrics.CONTENT_TYPE)

    return router


def probes_app(health: Health) -> FastAPI:
    """Return the application of a worker, which answers probes and nothing else."""
    app = FastAPI(title="IPP worker", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(health_routes(health))
    return app


def _findings(health: Health, *, status: int) -> Response:
    body = json.dumps(health.as_json(), ensure_ascii=False)
    return Response(body, status_code=status, media_type="application/json")
