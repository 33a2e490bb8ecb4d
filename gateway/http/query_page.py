"""The embedded profile's page for writing queries: one file of our own, which needs no internet."""

import json
import secrets
from pathlib import Path

from strawberry.http.ides import get_graphql_ide_html

from rules.access.roles import Role

PEOPLE = (
    "owner",
    "lead",
    "member",
    "hr",
    "board",
    "auditor",
    "privacy-officer",
    "working-group",
    "works-council",
    "administrator",
    "hr-feed",
)
ROLES = tuple(role.name for role in Role if role not in {Role.PUBLIC, Role.RATER})
_TEMPLATE = Path(__file__).parents[1] / "web" / "query.html"
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def query_page() -> tuple[str, dict[str, str]]:
    """Return the page, and headers that allow no script but its own."""
    nonce = secrets.token_urlsafe(16)
    html = _TEMPLATE.read_text(encoding="utf-8")
    values = {"{{nonce}}": nonce, "{{people}}": json.dumps(PEOPLE), "{{roles}}": json.dumps(ROLES)}
    for mark, value in values.items():
        html = html.replace(mark, value)
    return html, {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY.format(nonce=nonce)}


def graphiql_page() -> str:
    """Return Strawberry's GraphiQL page, which loads its code from a CDN."""
    return get_graphql_ide_html("graphiql")
