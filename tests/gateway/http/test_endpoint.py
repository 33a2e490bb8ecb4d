"""GraphQL over HTTP as its specification says, and stricter where that costs a client nothing."""

import asyncio

import pytest

from tests.gateway.harness import Harness

GRAPHQL_RESPONSE = "application/graphql-response+json"


def as_owner(harness: Harness, **headers: str) -> dict[str, str]:
    return {**harness.headers("owner"), **headers}


def test_the_answer_has_the_media_type_of_the_specification(harness: Harness) -> None:
    answer = asyncio.run(
        harness.send(json={"query": "{ __typename }"}, headers=as_owner(harness, Accept=GRAPHQL_RESPONSE))
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == GRAPHQL_RESPONSE
    assert answer.json() == {"data": {"__typename": "Query"}}


def test_a_client_that_takes_json_and_streams_gets_json(harness: Harness) -> None:
    # urql lists all media types that it can read with every query, the preferred one first
    accept = f"{GRAPHQL_RESPONSE}, application/json, text/event-stream, multipart/mixed"
    answer = asyncio.run(
        harness.send(json={"query": "{ __typename }"}, headers=as_owner(harness, Accept=accept))
    )
    assert answer.headers["content-type"].startswith(GRAPHQL_RESPONSE)
    assert answer.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/*;q=0.8", "text/html, */*"])
def test_a_client_that_knows_only_json_gets_json(harness: Harness, accept: str) -> None:
    answer = asyncio.run(
        harness.send(json={"query": "{ __typename }"}, headers=as_owner(harness, Accept=accept))
    )
    assert answer.headers["content-type"].startswith("application/json")


def test_a_client_that_accepts_neither_gets_406(harness: Harness) -> None:
    answer = asyncio.run(
        harness.send(json={"query": "{ __typename }"}, headers=as_owner(harness, Accept="text/csv"))
    )
    assert answer.status_code == 406


@pytest.mark.parametrize("document", ["{", "{ nothing }", "query A { __typename } query B { __typename }"])
def test_what_can_t_be_executed_is_400_and_has_no_data(harness: Harness, document: str) -> None:
    answer = asyncio.run(
        harness.send(json={"query": document}, headers=as_owner(harness, Accept=GRAPHQL_RESPONSE))
    )
    assert answer.status_code == 400
    assert "data" not in answer.json()
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["BAD_REQUEST"]


def test_to_an_old_client_what_can_t_be_executed_is_200(harness: Harness) -> None:
    answer = asyncio.run(
        harness.send(json={"query": "{"}, headers=as_owner(harness, Accept="application/json"))
    )
    assert answer.status_code == 200
    assert "data" not in answer.json()


NO_REQUESTS = (
    b"",
    b"{",
    b"[]",
    b"1",
    b"null",
    b'"x"',
    b"{}",
    b'{"query": 1}',
    b'{"query": "{ __typename }", "variables": 1}',
    b'{"query": "{ __typename }", "operationName": 1}',
    b'{"query": "{ __typename }", "extensions": "x"}',
    b'[{"query": "{ __typename }"}]',
    b"\xff\xfe",
    b"[" * 9_000,
    b'{"query": "{ __typename }", "variables": ' + b"[" * 4_500 + b"]" * 4_500 + b"}",
)


@pytest.mark.parametrize("body", NO_REQUESTS)
def test_a_body_that_is_no_single_request_is_400(harness: Harness, body: bytes) -> None:
    headers = as_owner(harness, **{"Content-Type": "application/json"})
    answer = asyncio.run(harness.send(content=body, headers=headers))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_a_body_of_another_type_is_refused_so_that_no_form_of_a_foreign_page_is_executed(
    harness: Harness,
) -> None:
    headers = {"Content-Type": "text/plain"}
    assert (
        asyncio.run(harness.send(content=b'{"query": "{ __typename }"}', headers=headers)).status_code == 415
    )


def test_a_body_over_the_limit_is_refused_whatever_length_its_header_says(harness: Harness) -> None:
    answer = asyncio.run(
        harness.send(json={"query": "{ __typename }" + " " * 20_000}, headers=as_owner(harness))
    )
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_is_taken(harness: Harness, method: str) -> None:
    answer = asyncio.run(harness.send(method=method, params={"query": "{ __typename }"}))
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_a_browser_gets_a_page_that_may_load_nothing_from_elsewhere(harness: Harness) -> None:
    answer = asyncio.run(harness.send(method="GET", headers=as_owner(harness, Accept="text/html")))
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http://" not in answer.text
    assert "https://" not in answer.text


def test_variables_that_do_not_fit_are_a_bad_request_and_have_no_data(harness: Harness) -> None:
    body = {"query": "query ($id: UUID!) { command(id: $id) { version } }", "variables": {"id": "no"}}
    answer = asyncio.run(harness.send(json=body, headers=harness.headers("owner")))
    assert answer.status_code == 400
    assert "data" not in answer.json()


def test_an_error_outside_of_any_field_is_masked_too(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(_: str) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(harness.gateway.authenticator, "identify", breaks)
    body = {"query": "{ __typename }"}
    answer = asyncio.run(harness.send(json=body, headers=harness.headers("owner")))
    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in answer.text


def test_a_subscription_is_not_executed_as_a_plain_request(harness: Harness) -> None:
    answer = asyncio.run(harness.ask("subscription { portfolioChanged { version } }"))
    assert "errors" in answer
    assert answer.get("data") is None


def test_a_document_of_very_many_tokens_is_refused(harness: Harness) -> None:
    many = "{ " + "x " * 4_500 + "}"
    assert asyncio.run(harness.codes(many)) == ["LIMIT_EXCEEDED"]
