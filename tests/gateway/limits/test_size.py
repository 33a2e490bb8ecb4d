"""The worst documents are refused before validating could keep the process busy with them."""

import asyncio

import pytest
from graphql import get_introspection_query, parse

from gateway.errors import GatewayError
from gateway.limits import size as document_size
from gateway.limits.size import CHARACTERS_MAX, check_size
from tests.gateway.harness import Harness

LIMIT = "LIMIT_EXCEEDED"
BAD = "BAD_REQUEST"
FRAGMENT = "fragment F on Query { __typename }"


def times(count: int, text: str) -> str:
    return " ".join(text.replace("#", str(n)).replace("+", str(n + 1)) for n in range(count))


def tree(depth: int, width: int) -> str:
    return "__typename" if depth == 0 else ("viewer { " + tree(depth - 1, width) + "} ") * width


TOO_MUCH = {
    "ten thousand aliases": "{ " + times(10_000, "a#: __typename") + " }",
    "as many aliases as there may be tokens": "{ " + times(1_300, "a#: __typename") + " }",
    "one field again and again": "{ " + "viewer { roles } " * 150 + "}",
    "one alias again and again": "{ " + "a: viewer { roles } " * 150 + "}",
    "a tree of one field": "{ " + tree(7, 2) + "}",
    "one field in many fragments": times(15, "fragment F# on Query {" + "__typename " * 20 + "}")
    + "{"
    + times(15, "...F#")
    + "}",
    "many fragments": "{" + times(300, "...F#") + "}" + times(300, "fragment F# on Query { __typename }"),
    "fragments that double": "{ ...F0 }"
    + times(200, "fragment F# on Query { ...F+ ...F+ }")
    + "fragment F200 on Query { __typename }",
    "one fragment again and again": "{" + "...F " * 1_000 + "}" + FRAGMENT,
    "inline fragments": "{" + "... on Query { __typename } " * 550 + "}",
    "directives nobody knows": "{ __typename " + "@x " * 1_900 + "}",
    "directives everyone knows": "{ __typename " + "@include(if: true) " * 500 + "}",
    "directives on an operation": "query " + "@x " * 500 + "{ __typename }",
    "directives on a variable": "query ($a: Int " + "@x " * 500 + ") { __typename }",
    "variables": "query (" + times(500, "$v#: Int") + ") { __typename }",
    "arguments": "{ __typename(" + times(1_200, "a#: 1") + ") }",
    "operations": times(100, "query Q# { __typename }"),
    "tokens in a value": "{ viewer(a: [" + "1 " * 4_000 + "]) { roles } }",
    "blanks": "{ __typename " + " " * CHARACTERS_MAX + "}",
}
TOO_DEEP = {
    "fields": "{a" * 1_500 + "}" * 1_500,
    "inline fragments": "{ ... " * 900 + "{ __typename }" + "}" * 900,
    "lists": "{ a(b: " + "[" * 1_900 + "]" * 1_900 + ") }",
    "objects": "{ a(b: " + "{a:" * 900 + "1" + "}" * 900 + ") }",
    "types": "query ($a: " + "[" * 1_900 + "Int" + "]" * 1_900 + ") { __typename }",
    "circles": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
}


async def codes(harness: Harness, document: str) -> set[str]:
    answer = await harness.send(json={"query": document}, headers=harness.headers("owner"))
    return {error["extensions"]["code"] for error in answer.json()["errors"]}


@pytest.fixture
def harness(harness: Harness) -> Harness:
    """Take bodies as long as production does, so that a length alone does not refuse these documents."""
    harness.limit(body_bytes_max=256 * 1024)
    return harness


@pytest.mark.parametrize("document", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_document_that_holds_too_much_is_over_a_limit(harness: Harness, document: str) -> None:
    assert asyncio.run(codes(harness, document)) == {LIMIT}


@pytest.mark.parametrize("document", TOO_DEEP.values(), ids=TOO_DEEP)
def test_a_document_nested_without_end_is_the_client_s_mistake_and_not_ours(
    harness: Harness, document: str
) -> None:
    assert asyncio.run(codes(harness, document)) <= {LIMIT, BAD}


def test_each_part_may_be_as_many_as_its_limit_and_not_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    one_of_each = "query ($a: Int @x) { b(c: $a) b ...F } fragment F on Query { d }"
    exact = {
        "operations": 1,
        "fragments": 1,
        "spreads of fragments": 1,
        "selections": 4,
        "variables": 1,
        "directives": 1,
        "arguments": 1,
        "pairs of fields of one name": 1,
    }
    assert exact.keys() == document_size.SIZES_MAX.keys()
    monkeypatch.setattr(document_size, "SIZES_MAX", exact)
    check_size(parse(one_of_each))
    for what, at_most in exact.items():
        monkeypatch.setattr(document_size, "SIZES_MAX", {**exact, what: at_most - 1})
        with pytest.raises(GatewayError, match=what):
            check_size(parse(one_of_each))


def test_an_introspection_passes() -> None:
    check_size(parse(get_introspection_query()))
