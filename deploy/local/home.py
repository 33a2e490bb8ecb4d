"""What the demo answers at `/`: where everything is, and the texts to read first."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, PlainTextResponse

from gateway.http.query_page import home_page

ROOT: Final = Path(__file__).parents[2]
TEXTS: Final = ("README.md", "docs/clients.md", "docs/privacy.md")


def home_routes(*, port: int) -> APIRouter:
    """Return the routes; `port` is where the demo is served."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def home() -> HTMLResponse:
        html, headers = home_page(port=port)
        return HTMLResponse(html, headers=headers)

    for name in TEXTS:
        router.add_api_route(f"/{name}", _text(ROOT / name), methods=["GET"])
    return router


def _text(file: Path) -> Callable[[], PlainTextResponse]:
    def text() -> PlainTextResponse:
        return PlainTextResponse(file.read_text(encoding="utf-8"))

    return text
