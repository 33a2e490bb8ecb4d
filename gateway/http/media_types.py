"""Which media type an answer has: what the client accepts of the types that GraphQL over HTTP knows."""

from starlette.requests import HTTPConnection, Request

from gateway.context import RequestRefusedError
from gateway.errors import ErrorCode

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"


def media_type(request: HTTPConnection) -> str:
    """Choose the media type of the answer; 406 when the client takes none of ours."""
    types = accepted_types(request.headers.get("accept", "*/*"))
    if GRAPHQL_RESPONSE in types:
        return GRAPHQL_RESPONSE
    if types & {JSON, "application/*", "*/*", ""}:
        return JSON
    if "text/event-stream" in types:
        return GRAPHQL_RESPONSE
    raise RequestRefusedError(406, ErrorCode.BAD_REQUEST, f"The answer is {GRAPHQL_RESPONSE}.")


def accepted_types(accept: str) -> set[str]:
    return {part.split(";")[0].strip().lower() for part in accept.split(",")}


def media_type_or_default(request: Request) -> str:
    try:
        return media_type(request)
    except RequestRefusedError:
        return GRAPHQL_RESPONSE
