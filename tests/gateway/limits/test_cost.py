"""A document too deep, too costly or too long is refused before anything of it runs."""

import pytest
from graphql import (
    GraphQLList,
    GraphQLObjectType,
    OperationDefinitionNode,
    build_schema,
    get_introspection_query,
    get_nullable_type,
    parse,
)
from graphql.execution import execute

from gateway.errors import GatewayError
from gateway.limits.cost import PAGE_EDGES, DocumentLimits, Measuring, cost_of_operations
from gateway.limits.spending import CountedExecutor, Spending, opened
from gateway.limits.weights import (
    ITEMS_MAX,
    ITEMS_SHARED,
    READ_COST,
    SIZE_ARGUMENTS,
    WEIGHTS,
    declared_items_max,
    weight_of,
)
from kit.settings import Settings
from tests.gateway.harness import SCHEMA as OURS

SCHEMA = build_schema("""
type Query { me: Person people(first: Int = 20): [Person!] }
type Person { id: ID friends(first: Int): [Person!]! known(first: Int! = 20): PersonConnection! self: Person }
type PersonConnection { edges: [PersonEdge!]! }
type PersonEdge { cursor: String! node: Person! }
type Mutation { change: Person }
""")
LIMITS = DocumentLimits(depth_max=5, cost_max=300, page_max=100)
REAL = DocumentLimits(depth_max=12, cost_max=Settings().query_cost_max, page_max=100)
GRAPHQL = OURS._schema
BY_FRAGMENTS = (
    "{r0:__schema{...A} r1:__schema{...A} r2:__schema{...A}}"
    " fragment A on __Schema{t0:types{...B} t1:types{...B} t2:types{...B}}"
    " fragment B on __Type{f0:fields{...C} f1:fields{...C} f2:fields{...C}}"
    " fragment C on __Field{g0:args{...D} g1:args{...D} g2:args{...D}} fragment D on __InputValue{name}"
)
NESTED = '{ __type(name: "Mutation") {' + " fields { type {" * 3 + " fields { name }" + "} }" * 3 + "} }"


def refused(document: str) -> bool:
    try:
        cost_of_operations(SCHEMA, parse(document), LIMITS)
    except GatewayError:
        return True
    return False


def cost(document: str) -> int:
    """Measure in the real schema, whatever the limit."""
    limits = DocumentLimits(depth_max=99, cost_max=10**12, page_max=100)
    return next(iter(cost_of_operations(GRAPHQL, parse(document), limits).values()))


def test_an_ordinary_document_passes() -> None:
    assert not refused("{ me { id friends(first: 10) { id self { id } } } }")


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


def test_fragments_that_double_each_other_are_measured_once() -> None:
    doubling = " ".join(f"fragment F{n} on Person {{ a{n}: id ...F{n + 1} ...F{n + 1} }}" for n in range(60))
    document = parse(f"{{ me {{ ...F0 }} }} {doubling} fragment F60 on Person {{ id }}")
    measuring = Measuring(SCHEMA, document, LIMITS)
    assert measuring.operation(operation(document)).cost > 2**59
    assert measuring.visited == 62


def test_fragments_in_a_circle_end() -> None:
    circle = "{ me { ...A } } fragment A on Person { self { ...B } } fragment B on Person { self { ...A } }"
    assert not refused(circle)  # validating says what is wrong with it


def operation(document: object) -> OperationDefinitionNode:
    found = document.definitions[0]  # type: ignore[attr-defined]
    assert isinstance(found, OperationDefinitionNode)
    return found


@pytest.mark.parametrize("document", [BY_FRAGMENTS, NESTED], ids=["by fragments", "nested lists"])
def test_introspection_that_multiplies_is_refused_after_a_look_at_each_of_its_fields(document: str) -> None:
    parsed = parse(document)
    with pytest.raises(GatewayError, match="costs"):
        cost_of_operations(GRAPHQL, parsed, REAL)
    measuring = Measuring(GRAPHQL, parsed, REAL)
    measuring.operation(operation(parsed))
    assert measuring.visited <= 2 * len(document)


