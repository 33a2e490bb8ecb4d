"""Media types of requests and answers, by the rules of HTTP: in any case, and with weights (`q`)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from starlette.requests import HTTPConnection, Request

from gateway.context import RequestRefusedError
from gateway.errors import ErrorCode

GRAPHQL_RESPONSE: Final = "application/graphql-response+json"
JSON: Final = "application/json"
EVENT_STREAM: Final = "text/event-stream"
_ANY: Final = ("application/*", "*/*", "")
HEADERS_CACHED: Final = 64
"""Clients send one of a few values; each was parsed before."""


def media_type(request: HTTPConnection) -> str:
    """Return the media type of the answer. Raises RequestRefusedError (406) if the client accepts none."""
    weights = accepted_types(request.headers.get("accept", "*/*"))
    any_type = _most_specific(weights, *_ANY)
    json = weights.get(JSON, any_type)
    # The specification's own type is for clients that name it, and for those that accept anything but JSON.
    ours = weights.get(GRAPHQL_RESPONSE, 0.0 if json else any_type)
    if ours and ours >= json:
        return GRAPHQL_RESPONSE
    if json:
        return JSON
    if weights.get(EVENT_STREAM):
        return GRAPHQL_RESPONSE
    raise RequestRefusedError(
        406, ErrorCode.BAD_REQUEST, f"Answers are {GRAPHQL_RESPONSE}; accept that or {JSON}."
    )


def prefers_stream(accept: str) -> bool:
    """Whether the client prefers events to JSON; urql lists streams with every query, but expects JSON."""
    accepted = accepted_types(accept)
    json = max(accepted.get(GRAPHQL_RESPONSE, 0.0), accepted.get(JSON, 0.0))
    return accepted.get(EVENT_STREAM, 0.0) > json


@lru_cache(maxsize=HEADERS_CACHED)
def accepted_types(accept: str) -> Mapping[str, float]:
    """Return the weight of each media type in an `Accept` header; 0 for one that is not accepted."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                weight = _number(value.strip())
        weights[name] = max(weight, weights.get(name, 0.0))
    return weights


def check_json_body(request: Request) -> None:
    """Raise RequestRefusedError (415) for a body of another type, in another charset, or compressed."""
    if not _is_json(request.headers.get("content-type", "")):
        raise RequestRefusedError(415, ErrorCode.BAD_REQUEST, "The body must be application/json, in UTF-8.")


@lru_cache(maxsize=HEADERS_CACHED)
def _is_json(content_type: str) -> bool:
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charsets = [
        value.strip('" ') for key, _, value in (p.partition("=") for p in parameters) if key == "charset"
    ]
    return name == JSON and all(charset in {"utf-8", "utf8"} for charset in charsets)


def media_type_or_default(request: Request) -> str:
    try:
        return media_type(request)
    except RequestRefusedError:
        return GRAPHQL_RESPONSE


def _most_specific(weights: Mapping[str, float], *names: str) -> float:
    return next((weights[name] for name in names if name in weights), 0.0)


def _number(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 1.0
