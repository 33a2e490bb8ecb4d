"""Whatever comes over a WebSocket is answered, within the limits of a request, and never logged."""

import asyncio
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.http import web_socket
from gateway.limits import sockets
from tests.gateway.harness import Harness

ASK = {"query": "{ __typename }"}
WRITTEN = "what-a-person-wrote"
DIGITS = "1" * 5_000


@contextmanager
def connected(harness: Harness, name: str | None = "owner", **init: Any) -> Iterator[WebSocketTestSession]:
    with opened(harness, name) as session:
        session.send_json({"type": "connection_init", **init})
        assert session.receive_json() == {"type": "connection_ack"}
        yield session


@contextmanager
def opened(harness: Harness, name: str | None = "owner") -> Iterator[WebSocketTestSession]:
    client = TestClient(harness.endpoint)
    with client.websocket_connect(
        "/graphql", subprotocols=["graphql-transport-ws"], headers=harness.headers(name)
    ) as session:
        yield session


def subscribe(name: str = "1", **payload: Any) -> dict[str, Any]:
    return {"id": name, "type": "subscribe", "payload": payload}


def answers(session: WebSocketTestSession) -> bool:
    """Whether the connection still works."""
    session.send_json(subscribe("again", **ASK))
    while (received := session.receive_json())["id"] != "again":
        pass
    return bool(received["payload"] == {"data": {"__typename": "Query"}})


def code_of_close(session: WebSocketTestSession) -> int:
    try:
        while True:
            session.receive_json()
    except WebSocketDisconnect as closed:
        return closed.code


@pytest.mark.parametrize("payload", [None, {}])
def test_an_init_with_null_is_as_one_without_a_payload(harness: Harness, payload: object) -> None:
    with connected(harness, payload=payload) as session:
        assert answers(session)


def one(**message: object) -> str:
    return json.dumps(message)


NO_MESSAGES = {
    "no JSON": "{",
    "half a character": one(type="ping\ud800"),
    "half a character in a document": one(id="1", type="subscribe", payload={"query": "{ a\ud800 }"}),
    "a long integer": one(id="1", type="subscribe", payload={"query": "{a}", "variables": {"a": 0}}).replace(
        "0}", f"{DIGITS}}}"
    ),
    "not a number": one(id="1", type="subscribe", payload={"query": "{a}", "variables": {"a": math.nan}}),
    "nesting without end": "[" * 50_000,
    "a list": "[]",
    "a text": '"x"',
    "no type": one(),
    "a type that is no text": one(type=["subscribe"]),
    "an unknown type": one(type=WRITTEN * 50),
    "no id": one(type="subscribe", payload=ASK),
    "an id that is a list": one(id=[], type="subscribe", payload=ASK),
    "an id that is very long": one(id="x" * 5_000, type="subscribe", payload=ASK),
    "an id to end that is an object": one(id={}, type="complete"),
    "no payload": one(id="1", type="subscribe"),
    "a payload that is text": one(id="1", type="subscribe", payload=WRITTEN),
    "a payload that is a list": one(id="1", type="subscribe", payload=[1]),
    "a query that is a number": one(id="1", type="subscribe", payload={"query": 1}),
    "variables that are a list": one(id="1", type="subscribe", payload={"query": "{a}", "variables": []}),
    "an init payload that is text": one(type="connection_init", payload="x"),
    "a ping payload that is a number": one(type="ping", payload=1),
}


@pytest.mark.parametrize("text", NO_MESSAGES.values(), ids=NO_MESSAGES)
def test_a_message_that_can_t_be_handled_closes_with_its_reason_and_leaves_nothing_in_the_log(
    harness: Harness, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with connected(harness) as session:
        session.send_text(text)
        assert code_of_close(session) in {4400, 4429}
    captured = "".join(capfd.readouterr())
    assert WRITTEN not in captured
    assert "error" not in captured


def test_bytes_close_the_connection(harness: Harness) -> None:
    with connected(harness) as session:
        session.send_bytes(b"\xff\xfe")
        assert code_of_close(session) == 4400


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "{ nothing }",
        "query A { __typename } query B { __typename }",
        "{ a(b: " + DIGITS + ") }",
        "x" * 40_000,
    ],
    ids=["no GraphQL", "no field", "two operations", "a long integer", "too long"],
)
def test_a_document_that_can_t_be_run_ends_its_operation_and_not_the_connection(
    harness: Harness, document: str
) -> None:
    with connected(harness) as session:
        session.send_json(subscribe(query=document))
        received = session.receive_json()
        assert (received["id"], received["type"]) == ("1", "error")
        assert received["payload"][0]["extensions"]["code"] in {"BAD_REQUEST", "LIMIT_EXCEEDED"}
        assert answers(session)


