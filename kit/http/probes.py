"""Health and metrics over HTTP, alike for processes with an application and for workers without one."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from fastapi import APIRouter, Response

from kit import metrics
from kit.health import Health

PATHS = ("/health/live", "/health/ready", "/metrics")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeAnswer:
    status: int
    content_type: str
    body: bytes


def answer(path: str, health: Health) -> ProbeAnswer | None:
    """Answer one of `PATHS`; None for any other. Live means: it answers. Ready: no check has failed."""
    if path == "/metrics":
        return ProbeAnswer(status=200, content_type=metrics.CONTENT_TYPE, body=metrics.exposed())
    if path not in PATHS:
        return None
    status = 200 if path == "/health/live" or health.ready() else 503
    body = json.dumps(health.as_json(), ensure_ascii=False).encode()
    return ProbeAnswer(status=status, content_type="application/json", body=body)


def health_routes(health: Health) -> APIRouter:
    """Give the routes for a FastAPI application."""
    router = APIRouter(include_in_schema=False)

    def probe(path: str) -> Response:
        found = answer(path, health)
        if found is None:
            return Response(status_code=404)
        return Response(found.body, status_code=found.status, media_type=found.content_type)

    @router.get("/health/{name}")
    def health_probe(name: str) -> Response:
        return probe(f"/health/{name}")

    @router.get("/metrics")
    def metrics_probe() -> Response:
        return probe("/metrics")

    return router


@contextmanager
def serve_probes(health: Health, *, host: str, port: int) -> Iterator[int]:
    """Answer probes from a thread of its own while inside; gives the port, chosen when 0 was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answer(self.path, health)
            self.send_response(found.status if found else 404)
            self.send_header("Content-Type", found.content_type if found else "text/plain")
            self.send_header("Content-Length", str(len(found.body) if found else 0))
            self.end_headers()
            if found:
                self.wfile.write(found.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the overridden signature
            """Say nothing: a probe every few seconds is no news."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="probes", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
