"""The committed schema is the one the code makes, and no change of it breaks a client."""

import subprocess
from pathlib import Path

from graphql import GraphQLSchema, build_schema, find_breaking_changes

from gateway.export import COMMITTED
from gateway.schema import schema_text

ROOT = Path(__file__).parents[2]


def test_the_committed_schema_is_the_one_the_code_makes() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == schema_text(), "run `make schema`"


def test_no_change_breaks_a_client_of_the_schema_committed_before() -> None:
    before = _committed_before()
    broken = [change.description for change in find_breaking_changes(before, build_schema(schema_text()))]
    assert broken == []


def test_a_field_taken_away_is_found_to_break_clients() -> None:
    ours = schema_text()
    without = build_schema(ours.replace("  displayName: String!\n", "  callName: String!\n", 1))
    assert find_breaking_changes(build_schema(ours), without) != []


def test_every_root_field_of_query_and_subscription_leaves_the_others_whole_when_it_fails() -> None:
    schema = build_schema(schema_text())
    assert schema.query_type is not None
    assert [name for name, field in schema.query_type.fields.items() if str(field.type).endswith("!")] == []


def _committed_before() -> GraphQLSchema:
    """Return the schema of the last commit; without a history, the file in the folder."""
    done = subprocess.run(
        ["git", "show", "HEAD:gateway/schema.graphql"],  # noqa: S607 - git as found on the path
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return build_schema(done.stdout if done.returncode == 0 else COMMITTED.read_text(encoding="utf-8"))
