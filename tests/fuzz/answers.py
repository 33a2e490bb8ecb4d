"""The checks for every answer: GraphQL over HTTP, no internal error, and exactly the requested shape."""

import json
from typing import Any, Final

import httpx
from graphql import GraphQLResolveInfo, build_schema, execute_sync, parse

from gateway.errors import ErrorCode
from tests.fuzz.documents import SCHEMA_FILE

JSON: Final = "application/json"
GRAPHQL: Final = "application/graphql-response+json"
_SCHEMA: Final = build_schema(SCHEMA_FILE.read_text())


def check(document: str, accept: str, answer: httpx.Response) -> None:
    """Raise AssertionError unless the answer is one that a client can rely on."""
    assert answer.status_code < 500, answer.text
    assert answer.headers["content-type"].split(";")[0] == accept
    body = answer.json()
    assert isinstance(body, dict)
    assert body.keys() <= {"data", "errors", "extensions"}
    for error in body.get("errors", ()):
        _check_error(error)
    if "errors" in body:
        assert body["errors"], "`errors` is left out rather than empty"
    if "data" not in body:
        assert "errors" in body
        assert 400 <= answer.status_code < 500 or (accept == JSON and answer.status_code == 200)
        return
    assert answer.status_code == 200
    _check_data(document, body)


def _check_error(error: dict[str, Any]) -> None:
    assert error.keys() <= {"message", "locations", "path", "extensions"}
    assert isinstance(error["message"], str)
    code = error["extensions"]["code"]
    assert code in set(ErrorCode), f"{code} is not a code that the schema lists"
    assert code != ErrorCode.INTERNAL, error
    assert code != ErrorCode.UNAVAILABLE, error
    for location in error.get("locations", ()):
        assert location["line"] >= 1
        assert location["column"] >= 1


def _check_data(document: str, body: dict[str, Any]) -> None:
    """Execute the document once more with the answer as what it reads: it must come out as it went in."""
    again = execute_sync(_SCHEMA, parse(document), root_value=body["data"] or {}, field_resolver=_value_in)
    at = [error["path"] for error in body.get("errors", ())]
    assert all(at), "an error in an answer with data has a path"
    if body["data"] is None:
        assert at
        return
    assert not again.errors, again.errors
    assert json.dumps(again.data, sort_keys=True) == json.dumps(body["data"], sort_keys=True)
    assert all(_is_null_at(body["data"], path) for path in at)


def _value_in(source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    return source[str(info.path.key)]


def _is_null_at(data: Any, path: list[str | int]) -> bool:
    """Whether there is null at the path of an error, or further up."""
    for part in path:
        if data is None:
            return True
        data = data[part]
    return data is None
