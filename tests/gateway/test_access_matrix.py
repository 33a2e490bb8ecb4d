"""Every field of the schema has its decision, and no role reaches a type that it may not read."""

from graphql import GraphQLObjectType, build_schema, get_named_type

from gateway.access_matrix import COMMITTED, ROOTS, matrix_text, object_types
from gateway.schema import schema_text
from rules.access.decisions import FIELDS, TYPES, decision_on, roles_for
from rules.access.roles import Role

SCHEMA = build_schema(schema_text())


def reached_by(role: Role) -> set[tuple[str, str]]:
    """Return every field that a request in this role can reach from the root fields it may ask."""
    fields: set[tuple[str, str]] = set()
    kinds = []
    for root in ROOTS:
        kind = SCHEMA.get_type(root)
        assert isinstance(kind, GraphQLObjectType)
        kinds += [get_named_type(kind.fields[name].type) for name in kind.fields if role in roles_for(name)]
    seen = set()
    while kinds:
        kind = kinds.pop()
        if not isinstance(kind, GraphQLObjectType) or kind.name in seen:
            continue
        seen.add(kind.name)
        fields |= {(kind.name, name) for name in kind.fields}
        kinds += [get_named_type(detail.type) for detail in kind.fields.values()]
    return fields


def test_every_field_has_a_decision_and_every_decision_a_field() -> None:
    fields = {f"{kind.name}.{name}" for kind in object_types(SCHEMA) for name in kind.fields}
    for kind in object_types(SCHEMA):
        for name in kind.fields:
            assert decision_on(kind.name, name).roles
    assert {kind.name for kind in object_types(SCHEMA)} == TYPES.keys()
    assert fields >= FIELDS.keys()


def test_no_role_reaches_a_field_that_it_may_not_read() -> None:
    for role in Role:
        beyond = {
            f"{kind}.{name}" for kind, name in reached_by(role) if role not in decision_on(kind, name).roles
        }
        assert not beyond, f"{role.name} reaches {sorted(beyond)}"


def test_the_page_says_what_is_decided() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == matrix_text(), "`make access` writes it anew"
