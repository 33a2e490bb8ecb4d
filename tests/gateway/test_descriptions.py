"""The schema explains itself: its reader needs no document of ours, and no word twice."""

import operator
import re
from collections.abc import Iterator
from itertools import product
from typing import Final

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_specified_directive,
    is_specified_scalar_type,
)
from strawberry.utils.str_converters import to_camel_case

from gateway.api.sending import KEPT
from gateway.export import COMMITTED
from rules.quadrants import TalentQuadrant, quadrant_of
from services.contexts.policy.commands import POLICY_RANGES
from services.decisions.changes import optional_changes
from services.handling.registry import DECIDERS, commands_of
from tests.test_tidy import unwanted_words

NEEDS_NONE: Final = {"id"}
"""Fields that `Query` explains once for all types."""
MADE_OF_OTHERS: Final = re.compile(r"\w+(Input|Payload|Connection|Edge)")
"""Types that belong to one mutation or one list, which say what they are for."""
OF_THE_HOUSE: Final = re.compile(
    r"\w+\.md\b|\bADR\b|\b(?:DESIGN|DOMAIN|ARCHITECTURE|README|STYLE)\b|\bdocs/|\brules? \d|\bissue \d"
)
"""Names of documents and rules that only we can read."""
CONDITION: Final = re.compile(r"(strength|energy|use) (from|below|above|at most) (\d)")
HOLDS: Final = {"from": operator.ge, "below": operator.lt, "above": operator.gt, "at most": operator.le}
SPELLED: Final = re.compile(r"`([A-Za-z][\w.]*)`")
NAMES_OUTSIDE: Final = {"correlationId", "documentId", "null"}
"""Names that a description may write like one of the schema: of the answer's frame and of GraphQL."""


def described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Yield everything of a schema that may have a description, with its name."""
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description
    for name, kind in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        yield name, kind.description
        match kind:
            case GraphQLObjectType():
                for field, made in kind.fields.items():
                    yield f"{name}.{field}", made.description
                    yield from (
                        (f"{name}.{field}({argument})", given.description)
                        for argument, given in made.args.items()
                    )
            case GraphQLInputObjectType():
                yield from ((f"{name}.{field}", made.description) for field, made in kind.fields.items())
            case GraphQLEnumType():
                yield from ((f"{name}:{value}", made.description) for value, made in kind.values.items())
            case _:  # a scalar has no parts, and there is nothing else
                pass


def names_of(schema: GraphQLSchema) -> set[str]:
    """Return every name that the schema knows."""
    return {name for place, _ in described(schema) for name in re.findall(r"\w+", place)} | set(
        schema.type_map
    )


def undescribed(schema: GraphQLSchema) -> list[str]:
    """Return what has no description and needs one: types, fields and arguments, but no values of enums."""
    return [
        place
        for place, text in described(schema)
        if not text
        and ":" not in place
        and place.split(".")[-1] not in NEEDS_NONE
        and not MADE_OF_OTHERS.fullmatch(place)
    ]


def unreadable(schema: GraphQLSchema) -> list[str]:
    """Return the descriptions that name what a client can't look up, or use a word that is not ours."""
    known = names_of(schema) | NAMES_OUTSIDE
    return [
        f"{place}: {said}"
        for place, text in described(schema)
        for said in [
            *OF_THE_HOUSE.findall(text or ""),
            *(match[0] for match in unwanted_words().finditer(text or "")),
            *(name for name in SPELLED.findall(text or "") if not known.issuperset(name.split("."))),
        ]
    ]


@pytest.fixture(scope="module")
def exported() -> GraphQLSchema:
    return build_schema(COMMITTED.read_text(encoding="utf-8"))


def test_everything_that_a_name_does_not_explain_is_described(exported: GraphQLSchema) -> None:
    assert undescribed(exported) == []


def test_a_description_needs_no_document_of_ours_and_no_word_of_ours(exported: GraphQLSchema) -> None:
    assert unreadable(exported) == []


@pytest.mark.parametrize("quadrant", TalentQuadrant)
def test_a_quadrant_says_which_numbers_lead_to_it(exported: GraphQLSchema, quadrant: TalentQuadrant) -> None:
    kind = exported.type_map["TalentQuadrant"]
    assert isinstance(kind, GraphQLEnumType)
    said = CONDITION.findall(kind.values[quadrant.name].description or "")
    assert said
    for strength, energy, use in product(range(1, 6), range(-2, 3), range(4)):
        numbers = {"strength": strength, "energy": energy, "use": use}
        holds = all(HOLDS[how](numbers[name], int(limit)) for name, how, limit in said)
        assert holds == (quadrant_of(**numbers) is quadrant), numbers


def test_a_policy_says_the_range_of_its_numbers(exported: GraphQLSchema) -> None:
    adopted = exported.type_map["AdoptPolicyInput"]
    assert isinstance(adopted, GraphQLInputObjectType)
    for name, (lowest, highest) in POLICY_RANGES.items():
        assert f", {lowest} to {highest}." in (adopted.fields[to_camel_case(name)].description or ""), name


def test_an_optional_field_of_a_change_says_what_leaving_it_out_means(exported: GraphQLSchema) -> None:
    optional = {
        (name, to_camel_case(field))
        for name, command in commands_of(DECIDERS).items()
        for field in optional_changes(command)
    }
    saying = {
        (name[0].lower() + name[1:].removesuffix("Input"), field)
        for name, kind in exported.type_map.items()
        if isinstance(kind, GraphQLInputObjectType)
        for field, made in kind.fields.items()
        if (made.description or "").endswith(KEPT)
    }
    assert saying == optional


PLANTED: Final = '''
"""Asks."""
type Query {
  """See DOMAIN.md, rule 12, and `Nowhere`."""
  one(
    """Who stands where."""
    first: Int
    second: Int
  ): Thing
  two: ID
}
type Thing { id: ID! size: Int }
input ThingInput { colour: Shade }
"""Of colours."""
enum Shade { DARK }
'''


def test_what_is_missing_or_unreadable_is_found() -> None:
    planted = build_schema(PLANTED)
    missing = ["Query.one(second)", "Query.two", "Thing", "Thing.size", "ThingInput.colour"]
    assert undescribed(planted) == missing
    assert unreadable(planted) == [
        "Query.one: DOMAIN.md",
        "Query.one: rule 1",
        "Query.one: Nowhere",
        "Query.one(first): stands",
    ]
