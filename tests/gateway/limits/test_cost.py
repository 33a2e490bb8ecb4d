"""A document too deep, too costly or too long is refused before anything of it runs."""

import pytest
from graphql import GraphQLError, build_schema, parse, specified_rules, validate

from gateway.errors import GatewayError
from gateway.limits.cost import DocumentLimits, limits_rule

SCHEMA = build_schema("""
type Query { me: Person people(first: Int = 20): [Person!] }
type Person { id: ID friends(first: Int): [Person!]! known(first: Int! = 20): PersonConnection! self: Person }
type PersonConnection { edges: [PersonEdge!]! }
type PersonEdge { cursor: String! node: Person! }
type Mutation { change: Person }
""")
RULE = limits_rule(DocumentLimits(depth_max=5, cost_max=300, page_max=100))


def errors(document: str) -> list[GraphQLError]:
    return validate(SCHEMA, parse(document), [*specified_rules, RULE])


def refused(document: str) -> bool:
    return any(isinstance(error, GatewayError) for error in errors(document))


def test_an_ordinary_document_passes() -> None:
    assert errors("{ me { id friends(first: 10) { id self { id } } } }") == []


def test_depth_counts_through_fragments() -> None:
    assert refused("{ me { ...A } } fragment A on Person { self { self { self { self { id } } } } }")


def test_aliases_cost_what_they_repeat() -> None:
    assert refused("{ " + " ".join(f"a{n}: me {{ id }}" for n in range(200)) + " }")


def test_a_list_costs_its_page_for_everything_below_it() -> None:
    assert not refused("{ people(first: 50) { id } }")
    assert refused("{ people(first: 50) { id friends(first: 50) { id } } }")


def test_a_page_given_as_a_variable_counts_as_the_longest() -> None:
    assert refused("query ($n: Int) { people(first: $n) { id a: id b: id } }")


def test_the_edges_of_a_page_are_as_many_as_the_page_is_long() -> None:
    assert not refused("{ me { known(first: 50) { edges { cursor node { id } } } } }")
    assert refused("{ me { known(first: 100) { edges { cursor node { id } } } } }")


def test_a_page_without_a_length_counts_as_long_as_it_will_be() -> None:
    assert not refused("{ people { id self { id } } }")
    assert refused("{ people { id self { id } friends(first: 20) { id } } }")


def test_many_commands_in_one_request_are_refused() -> None:
    assert refused("mutation { " + " ".join(f"a{n}: change {{ id }}" for n in range(30)) + " }")


@pytest.mark.parametrize("first", [0, -1, 101, 2_000_000_000])
def test_a_page_has_1_to_100_rows(first: int) -> None:
    assert refused(f"{{ people(first: {first}) {{ id }} }}")


@pytest.mark.timeout(5)
def test_fragments_that_double_each_other_are_measured_once() -> None:
    doubling = " ".join(f"fragment F{n} on Person {{ a{n}: id ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    assert refused(f"{{ me {{ ...F0 }} }} {doubling} fragment F60 on Person {{ id }}")


@pytest.mark.timeout(5)
def test_fragments_in_a_circle_end() -> None:
    assert errors(
        "{ me { ...A } } fragment A on Person { self { ...B } } fragment B on Person { self { ...A } }"
    )
