"""Pages that are one file: the demo's, which need no internet, and Strawberry's GraphiQL, which does."""

import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from strawberry.http.ides import get_graphql_ide_html

from rules.access.roles import Role

PEOPLE: Mapping[str, Role] = {
    "owner": Role.PROFESSIONAL,
    "lead": Role.PROFESSIONAL,
    "member": Role.PROFESSIONAL,
    "hr": Role.HR,
    "board": Role.BOARD,
    "auditor": Role.AUDITOR,
    "privacy-officer": Role.PRIVACY_OFFICER,
    "working-group": Role.WORKING_GROUP,
    "works-council": Role.WORKS_COUNCIL,
    "confidential-adviser": Role.CONFIDENTIAL_ADVISER,
    "administrator": Role.ADMINISTRATOR,
    "hr-feed": Role.HR_FEED,
}
ROLES = tuple(role.name for role in Role if role not in {Role.PUBLIC, Role.RATER})
SCRIPTS = ("examples.js", "logic.js", "query.js", "schema.js")
GRAPHIQL_FROM = "https://unpkg.com"
_WEB = Path(__file__).parents[1] / "web"
_MARK = re.compile(r"\{\{(\w+)\}\}")
_CODE = re.compile(r"<(script|style|link)\b")
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
# Its editor makes styles while it runs, so those can't all be named beforehand; scripts can.
_GRAPHIQL_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'unsafe-inline' {cdn}; "
    "font-src data: {cdn}; img-src data:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

Page = tuple[str, dict[str, str]]
"""HTML, and the headers that go with it."""


def query_page() -> Page:
    """Return the page to ask from, with headers that allow no script but its own."""
    people = {name: role.name for name, role in PEOPLE.items()}
    return page_of(
        "query.html",
        style=_read("page.css") + _read("query.css"),
        script="".join(_read(name) for name in SCRIPTS),
        people=json.dumps(people),
        roles=json.dumps(ROLES),
    )


def home_page(*, port: int) -> Page:
    """Return the page that says where everything is."""
    return page_of("home.html", style=_read("page.css"), port=str(port))


def graphiql_page() -> Page:
    """Return Strawberry's GraphiQL, with headers that allow only the scripts that it names."""
    nonce = secrets.token_urlsafe(16)
    html = _CODE.sub(rf'<\1 nonce="{nonce}"', get_graphql_ide_html("graphiql"))
    return html, _headers(_GRAPHIQL_POLICY.format(nonce=nonce, cdn=GRAPHIQL_FROM))


def style_of_pages() -> str:
    """Return the style that pages share."""
    return _read("page.css")


def page_of(name: str, **marks: str) -> Page:
    """Return a page of `gateway/web` with its marks filled in, which must be safe as HTML."""
    marks["nonce"] = secrets.token_urlsafe(16)
    html = _MARK.sub(lambda mark: marks[mark[1]], _read(name))
    return html, _headers(_POLICY.format(nonce=marks["nonce"]))


def _headers(policy: str) -> dict[str, str]:
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _read(name: str) -> str:
    return (_WEB / name).read_text(encoding="utf-8")
