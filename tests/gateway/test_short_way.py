"""A query of a document that was accepted before is executed the short way, and nothing else is."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import ExecutionResult, execute
from strawberry.extensions import MaxTokensLimiter, SchemaExtension

from gateway.limits.cost import TOKENS_MAX
from gateway.limits.documents import AcceptedDocuments, CheckedDocument
from gateway.limits.sharing import SharingExecutor
from gateway.schema import build_schema
from gateway.short_way import ShortWay
from tests.gateway.both_ways import BothWays, asked_once
from tests.gateway.harness import LIMITS, SCHEMA, Harness

DOCUMENT = "query One { me { id } } query Other { __typename }"


@pytest.fixture
def ran(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Give a list of the operations that went the short way, with a schema that knows no document yet."""
    harness.endpoint.schema = build_schema(LIMITS.document)
    went: list[str] = []

    def noted(*given: Any, **named: Any) -> Any:
        went.append(named["operation_name"])
        return execute(*given, **named)

    monkeypatch.setattr("gateway.short_way.execute", noted)
    with asked_once():
        yield went


def ask(harness: Harness, **body: object) -> int:
    headers = harness.headers("owner")
    return asyncio.run(harness.send(json=body, headers=headers)).status_code


def test_a_document_goes_the_whole_way_once(harness: Harness, ran: list[str]) -> None:
    assert ask(harness, query=DOCUMENT, operationName="One") == 200
    assert ran == []
    assert ask(harness, query=DOCUMENT, operationName="One") == 200
    assert ask(harness, query=DOCUMENT, operationName="Other") == 200
    assert ran == ["One", "Other"]


@pytest.mark.parametrize(
    "unusual",
    [
        {"query": DOCUMENT},
        {"query": DOCUMENT, "operationName": "Nothing"},
        {"query": DOCUMENT, "operationName": "One", "extensions": {}},
        {"query": "mutation { __typename }"},
        {"query": "{ nothing }"},
    ],
    ids=["none of two is named", "an unknown name", "extensions", "a mutation", "refused"],
)
def test_what_is_unusual_goes_the_whole_way(harness: Harness, ran: list[str], unusual: Any) -> None:
    ask(harness, query=DOCUMENT, operationName="One")
    for _ in range(2):
        ask(harness, **unusual)
    assert ran == []


class Unknown(SchemaExtension):
    """Might judge a request by anything."""


class Changed(CheckedDocument):
    """Might look at more than the document."""


def test_an_extension_that_is_not_known_closes_the_short_way() -> None:
    documents = AcceptedDocuments()
    known = [MaxTokensLimiter(TOKENS_MAX), CheckedDocument(documents, LIMITS.document)]
    for more, is_open in (
        ([], True),
        ([Unknown()], False),
        ([Changed(documents, LIMITS.document)], False),
    ):
        made = ShortWay(SCHEMA._schema, documents, executor_class=SharingExecutor, extensions=[*known, *more])
        assert made.is_open is is_open


def test_another_answer_of_one_way_is_found(
    harness: Harness, both_ways: BothWays, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(harness, query="{ me { id } }") == 200
    assert both_ways.compared == 1
    monkeypatch.setattr("gateway.short_way.execute", lambda *_, **__: ExecutionResult(data={"me": None}))
    with pytest.raises(AssertionError):
        ask(harness, query="{ me { id } }")
