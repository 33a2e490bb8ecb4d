"""Plans: made when a document is used again, kept while it is, within a number of fields."""

import gc
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    parse,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.incremental import IncrementalExecutor

from gateway.execution.executor import CompiledExecutor
from gateway.execution.plans import PLANS_MAX, USES_BEFORE, Plan, Plans
from gateway.execution.resolving import of_source, straight
from gateway.execution.slots import Slot
from tests.gateway.harness import SCHEMA as OURS

GATEWAY: Any = OURS._schema
SCHEMA = build_schema("type Query { a: Int b: String c: Query }")


def found(plans: Plans, document: DocumentNode, schema: GraphQLSchema = SCHEMA, **flags: Any) -> Plan | None:
    (operation,) = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return plans.find(schema, document, operation, flags)


def test_a_document_that_is_used_seldom_is_not_compiled() -> None:
    plans, document = Plans(), parse("{ a }")
    for _ in range(USES_BEFORE):
        assert found(plans, document) is None
    plan = found(plans, document)
    assert plan is not None
    assert found(plans, document) is plan


def test_each_value_of_skip_and_include_has_a_plan_and_a_wrong_value_none() -> None:
    plans = Plans(uses_before=0)
    document = parse("query ($x: Boolean!) { a @skip(if: $x) b @include(if: $x) }")
    assert (
        found(plans, document, x=True)
        is found(plans, document, x=True)
        is not found(plans, document, x=False)
    )
    assert found(plans, document) is None


@pytest.mark.parametrize("text", ["{ ... @defer { a } }", "fragment F($x: Int) on Query { a } { ...F }"])
def test_what_is_not_ordinary_is_not_compiled(text: str) -> None:
    document = parse(text, experimental_fragment_arguments=True)
    assert found(Plans(uses_before=0), document) is None


def test_a_plan_goes_with_its_document() -> None:
    plans, document = Plans(uses_before=0), parse("{ a }")
    plan = found(plans, document)
    assert plan is not None
    plans.count(plan, 7)
    assert (len(plans), plans.fields) == (1, 7)
    del document
    gc.collect()
    assert (len(plans), plans.fields) == (0, 0)


def test_plans_are_bounded_in_number_and_in_fields() -> None:
    plans = Plans(uses_before=0, fields_max=10)
    documents = [parse("{ a }") for _ in range(PLANS_MAX + 5)]
    first = found(plans, documents[0])
    for document in documents[1:]:
        found(plans, document)
    assert len(plans) == PLANS_MAX
    assert first is not None
    plans.count(first, 1_000)  # a subscription still has it
    assert plans.fields == 0
    for document in documents[-3:]:
        plan = found(plans, document)
        assert plan is not None
        plans.count(plan, 6)
    assert (len(plans), plans.fields) == (1, 6)


@pytest.mark.parametrize("place", ["TalentClaim.strength", "TalentClaim.id", "PageInfo.endCursor"])
def test_what_depends_on_its_source_alone_is_known(place: str) -> None:
    """By the names that strawberry gives its own functions; a new version of it may have others."""
    kind, _, name = place.partition(".")
    assert of_source(GATEWAY.type_map[kind].fields[name], GATEWAY) is not None


def test_a_resolver_that_may_need_more_is_called_as_it_is() -> None:
    assert GATEWAY.query_type is not None
    assert of_source(GATEWAY.query_type.fields["me"], GATEWAY) is None


@pytest.mark.parametrize(
    ("place", "is_straight"),
    [("Me.portfolio", True), ("Portfolio.talents", True), ("Query.me", False), ("Query.command", False)],
)
def test_a_method_is_called_without_the_layers_between(place: str, *, is_straight: bool) -> None:
    """By the names of strawberry's own functions, too; an extension, or an id to read, comes before."""
    kind, _, name = place.partition(".")
    parent, node = GATEWAY.type_map[kind], FieldNode(name=NameNode(value=name))
    assert isinstance(parent, GraphQLObjectType)
    field = parent.fields[name]
    slot = Slot(parent, name, [FieldDetails(node, None)], field, field.type)
    assert (straight(slot, GATEWAY) is not None) is is_straight


def test_all_of_a_document_is_compiled_and_the_second_execution_uses_it() -> None:
    class Tested(CompiledExecutor, IncrementalExecutor):
        plans = Plans(uses_before=0)

    document = parse("{ a again: a c { b c { a } } }")
    root = {"a": 1, "c": {"b": "x", "c": {"a": 2}}}
    for _ in range(2):
        result = execute_sync(SCHEMA, document, root, executor_class=Tested)
        assert result.data == {"a": 1, "again": 1, "c": {"b": "x", "c": {"a": 2}}}
        assert Tested.plans.fields == 6
