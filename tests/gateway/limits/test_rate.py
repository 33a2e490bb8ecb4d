"""Who sends too many requests is told when the next is taken; the others notice nothing."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from starlette.testclient import TestClient

from tests.gateway.house import House

ASK = {"query": "{ __typename }"}


@pytest.fixture
def house(house: House) -> House:
    house.limit(requests_per_minute_max=20, requests_burst_max=3)
    return house


def send(house: House, name: str | None, **headers: str) -> httpx.Response:
    return asyncio.run(house.send(json=ASK, headers={**house.headers(name), **headers}))


def test_what_is_over_the_allowance_is_429_and_says_when_to_come_again(house: House) -> None:
    assert [send(house, "owner").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = send(house, "owner")
    assert refused.headers["retry-after"] == "3"
    assert refused.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    house.clock.advance(timedelta(seconds=3))
    assert [send(house, "owner").status_code for _ in range(2)] == [200, 429]


def test_each_person_has_an_allowance_of_their_own_and_so_has_an_address(house: House) -> None:
    for _ in range(4):
        send(house, "owner")
    assert send(house, "hr").status_code == 200
    assert [send(house, None).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_tokens_that_are_refused_use_up_the_allowance_of_their_address(house: House) -> None:
    statuses = [send(house, None, Authorization="Bearer forged").status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]


def test_operations_over_a_web_socket_count_as_requests(house: House) -> None:
    with TestClient(house.endpoint).websocket_connect(
        "/graphql", subprotocols=["graphql-transport-ws"], headers=house.headers("owner")
    ) as socket:
        socket.send_json({"type": "connection_init"})
        assert socket.receive_json()["type"] == "connection_ack"
        for number in range(5):
            socket.send_json({"id": str(number), "type": "subscribe", "payload": ASK})
            told = socket.receive_json()
            if number < 3:
                assert told["type"] == "next"
                assert socket.receive_json()["type"] == "complete"
            else:
                assert told["type"] == "error"
                assert told["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
