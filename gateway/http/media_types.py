"""Which media types a request and its answer have, by the rules of HTTP: any case, and weights (`q`)."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import HTTPConnection, Request

from gateway.context import RequestRefusedError
from gateway.errors import ErrorCode

GRAPHQL_RESPONSE: Final = "application/graphql-response+json"
JSON: Final = "application/json"
EVENT_STREAM: Final = "text/event-stream"
_ANY_JSON: Final = (JSON, "application/*", "*/*", "")


def media_type(request: HTTPConnection) -> str:
    """Choose the media type of the answer; 406 when the client takes none of ours."""
    accepted = accepted_types(request.headers.get("accept", "*/*"))
    ours, plain = accepted.get(GRAPHQL_RESPONSE, 0.0), _weight_of_json(accepted)
    if ours and ours >= plain:
        return GRAPHQL_RESPONSE
    if plain:
        return JSON
    if EVENT_STREAM in accepted:
        return GRAPHQL_RESPONSE
    raise RequestRefusedError(
        406, ErrorCode.BAD_REQUEST, f"Answers are {GRAPHQL_RESPONSE}; accept that or {JSON}."
    )


def prefers_stream(accept: str) -> bool:
    """Whether events are liked better than JSON: urql names streams with every query, and means JSON."""
    accepted = accepted_types(accept)
    json = max(accepted.get(GRAPHQL_RESPONSE, 0.0), accepted.get(JSON, 0.0))
    return accepted.get(EVENT_STREAM, 0.0) > json


def accepted_types(accept: str) -> Mapping[str, float]:
    """Return the weight of each media type that a header `Accept` names, without those of weight 0."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                weight = _number(value.strip())
        weights[name] = max(weight, weights.get(name, 0.0))
    return {name: weight for name, weight in weights.items() if weight > 0}


def need_json_body(request: Request) -> None:
    """Raise RequestRefusedError (415) for a body of another type, in another charset, or compressed."""
    name, *parameters = (
        piece.strip().lower() for piece in request.headers.get("content-type", "").split(";")
    )
    charsets = [
        value.strip('" ') for key, _, value in (p.partition("=") for p in parameters) if key == "charset"
    ]
    if name != JSON or any(charset not in {"utf-8", "utf8"} for charset in charsets):
        raise RequestRefusedError(415, ErrorCode.BAD_REQUEST, "The body must be application/json, in UTF-8.")


def media_type_or_default(request: Request) -> str:
    try:
        return media_type(request)
    except RequestRefusedError:
        return GRAPHQL_RESPONSE


def _weight_of_json(accepted: Mapping[str, float]) -> float:
    # The most specific of what names JSON counts: `application/json;q=0, */*` takes none.
    return next((accepted[name] for name in _ANY_JSON if name in accepted), 0.0)


def _number(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 1.0
