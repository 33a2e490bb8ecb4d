"""Serves the pages that `web/` holds the sources of, as they were built."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

BUILT: Final = Path(__file__).parents[1] / "web" / "pages"
ZONE: Final = 'data-zone="Europe/Amsterdam"'
"""What the built page says; the organisation's own zone is put in its place."""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_NOT_BUILT: Final = "The pages are not built. `make pages` builds them.\n"


def page_routes(*, zone: str, built: Path = BUILT) -> APIRouter:
    """
    Return the routes of the pages; `zone` is the time zone in which they show moments.

    The rater's page is at `/feedback`, and at every address that begins so: some mail programs write the `#`
    of a link as `%23`, which puts the code into the path. The page moves it back.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/feedback{rest:path}")
    def feedback(rest: str) -> Response:  # noqa: ARG001 - the page reads it
        try:
            html = (built / "feedback" / "index.html").read_text(encoding="utf-8")
        except FileNotFoundError:
            return PlainTextResponse(_NOT_BUILT, status_code=503)
        return HTMLResponse(html.replace(ZONE, f'data-zone="{zone}"'), headers=_HEADERS)

    return router


def built_files(built: Path = BUILT) -> StaticFiles:
    """Return the application of the scripts and styles, whose names change with their content."""
    return StaticFiles(directory=built, check_dir=False)
