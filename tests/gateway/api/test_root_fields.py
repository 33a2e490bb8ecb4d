"""Every root field has a decision on who may ask it, printed in the schema and kept at the door."""

import asyncio
from datetime import timedelta

import pytest
from graphql import (
    EnumValueNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    ListValueNode,
    build_schema,
    get_named_type,
)
from graphql.type import GraphQLObjectType, is_leaf_type

from gateway.schema import schema_text
from rules.access.decisions import roles_for
from rules.access.roles import Role
from tests.gateway.harness import Harness

SCHEMA = build_schema(schema_text())
ID = "2b6a3a5e-0d1c-4c55-9a51-6a0f2d0f4f10"


def root_fields() -> list[tuple[str, str]]:
    roots = [SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type]
    return [(root.name, name) for root in roots if root for name in root.fields]


def document(root: str, name: str) -> str:
    """The smallest document that asks a root field."""
    kind = SCHEMA.get_type(root)
    assert isinstance(kind, GraphQLObjectType)
    field = kind.fields[name]
    arguments = [
        f"{argument}: {_value(detail.type)}"
        for argument, detail in field.args.items()
        if isinstance(detail.type, GraphQLNonNull)
    ]
    written = f"({', '.join(arguments)})" if arguments else ""
    return f"{root.lower()} {{ {name}{written} {_selection(field)} }}"


def _selection(field: GraphQLField) -> str:
    inner = get_named_type(field.type)
    if is_leaf_type(inner):
        return ""
    assert isinstance(inner, GraphQLObjectType)
    leaf = next(
        (name for name, detail in inner.fields.items() if is_leaf_type(get_named_type(detail.type))), None
    )
    if leaf is not None:
        return f"{{ {leaf} }}"
    name, detail = next(iter(inner.fields.items()))
    return f"{{ {name} {_selection(detail)} }}"


SCALARS = {
    "UUID": f'"{ID}"',
    "Date": '"2026-09-01"',
    "DateTime": '"2026-12-01T12:00:00Z"',
    "Int": "1",
    "Boolean": "true",
    "URL": '"https://mee.example"',
    "Digest": f'"{"0a" * 32}"',
}


def _value(kind: object) -> str:
    match kind:
        case GraphQLNonNull(of_type=inner):
            return _value(inner)
        case GraphQLList(of_type=inner):
            return f"[{_value(inner)}]"
        case GraphQLInputObjectType(fields=fields):
            needed = [(n, f) for n, f in fields.items() if isinstance(f.type, GraphQLNonNull)]
            # of an input that takes exactly one of its fields none is needed by itself; it says so
            arguments = list(fields.items())[-1:] if kind.is_one_of else needed
            return "{ " + ", ".join(f"{n}: {_value(f.type)}" for n, f in arguments) + " }"
        case GraphQLEnumType(values=values):
            return str(next(iter(values)))
        case GraphQLScalarType(name=name):
            return SCALARS.get(name, '"x"')
        case _:
            raise AssertionError(f"no value for {kind}")


async def codes_of(harness: Harness, root: str, name: str, *, who: str | None, role: str | None) -> list[str]:
    if root != "Subscription":
        return list(await harness.codes(document(root, name), name=who, role=role))
    headers = {**harness.headers(who, role), "Accept": "text/event-stream"}
    answer = await harness.send(json={"query": document(root, name)}, headers=headers)
    return [code for code in ("UNAUTHENTICATED", "FORBIDDEN") if code in answer.text]


@pytest.mark.parametrize(("root", "name"), root_fields())
def test_without_a_token_no_root_field_answers(harness: Harness, root: str, name: str) -> None:
    assert asyncio.run(codes_of(harness, root, name, who=None, role=None)) == ["UNAUTHENTICATED"]
    assert harness.bus.requests == []


@pytest.mark.parametrize(("root", "name"), root_fields())
def test_a_role_that_may_not_ask_is_forbidden_whatever_is_asked(
    harness: Harness, root: str, name: str
) -> None:
    async def run() -> dict[str, list[str]]:
        others = [role.name for role in Role if role is not Role.PUBLIC and role not in roles_for(name)]
        return {role: await codes_of(harness, root, name, who="owner", role=role) for role in others}

    assert {tuple(codes) for codes in asyncio.run(run()).values()} <= {("FORBIDDEN",)}
    assert harness.bus.requests == []


@pytest.mark.parametrize(("root", "name"), [pair for pair in root_fields() if pair[0] != "Mutation"])
def test_a_role_that_is_not_held_is_forbidden(harness: Harness, root: str, name: str) -> None:
    for role in roles_for(name):
        assert asyncio.run(codes_of(harness, root, name, who="stranger", role=role.name)) == ["FORBIDDEN"]


@pytest.mark.parametrize(("root", "name"), root_fields())
def test_the_schema_prints_who_may_ask(root: str, name: str) -> None:
    kind = SCHEMA.get_type(root)
    assert isinstance(kind, GraphQLObjectType)
    node = kind.fields[name].ast_node
    assert node is not None
    (directive,) = [found for found in node.directives or () if found.name.value == "access"]
    assert directive.arguments is not None
    (printed,) = directive.arguments
    assert isinstance(printed.value, ListValueNode)
    assert {value.value for value in printed.value.values if isinstance(value, EnumValueNode)} == {
        role.name for role in roles_for(name)
    }


def test_a_role_nobody_knows_is_refused_with_the_names_there_are(harness: Harness) -> None:
    headers = harness.headers("owner", "MANAGER")
    answer = asyncio.run(harness.send(json={"query": "{ __typename }"}, headers=headers))
    assert answer.status_code == 400
    assert "PROFESSIONAL" in answer.json()["errors"][0]["message"]


def test_public_is_no_role_to_choose(harness: Harness) -> None:
    headers = harness.headers("owner", "PUBLIC")
    assert asyncio.run(harness.send(json={"query": "{ __typename }"}, headers=headers)).status_code == 400


@pytest.mark.parametrize("header", ["Bearer nonsense", "Basic abc", "Bearer ", "Bearer a.b.c"])
def test_a_wrong_token_refuses_the_whole_request(harness: Harness, header: str) -> None:
    answer = asyncio.run(harness.send(json={"query": "{ __typename }"}, headers={"Authorization": header}))
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_expired_token_is_told_to_be_expired(harness: Harness) -> None:
    headers = harness.headers("owner")
    harness.clock.advance(timedelta(days=1))
    answer = asyncio.run(harness.send(json={"query": "{ __typename }"}, headers=headers))
    assert answer.status_code == 401
    assert "expired" in answer.json()["errors"][0]["message"]
