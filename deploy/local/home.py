"""What the demo answers at `/`: where everything is, and the texts of the repository as pages."""

import posixpath
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from gateway.http.about import html_of
from gateway.http.query_page import home_page, page_of, style_of_pages

ROOT: Final = Path(__file__).parents[2]
READ_FIRST: Final = ("README.md", "docs/clients.md", "docs/privacy.md")
TEXTS: Final = frozenset(
    file.relative_to(ROOT).as_posix() for pattern in ("*.md", "docs/**/*.md") for file in ROOT.glob(pattern)
)
_PICTURE: Final = re.compile(r'<img [^>]*alt="([^"]*)"[^>]*>')


def home_routes(*, port: int) -> APIRouter:
    """Return the routes; `port` is where the demo is served."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def home() -> HTMLResponse:
        html, headers = home_page(port=port)
        return HTMLResponse(html, headers=headers)

    for name in sorted(TEXTS):
        router.add_api_route(f"/{name}", _page(name), methods=["GET"])
    return router


def _page(name: str) -> Callable[[], HTMLResponse]:
    def page() -> HTMLResponse:
        # The page shows no pictures, so their words take their place.
        markdown = _PICTURE.sub(r"*Picture: \1.*", (ROOT / name).read_text(encoding="utf-8"))
        title, text = html_of(markdown, partial(_path_of, name))
        html, headers = page_of("about.html", style=style_of_pages(), title=title, text=text)
        return HTMLResponse(html, headers=headers)

    return page


def _path_of(name: str, file: str) -> str | None:
    """Return where a file that the text `name` links to is served; None if it is no text."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), file))
    return f"/{path}" if path in TEXTS else None
