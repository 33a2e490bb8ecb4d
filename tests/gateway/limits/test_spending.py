"""What an operation really takes is counted while it runs: fields, reads and the bytes of the answer."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import strawberry
from strawberry.scalars import JSON

from gateway.limits.cost import DocumentLimits
from gateway.limits.spending import CountedExecutor, Spending, opened
from gateway.schema import build_schema
from tests.gateway.harness import LIMITS, Harness

WIDE = DocumentLimits(depth_max=12, cost_max=10**9, page_max=100)


@strawberry.type
class Thing:
    text: str
    number: int = 1


@strawberry.type
class Query:
    @strawberry.field
    def things(self, count: int, length: int = 1) -> list[Thing] | None:
        return [Thing(text="é" * length)] * count

    @strawberry.field
    def content(self, length: int) -> JSON | None:
        return JSON({"words": ["é" * length]})

    @strawberry.field
    async def read(self) -> int:
        return 1


SCHEMA = strawberry.Schema(Query, execution_context_class=CountedExecutor)


def run(document: str, *, cost_max: int = 10**9, answer_bytes_max: int = 10**9) -> tuple[Any, Spending]:
    spending = Spending(cost_max=cost_max, answer_bytes_max=answer_bytes_max)

    async def within() -> Any:
        with opened(spending):
            return await SCHEMA.execute(document)

    return asyncio.run(within()), spending


@pytest.mark.parametrize(("count", "fields"), [(0, 1), (1, 3), (500, 1_001)])
def test_each_field_of_each_item_is_counted(count: int, fields: int) -> None:
    assert run(f"{{ things(count: {count}) {{ text number }} }}")[1].cost == fields


def test_a_field_that_reads_counts_for_more() -> None:
    assert run("{ a: read b: read }")[1].cost > 200


def test_an_answer_ends_where_it_costs_too_much() -> None:
    result, spending = run("{ things(count: 100000) { text } more: things(count: 9) { text } }", cost_max=50)
    assert result.data == {"things": None, "more": None}
    assert {error.extensions["code"] for error in result.errors} == {"LIMIT_EXCEEDED"}
    assert spending.cost < 60  # and the rest was not looked at


@pytest.mark.parametrize("aliases", [1, 60])
def test_an_answer_ends_where_it_is_too_long(aliases: int) -> None:
    asked = " ".join(f"a{n}: things(count: 100, length: 1000) {{ text }}" for n in range(aliases))
    result, spending = run(f"{{ {asked} }}", answer_bytes_max=100_000)
    assert all(value is None for value in result.data.values())
    assert spending.answer_bytes < 110_000 + aliases * 2_100


def test_content_of_any_shape_counts_too() -> None:
    result, spending = run("{ content(length: 1000) }", answer_bytes_max=10_000)
    assert result.errors is None
    assert spending.answer_bytes > 2_000
    result, _ = run("{ content(length: 6000) }", answer_bytes_max=10_000)
    assert result.data == {"content": None}
    assert {error.extensions["code"] for error in result.errors} == {"LIMIT_EXCEEDED"}


def test_the_schema_s_limits_are_those_of_each_operation(harness: Harness) -> None:
    asked = "{ organisation { name id } viewer { displayName } }"
    harness.endpoint.schema = build_schema(replace(WIDE, answer_bytes_max=50))
    assert asyncio.run(harness.codes(asked)) == ["LIMIT_EXCEEDED"] * 2
    harness.endpoint.schema = build_schema(LIMITS.document)
    assert asyncio.run(harness.codes(asked)) == []