@pytest.mark.parametrize(
    "document",
    [
        get_introspection_query(descriptions=True, input_value_deprecation=True, specified_by_url=True),
        "{ __schema { types { name fields { name args { name type { name } } } } } }",
        "{ __schema { types { enumValues { name } inputFields { name } } } }",
        "{ __schema { directives { locations args { name } } } }",
        '{ __type(name: "Mutation") { fields { name args { name } } } }',
        '{ __type(name: "Me") { fields { type { ofType { fields { name } } } } } }',
    ],
)
def test_what_introspection_takes_is_never_more_than_was_measured(document: str) -> None:
    spending = Spending(cost_max=10**12, answer_bytes_max=10**12)
    with opened(spending):
        execute(GRAPHQL, parse(document), executor_class=CountedExecutor)
    assert 0 < spending.cost <= cost(document) + 1


def test_the_tools_that_read_the_whole_schema_may() -> None:
    tools = get_introspection_query(descriptions=True, input_value_deprecation=True, specified_by_url=True)
    assert cost_of_operations(GRAPHQL, parse(tools), REAL)


def test_aliases_of_what_reads_the_database_are_weighed() -> None:
    many = " ".join(f'a{n}: portfolio(asOf: "2026-01-01T00:00:00Z") {{ version }}' for n in range(248))
    with pytest.raises(GatewayError, match="costs"):
        cost_of_operations(GRAPHQL, parse(f"{{ me {{ {many} }} }}"), REAL)


def test_a_list_of_an_item_counts_once_for_the_whole_portfolio() -> None:
    one = cost("{ me { portfolio { talents { id } } } }")
    shared = cost("{ me { portfolio { talents { id sharings { id } } } } }")
    assert shared - one == ITEMS_MAX["Portfolio.talents"] + ITEMS_SHARED["TalentClaim.sharings"]


def test_everything_of_one_portfolio_can_be_asked_at_once() -> None:
    everything = """{ me { id displayName teams { id name } portfolio { id version state language
      talents { id name { nl en } strength energy use quadrant sharings { id visibility until } }
      energySources { id kind activity hoursPerWeek } energyBalance(months: 12) { month }
      passions { id text } evidence { id title link sharings { id } } reflections { id text writtenAt }
      goals { id text state progress offeredTo { id name } }
      conversations { id agreements { id text } } insightConsent { scopes since } } } }"""
    assert cost(everything) < REAL.cost_max


def test_each_list_of_the_schema_has_a_length_that_somebody_decided() -> None:
    """So that a new list is not measured by what was assumed; name it there or in limits/weights.py."""
    lists = {
        f"{kind.name}.{name}": declared_items_max(field)
        for kind in GRAPHQL.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if isinstance(get_nullable_type(field.type), GraphQLList)
        and name != PAGE_EDGES
        and not SIZE_ARGUMENTS.keys() & field.args.keys()
    }
    declared = {place for place, length in lists.items() if length}
    assert lists.keys() == ITEMS_MAX.keys() | ITEMS_SHARED.keys() | declared


def test_each_field_that_reads_has_a_weight_and_each_weight_a_field() -> None:
    fields = {
        f"{kind.name}.{name}": field
        for kind in GRAPHQL.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
    }
    assert fields.keys() >= WEIGHTS.keys()
    reading = [
        place
        for place, field in fields.items()
        if (made := field.extensions.get("strawberry-definition")) and made.is_async
    ]
    assert len(reading) > 20
    assert all(weight_of(place, fields[place]) >= 5 for place in reading)
    assert weight_of("Query.me", fields["Query.me"]) == READ_COST


def test_a_number_of_thousands_of_digits_is_no_length() -> None:
    assert refused("{ people(first: " + "1" * 5_000 + ") { id } }")
