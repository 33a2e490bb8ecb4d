"""`python -m gateway.access_matrix`: writes docs/access.md: who may read each field of the schema."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from graphql import GraphQLObjectType, GraphQLSchema, build_schema

from gateway.schema import schema_text
from rules.access.decision import Relation
from rules.access.decisions import decision_on, may_see, roles_for
from rules.access.roles import Role

COMMITTED: Final = Path(__file__).parents[1] / "docs" / "access.md"
ROOTS: Final = ("Query", "Mutation", "Subscription")
LETTERS: Final = {
    Relation.OWNER: "o",
    Relation.NAMED: "n",
    Relation.OTHER_PARTY: "p",
    Relation.TEAM: "t",
    Relation.INVITED: "i",
    Relation.COLLEAGUE: "c",
    Relation.NONE: "–",  # noqa: RUF001 - a sign of its own in a table
}
ROLES: Final = tuple(role for role in Role if role is not Role.PUBLIC)


def object_types(schema: GraphQLSchema) -> Iterator[GraphQLObjectType]:
    """Yield every object type but the roots, by name."""
    for name, kind in sorted(schema.type_map.items()):
        if isinstance(kind, GraphQLObjectType) and name not in ROOTS and not name.startswith("__"):
            yield kind


def matrix_text() -> str:
    """Return the text of the page. Raises UndecidedFieldError for a field without a decision."""
    schema = build_schema(schema_text())
    return "\n".join([*_head(), *_root_fields(schema), *_fields(schema)]) + "\n"


def _head() -> list[str]:
    return [
        "# Who may see what",
        "",
        "Made from the areas in `rules/access` by `make access`; a test compares it and",
        "asks the gateway in each role. What has no decision there can't be in the schema.",
        "A request acts in one role, and roles never add up.",
        "",
        "In a cell, how the one who asks has to be related to whom the thing is about: "
        + ", ".join(f"`{letter}` {_words(relation)}" for relation, letter in LETTERS.items())
        + "; empty: never.",
    ]


def _words(relation: Relation) -> str:
    return {
        Relation.OWNER: "the person themselves",
        Relation.NAMED: "someone to whom the owner opened the item by name",
        Relation.OTHER_PARTY: "the other party of the conversation",
        Relation.TEAM: "a member of the team",
        Relation.INVITED: "someone whom the person asked for feedback",
        Relation.COLLEAGUE: "anyone who works here",
        Relation.NONE: "no person is concerned",
    }[relation]


def _root_fields(schema: GraphQLSchema) -> Iterator[str]:
    yield from ("", "## Root fields", "")
    yield from _header("Root field")
    for root in ROOTS:
        kind = schema.get_type(root)
        for name in kind.fields if isinstance(kind, GraphQLObjectType) else ():
            cells = ("✓" if role in roles_for(name) else "" for role in ROLES)
            yield f"| {root.lower()} `{name}` | {' | '.join(cells)} |"


def _fields(schema: GraphQLSchema) -> Iterator[str]:
    yield from ("", "## Fields", "")
    yield from _header("Field", "Only")
    for kind in object_types(schema):
        for name in kind.fields:
            cells = [_cell(kind.name, name, role) for role in ROLES]
            yield f"| `{kind.name}.{name}` | {' | '.join([*cells, decision_on(kind.name, name).when])} |"


def _cell(kind: str, field: str, role: Role) -> str:
    return "".join(
        letter for relation, letter in LETTERS.items() if may_see(kind, field, role=role, relation=relation)
    )


def _header(first: str, *last: str) -> Iterator[str]:
    names = [role.name.replace("_", " ").capitalize() for role in ROLES]
    columns = [first, *names, *last]
    yield f"| {' | '.join(columns)} |"
    yield f"| {' | '.join('---' for _ in columns)} |"


def main() -> int:
    COMMITTED.write_text(matrix_text(), encoding="utf-8")
    sys.stdout.write(f"Written: docs/{COMMITTED.name}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
