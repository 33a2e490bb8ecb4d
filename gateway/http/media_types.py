"""Chooses the media type of an answer: one that the client accepts, of those of GraphQL over HTTP."""

from starlette.requests import HTTPConnection, Request

from gateway.context import RequestRefusedError
from gateway.errors import ErrorCode

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"


def media_type(request: HTTPConnection) -> str:
    """Return the media type of the answer. Raises RequestRefusedError (406) if the client accepts none."""
    types = accepted_types(request.headers.get("accept", "*/*"))
    if GRAPHQL_RESPONSE in types:
        return GRAPHQL_RESPONSE
    if types & {JSON, "application/*", "*/*", ""}:
        return JSON
    if "text/event-stream" in types:
        return GRAPHQL_RESPONSE
    raise RequestRefusedError(
        406, ErrorCode.BAD_REQUEST, f"Answers are {GRAPHQL_RESPONSE}; accept that or {JSON}."
    )


def accepted_types(accept: str) -> set[str]:
    return {part.split(";")[0].strip().lower() for part in accept.split(",")}


def media_type_or_default(request: Request) -> str:
    try:
        return media_type(request)
    except RequestRefusedError:
        return GRAPHQL_RESPONSE
