"""The page to try queries in: each of its examples is one that the schema takes and its role may ask."""

import re
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate

from gateway.schema import schema_text
from rules.access.decisions import may_ask
from rules.access.roles import Role

PAGE = Path(__file__).parents[3] / "gateway" / "web" / "query.html"
EXAMPLES = re.findall(r'\["([^"]+)", "([A-Z_]*)", `([^`]+)`', PAGE.read_text())
SCHEMA = build_schema(schema_text())


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == PAGE.read_text().count('\n  ["') > 0


@pytest.mark.parametrize(("name", "role", "document"), EXAMPLES)
def test_an_example_can_be_asked_in_its_role(name: str, role: str, document: str) -> None:
    parsed = parse(document)
    assert validate(SCHEMA, parsed) == [], name
    operation = next(node for node in parsed.definitions if isinstance(node, OperationDefinitionNode))
    for field in operation.selection_set.selections:
        asked = Role[role or Role.PROFESSIONAL.name]
        assert may_ask(field.to_dict()["name"]["value"], asked, held=frozenset(Role))
