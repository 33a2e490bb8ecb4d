"""A caller who sends too many requests learns when to try again; other callers notice nothing."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from starlette.testclient import TestClient

from tests.gateway.harness import Harness

ASK = {"query": "{ __typename }"}


@pytest.fixture
def harness(harness: Harness) -> Harness:
    harness.limit(requests_per_minute_max=20, requests_burst_max=3)
    return harness


def send(harness: Harness, name: str | None, **headers: str) -> httpx.Response:
    return asyncio.run(harness.send(json=ASK, headers={**harness.headers(name), **headers}))


def test_a_request_over_the_limit_is_429_and_says_when_to_try_again(harness: Harness) -> None:
    assert [send(harness, "owner").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = send(harness, "owner")
    assert refused.headers["retry-after"] == "3"
    assert refused.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    harness.clock.advance(timedelta(seconds=3))
    assert [send(harness, "owner").status_code for _ in range(2)] == [200, 429]


def test_each_person_has_a_limit_of_their_own_and_so_has_an_address(harness: Harness) -> None:
    for _ in range(4):
        send(harness, "owner")
    assert send(harness, "hr").status_code == 200
    assert [send(harness, None).status_code for _ in range(4)] == [401, 401, 401, 429]


def test_tokens_that_are_refused_count_for_the_limit_of_their_address(harness: Harness) -> None:
    statuses = [send(harness, None, Authorization="Bearer forged").status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]


def test_operations_over_a_web_socket_count_as_requests(harness: Harness) -> None:
    with TestClient(harness.endpoint).websocket_connect(
        "/graphql", subprotocols=["graphql-transport-ws"], headers=harness.headers("owner")
    ) as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json()["type"] == "connection_ack"
        for number in range(5):
            socket.send_json({"id": str(number), "type": "subscribe", "payload": ASK})
            received = socket.receive_json()
            if number < 3:
                assert received["type"] == "next"
                assert socket.receive_json()["type"] == "complete"
            else:
                assert received["type"] == "error"
                assert received["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_an_operation_takes_as_many_requests_as_it_costs_and_gets_back_what_it_did_not_use(
    harness: Harness,
) -> None:
    harness.limit(requests_per_minute_max=20, requests_burst_max=300, request_cost=5)
    costly = {"query": "{ me { portfolio { talents { id } } } }"}  # measured by 200 talents; there are none

    def ask() -> int:
        return asyncio.run(harness.send(json=costly, headers=harness.headers("owner"))).status_code

    answers = [ask() for _ in range(30)]
    assert answers[:3] == [200, 200, 200]  # talents that were not there are given back
    assert answers.count(429) > 20  # reads that were done are not