def test_an_error_of_ours_is_logged_without_its_text(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError(WRITTEN)

    monkeypatch.setattr(harness.endpoint, "document", breaks)
    with connected(harness) as session:
        session.send_json(subscribe(**ASK))
        assert code_of_close(session) == 1011
    captured = "".join(capfd.readouterr())
    assert "RuntimeError" in captured
    assert WRITTEN not in captured


@pytest.mark.parametrize(
    "gone", web_socket.CLIENT_GONE, ids=lambda kind: f"{kind.__module__}.{kind.__name__}"
)
def test_a_client_that_is_gone_before_its_connection_is_closed_is_no_error_of_ours(
    harness: Harness,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    gone: type[Exception],
) -> None:
    async def closes(*_: object, **__: object) -> None:
        raise gone

    with opened(harness) as session:
        monkeypatch.setattr(WebSocket, "close", closes)
        session.send_text("[]")  # no message: the gateway closes
    assert "web_socket.failed" not in "".join(capfd.readouterr())


def test_an_empty_operation_name_is_none(harness: Harness) -> None:
    with connected(harness) as session:
        session.send_json(subscribe(**ASK, operationName=""))
        assert session.receive_json()["payload"] == {"data": {"__typename": "Query"}}


def test_an_operation_has_the_time_of_a_request(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    harness.limit(request_s_max=0.05)

    async def endless(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(harness.gateway.reader, "subject", endless)
    with connected(harness) as session:
        session.send_json(subscribe(query="{ viewer { language } }"))
        received = session.receive_json()
        assert received["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert answers(session)


def test_without_a_token_nothing_is_read_and_the_connection_ends(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.endpoint.connection_init_wait_timeout = timedelta(seconds=0.2)
    with connected(harness, None) as session:
        session.send_json(subscribe(query="{ not even GraphQL"))
        received = session.receive_json()
        assert received["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert code_of_close(session) == 4408


@pytest.mark.parametrize("messages", [[], [{"type": "ping"}, {"type": "pong"}]])
def test_a_connection_that_never_says_who_it_is_ends(harness: Harness, messages: list[object]) -> None:
    harness.endpoint.connection_init_wait_timeout = timedelta(seconds=0.1)
    with opened(harness) as session:
        for message in messages:
            session.send_json(message)
        assert code_of_close(session) == 4408


def test_a_connection_with_a_token_stays(harness: Harness) -> None:
    harness.endpoint.connection_init_wait_timeout = timedelta(seconds=0.05)
    with connected(harness) as session:
        asyncio.run(asyncio.sleep(0.2))
        assert answers(session)


def test_messages_without_end_close_the_connection(harness: Harness) -> None:
    with connected(harness) as session:
        for _ in range(web_socket.MESSAGES_BURST_MAX + 5):
            session.send_text(json.dumps({"type": "ping"}))
        assert code_of_close(session) == web_socket.TOO_MANY


def is_refused(harness: Harness) -> bool:
    try:
        with opened(harness):
            return False
    except WebSocketDisconnect:
        return True


def test_anonymous_connections_are_limited_in_number(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "ANONYMOUS_MAX", 1)
    with connected(harness), connected(harness), opened(harness):
        assert is_refused(harness)
    with connected(harness) as session:  # the place is free again
        assert answers(session)


def test_an_address_opens_only_so_many_that_name_nobody(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So few come back in a minute that a slow machine does not see one.
    monkeypatch.setattr(sockets, "OPENED_PER_MINUTE_MAX", 1)
    harness.limit()
    for _ in range(2 * sockets.OPENED_BURST_MAX):
        with connected(harness):  # who is known costs nothing
            pass
    for _ in range(sockets.OPENED_BURST_MAX):
        with opened(harness):
            pass
    assert is_refused(harness)
