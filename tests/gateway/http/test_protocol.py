"""The protocol's small print: what clients and proxies send by themselves is taken, or refused by name."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from gateway.app import create_app
from gateway.http.media_types import GRAPHQL_RESPONSE, JSON
from kit.clock import SystemClock
from kit.health import Health
from tests.gateway.harness import Harness

ASK = {"query": "{ __typename }"}
ANSWER = {"data": {"__typename": "Query"}}
EVENTS = "text/event-stream"
OTHER = "https://portal.example"


def send(harness: Harness, name: str | None = "owner", /, body: Any = ASK, **headers: str) -> httpx.Response:
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    every = {**harness.headers(name), "Content-Type": JSON, **given}
    return asyncio.run(harness.send(content=content, headers=every))


def code(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize(
    "document",
    [
        "subscription { portfolioChanged { version } }",
        "subscription S { portfolioChanged { version position } }",
        "query Q { __typename } subscription S { portfolioChanged { version } }",
    ],
)
def test_a_subscription_by_plain_post_is_refused_with_how_to_send_it(harness: Harness, document: str) -> None:
    answer = send(harness, body={"query": document, "operationName": "S" if " S" in document else None})
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")
    assert "graphql-transport-ws" in answer.text
    assert EVENTS in answer.text
    assert send(harness, None, body={"query": document}).status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"query": "{"}', json.dumps(ASK).encode(), b"\xff"])
@pytest.mark.parametrize("accept", [GRAPHQL_RESPONSE, EVENTS])
def test_without_a_token_nothing_is_read(harness: Harness, body: bytes, accept: str) -> None:
    answer = send(harness, None, body=body, Accept=accept)
    assert (answer.status_code, code(answer)) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        ("APPLICATION/GraphQL-Response+JSON", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0.5, application/json;q=0.9", JSON),
        ("application/json;q=0.5,application/graphql-response+json ; q=0.6", GRAPHQL_RESPONSE),
        ("application/graphql-response+json;q=0, application/json", JSON),
        ("application/graphql-response+json;charset=utf-8;q=1.0", GRAPHQL_RESPONSE),
        ("*/*;Q=0.1", JSON),
        ("application/json;q=0, */*", GRAPHQL_RESPONSE),
        ("application/json;q=0, application/*;q=0, */*", None),
        ("application/json;q=0", None),
        ("text/html;q=1", None),
        ("Text/Event-Stream", EVENTS),
        ("text/event-stream, application/json;q=0.2", EVENTS),
        ("text/event-stream;q=0.2, application/json", JSON),
        ("application/json;q=wrong", JSON),
    ],
)
def test_what_a_client_accepts_is_read_as_http_says(harness: Harness, accept: str, given: str | None) -> None:
    answer = send(harness, Accept=accept)
    if given is None:
        assert answer.status_code == 406
    else:
        assert answer.headers["content-type"].split(";")[0] == given


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("Application/JSON", 200),
        ("application/json; charset=UTF-8", 200),
        ('application/json;charset="utf-8"', 200),
        ("application/json; charset=utf-16", 415),
        ("application/jsonp", 415),
        ("text/plain", 415),
        ("", 415),
    ],
)
def test_the_body_is_json_whatever_the_case(harness: Harness, content_type: str, status: int) -> None:
    assert send(harness, Content_Type=content_type).status_code == status


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "zstd", "gzip, identity"])
def test_a_compressed_body_is_refused_by_name(harness: Harness, encoding: str) -> None:
    answer = send(harness, body=b"\x1f\x8b\x08", Content_Encoding=encoding)
    assert (answer.status_code, code(answer)) == (415, "BAD_REQUEST")
    assert "Content-Encoding" in answer.text
    assert send(harness, Content_Encoding="identity").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "{ __typename }", "variables": {"a": ' + b"1" * 5_000 + b"}}",
        b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}',
        b'{"query": "{ __typename \\udfff }"}',
        b'{"query": "{ a(b: \\"\xed\xa0\x80\\") }"}',
    ],
    ids=[
        "a long integer",
        "not a number",
        "half a character",
        "half of one in the text",
        "half of one in bytes",
    ],
)
def test_json_that_nothing_could_answer_is_a_bad_request(harness: Harness, body: bytes) -> None:
    answer = send(harness, body=body)
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("digits", [11, 400, 5_000])
def test_a_long_integer_in_a_document_is_a_bad_request_or_over_a_limit(harness: Harness, digits: int) -> None:
    for place in ("me { sharedWithMe(first: #) { edges { cursor } } }", "command(id: #) { version }", "a: #"):
        answer = send(harness, body={"query": "{ " + place.replace("#", "1" * digits) + " }"})
        assert code(answer) in {"BAD_REQUEST", "LIMIT_EXCEEDED"}


@pytest.mark.parametrize(("name", "answer"), [("", ANSWER), (None, ANSWER), ("x", None)])
def test_an_empty_operation_name_is_none(harness: Harness, name: str | None, answer: object) -> None:
    given = send(harness, body={**ASK, "operationName": name}).json()
    assert (given if answer else given.get("data")) == answer


APOLLO = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(b"{ __typename }").hexdigest()}}


def test_apollo_s_persisted_query_without_its_text_is_answered_as_apollo_knows_it(harness: Harness) -> None:
    answer = send(harness, body={"extensions": APOLLO})
    assert [error["message"] for error in answer.json()["errors"]] == ["PersistedQueryNotSupported"]
    assert send(harness, body={**ASK, "extensions": APOLLO}).json() == ANSWER


@pytest.mark.parametrize("persisted", [None, 1, [], {}, {"sha256Hash": 1}])
def test_a_persisted_query_of_another_form_is_a_bad_request(harness: Harness, persisted: object) -> None:
    answer = send(harness, body={"extensions": {"persistedQuery": persisted}})
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


def test_apollo_s_hash_names_a_trusted_document(harness: Harness) -> None:
    harness.limit(trusted_documents={APOLLO["persistedQuery"]["sha256Hash"]: ASK["query"]})
    assert send(harness, body={"extensions": APOLLO}).json() == ANSWER


def client(harness: Harness, *origins: str) -> Iterator[TestClient]:
    @asynccontextmanager
    async def opened() -> Any:
        yield harness.gateway

    app = create_app(
        opened, health=Health(SystemClock()), zone="Europe/Amsterdam", with_page=False, cors_origins=origins
    )
    with TestClient(app) as made:
        yield made


@pytest.fixture
def closed(harness: Harness) -> Iterator[TestClient]:
    yield from client(harness)


@pytest.fixture
def open_to_portal(harness: Harness) -> Iterator[TestClient]:
    yield from client(harness, OTHER)


@pytest.mark.parametrize("path", ["/graphql", "/graphql/"])
def test_a_slash_at_the_end_makes_no_difference(harness: Harness, closed: TestClient, path: str) -> None:
    answer = closed.post(path, json=ASK, headers=harness.headers("owner"), follow_redirects=False)
    assert answer.json() == ANSWER
    with closed.websocket_connect(
        path, subprotocols=["graphql-transport-ws"], headers=harness.headers("owner")
    ) as session:
        session.send_json({"type": "connection_init"})
        assert session.receive_json() == {"type": "connection_ack"}


def test_only_what_needs_a_layer_of_the_framework_passes_it(
    harness: Harness, closed: TestClient, open_to_portal: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[str] = []
    call = FastAPI.__call__

    async def counted(app: FastAPI, scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["path"])
        await call(app, scope, receive, send)

    monkeypatch.setattr(FastAPI, "__call__", counted)
    headers = harness.headers("owner")
    for made in (closed, open_to_portal):
        assert made.post("/graphql", json=ASK, headers=headers).json() == ANSWER
    assert closed.post("/graphql", json=ASK, headers={**headers, "Origin": OTHER}).json() == ANSWER
    assert passed == []
    assert open_to_portal.post("/graphql", json=ASK, headers={**headers, "Origin": OTHER}).json() == ANSWER
    assert closed.get("/graphql", headers=headers).status_code == 405
    assert passed == ["/graphql"] * 2


def preflight(made: TestClient, origin: str) -> Any:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,ipp-role",
    }
    return made.options("/graphql", headers=headers)


@pytest.mark.parametrize("origin", [OTHER, "https://evil.example", "null"])
def test_no_other_origin_may_call_unless_it_is_named(
    harness: Harness, closed: TestClient, open_to_portal: TestClient, origin: str
) -> None:
    for made, allowed in ((closed, False), (open_to_portal, origin == OTHER)):
        headers = {**harness.headers("owner"), "Origin": origin}
        answer = made.post("/graphql", json=ASK, headers=headers)
        expected = origin if allowed else None
        assert answer.headers.get("access-control-allow-origin") == expected
        assert preflight(made, origin).headers.get("access-control-allow-origin") == expected
        assert preflight(made, origin).is_success == allowed
