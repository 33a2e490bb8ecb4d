"""Nothing is kept before it was accepted, and what is kept has a bound in bytes."""

import asyncio
import tracemalloc
from typing import Any

import pytest
from graphql import GraphQLError, parse, validate

from gateway.limits import documents
from gateway.limits.documents import BYTES_PER_CHARACTER, Accepted, AcceptedDocuments
from gateway.limits.size import CHARACTERS_MAX
from gateway.schema import build_schema
from tests.gateway.harness import LIMITS, Harness

REFUSED = {
    "not in the schema": "{ nothing%s }",
    "no GraphQL": "{ %s",
    "too dear": "{ a%s: me { portfolio { reflections { a: text b: text c: text "
    + " ".join(f"t{n}: text" for n in range(40))
    + "} } } }",
    "too many parts": "{ b%s: __typename " + "@include(if: true) " * 150 + "}",
    "two operations, and none named": "query A%s { __typename } query B { __typename }",
}


def accepted(text: str) -> Accepted:
    return Accepted(document=parse(text), costs={None: 1})


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> AcceptedDocuments:
    made = AcceptedDocuments()
    monkeypatch.setattr("gateway.schema.AcceptedDocuments", lambda: made)
    return made


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
def test_what_was_refused_is_not_kept(harness: Harness, kept: AcceptedDocuments, document: str) -> None:
    harness.endpoint.schema = build_schema(LIMITS.document)
    for number in range(3):
        assert asyncio.run(harness.codes(document % number))
    assert len(kept) == 0
    assert asyncio.run(harness.codes("{ __typename }")) == []
    assert len(kept) == 1


def test_what_was_accepted_is_parsed_once(
    harness: Harness, kept: AcceptedDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.endpoint.schema = build_schema(LIMITS.document)
    validated: list[object] = []

    def counted(*args: Any, **given: Any) -> list[GraphQLError]:
        validated.append(args)
        return validate(*args, **given)

    monkeypatch.setattr(documents, "validate", counted)
    for _ in range(3):
        assert asyncio.run(harness.codes("{ __typename }")) == []
    assert len(validated) == 1


def test_one_of_several_operations_of_a_kept_document_has_to_be_named_each_time(
    harness: Harness, kept: AcceptedDocuments
) -> None:
    harness.endpoint.schema = build_schema(LIMITS.document)
    two = {"query": "query A { a: __typename } query B { b: __typename }"}
    headers = harness.headers("owner")
    for name, answer in (("A", {"a": "Query"}), ("B", {"b": "Query"}), (None, None), ("C", None)):
        body = two if name is None else {**two, "operationName": name}
        assert asyncio.run(harness.send(json=body, headers=headers)).json().get("data") == answer
    assert len(kept) == 1


def test_what_is_kept_stays_within_its_bytes_and_what_was_used_last_stays() -> None:
    texts = [f"{{ a{number:03}: __typename }}" for number in range(20)]
    weight = len(texts[0]) * BYTES_PER_CHARACTER
    kept = AcceptedDocuments(bytes_max=5 * weight)
    for text in texts[:5]:
        kept.add(text, accepted(text))
    assert kept.get(texts[0]) is not None
    kept.add(texts[5], accepted(texts[5]))
    kept.add(texts[5], accepted(texts[5]))
    assert (len(kept), kept.bytes) == (5, 5 * weight)
    assert kept.get(texts[0]) is not None
    assert kept.get(texts[1]) is None


@pytest.mark.parametrize("piece", ["a ", "a:b ", "{a}", "[1]", "$a:A ", '"" ', "@a "])
def test_a_document_takes_no_more_memory_than_its_weight(piece: str) -> None:
    around = {"{a}": "{ %s", "[1]": "{ a(b: [%s]) }", "$a:A ": "query (%s) { a }", '"" ': "{ a(b: [%s]) }"}
    count = min(CHARACTERS_MAX, 8_000) // len(piece)
    text = around.get(piece, "{ a %s }") % (piece * count)
    if piece == "{a}":
        text = "{ " + "a{a}" * (count // 2) + " }"
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        document = parse(text)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert document.definitions
    assert after - before <= len(text) * BYTES_PER_CHARACTER


def test_only_the_first_errors_of_a_document_are_looked_for(harness: Harness) -> None:
    many = "{ " + " ".join(f"a{number}: unknown" for number in range(400)) + " }"
    errors = asyncio.run(harness.ask(many))["errors"]
    assert len(errors) == documents.ERRORS_MAX + 1  # the last says that there are more


def test_a_long_document_takes_from_the_allowance_before_it_is_parsed_unless_it_is_kept(
    harness: Harness,
) -> None:
    harness.limit(requests_per_minute_max=1, requests_burst_max=100, request_cost=10)
    short = "{ a: __typename }"
    assert [asyncio.run(harness.codes(short)) for _ in range(5)] == [[]] * 5
    long = "{ " + " ".join(f"a{number}: nothing" for number in range(200)) + " }"
    codes = [asyncio.run(harness.codes(long)) for _ in range(3)]
    assert ["LIMIT_EXCEEDED"] in codes
