"""Documents that are costly to read, to check or to answer, each in a request of its own."""

import json
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

from tests.e2e.attacks.target import ANSWER_S_MAX, PATH, Target, numbers, times

_MOMENT: Final = "2026-01-01T00:00:00Z"
BY_FRAGMENTS: Final = (
    "{" + times(3, "r#:__schema{...A}") + "}"
    " fragment A on __Schema{" + times(3, "t#:types{...B}") + "}"
    " fragment B on __Type{" + times(3, "f#:fields{...C}") + "}"
    " fragment C on __Field{" + times(3, "g#:args{...D}") + "} fragment D on __InputValue{name}"
)
# Names differ everywhere: equal ones are compared in pairs, which has a limit of its own.
_PAST: Final = f'a#: portfolio(asOf: "{_MOMENT}") {{ v#: version t#: talents {{ i#: id }} }}'
_LONG_LIST: Final = "a#: timeline(first: 100) { e#: edges { n#: node { i#: id s#: summary { l#: nl } } } }"
MANY_PASTS: Final = "{ me { " + times(200, _PAST) + " } }"
ALLOWED_PASTS: Final = "{ me { " + times(20, _PAST) + " } }"
# As costly as a document may be.
MANY_LISTS: Final = "{ me { portfolio { " + times(60, _LONG_LIST) + " } } }"
FORGED: Final = "e30.e30.e30"


def answer_of(target: Target, request: dict[str, Any], *, token: str | None = None) -> dict[str, Any]:
    """Send a request and return the answer's JSON, with its status. Raises OSError or HTTPException."""
    return _posted(target, json.dumps(request).encode(), target.token if token is None else token)


def _posted(target: Target, body: bytes, token: str) -> dict[str, Any]:
    connection = HTTPConnection(target.host, target.port, timeout=ANSWER_S_MAX)
    headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.sock = target.connect()
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        read = answer.read()
        return {"status": answer.status, **(json.loads(read) if read.startswith(b"{") else {})}
    finally:
        connection.close()


def post(target: Target, body: bytes, *, token: str | None = None) -> str:
    """Send a body and return the status, and the code of the first error."""
    try:
        answer = _posted(target, body, target.token if token is None else token)
    except (OSError, HTTPException) as error:
        return type(error).__name__
    errors = answer.get("errors")
    return f"{answer['status']} {errors[0]['extensions']['code'] if errors else ''}".strip()


def posted(document: str, *, token: str | None = None) -> Callable[[Target], str]:
    """Return what sends this document and gives the status and code of the answer."""
    body = json.dumps({"query": document}).encode()
    return lambda target: post(target, body, token=token)


def refused_documents(target: Target) -> str:
    """Send a document of 480 mistakes."""
    fields = times(480, f"nothing{next(numbers)}x#: nobodyKnowsThisField")
    return posted("{ " + fields + " }")(target)


def accepted_documents(target: Target) -> str:
    """Send a document of 450 good fields, which has to be read and checked."""
    return posted("{ " + times(450, f"n{next(numbers)}x#: __typename") + " }")(target)


def long_numbers(target: Target) -> str:
    return posted("{ me { sharedWithMe(first: " + "1" * 5_000 + ") { edges { cursor } } } }")(target)


def deep_json(target: Target) -> str:
    """Send the largest body that is allowed, which is no request."""
    return post(target, b"[" * 250_000)
