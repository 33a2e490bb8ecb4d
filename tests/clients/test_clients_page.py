"""docs/clients.md: its documents fit the schema, its settings run, its tables agree with the code."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLScalarType,
    build_schema,
    coerce_input_value,
    introspection_from_schema,
    parse,
    validate,
)

from gateway.errors import ErrorCode
from kit.settings import PREFIX, Settings
from rules.access.roles import ROLE_HEADER
from tests.conftest import not_to_be_had

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "clients.md").read_text()
SCHEMA = build_schema((ROOT / "gateway" / "schema.graphql").read_text())
INTROSPECTED = json.dumps(introspection_from_schema(SCHEMA))
RUN_S_MAX = 30.0
BUILT_IN = {"String", "Int", "Float", "Boolean"}
PAGE_ARGUMENTS = {"first", "after"}
STAND_INS = """
class InMemoryCache { constructor(options) { Object.assign(this, options); } }
const relayStylePagination = (keyArgs = []) => ({ paged: true, keyArgs });
const relayPagination = () => ({ paged: true });
const cacheExchange = (options) => options;
const createClient = (options) => options;
"""


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        not_to_be_had("The examples of docs/clients.md need node: deploy/tools.sh installs it.")
        raise AssertionError
    return found


def run(node: str, about: str, result: str) -> Any:
    """Run the block that holds `about` with stand-ins for its libraries; return `result` as JSON."""
    first, *others = blocks("js")  # the first is imported by others
    (block,) = [block for block in others if about in block]
    script = re.sub(r"^import .*$", "", first + block, flags=re.MULTILINE).replace("export ", "")
    done = subprocess.run(  # noqa: S603 - our own page
        [node, "--input-type=module", "-"],
        input=f"{STAND_INS}{script}\nconsole.log(JSON.stringify({result}));",
        capture_output=True,
        text=True,
        timeout=RUN_S_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def object_types() -> list[GraphQLObjectType]:
    kinds = SCHEMA.type_map.values()
    return [kind for kind in kinds if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")]


def fields_with(arguments: set[str]) -> set[tuple[str, str]]:
    return {
        (kind.name, name)
        for kind in object_types()
        for name, field in kind.fields.items()
        if arguments <= field.args.keys()
    }


@pytest.mark.parametrize("document", blocks("graphql"))
def test_each_document_can_be_asked(document: str) -> None:
    assert validate(SCHEMA, parse(document)) == []


def test_every_example_is_in_a_language_that_is_checked_here() -> None:
    assert set(re.findall(r"^```(\w+)$", PAGE, re.MULTILINE)) == {"graphql", "json", "js"}
    assert PAGE.count("\n```") == 2 * sum(len(blocks(kind)) for kind in ("graphql", "json", "js"))


def test_the_input_of_the_example_is_one() -> None:
    (given,) = [json.loads(block) for block in blocks("json") if "commandId" in block]
    kind = SCHEMA.type_map["ClaimTalentInput"]
    assert isinstance(kind, GraphQLInputObjectType)
    coerce_input_value(given["input"], kind)


def test_every_scalar_is_in_the_table_and_in_both_generators_settings() -> None:
    scalars = {name for name, kind in SCHEMA.type_map.items() if isinstance(kind, GraphQLScalarType)}
    table = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", PAGE, re.MULTILINE))
    assert table.keys() == scalars - BUILT_IN
    codegen, relay = [json.loads(block) for block in blocks("json") if '"UUID"' in block]
    ours = {name: kind for name, kind in table.items() if name != "ID"}  # which both know
    assert codegen["config"]["scalars"] == relay["customScalarTypes"] == ours


def test_apollo_merges_every_page_and_leaves_out_of_keys_what_only_waits(node: str) -> None:
    policies = run(node, "InMemoryCache", f"cache({INTROSPECTED}).typePolicies")
    fields = {
        (kind, name): how for kind in policies for name, how in policies[kind].get("fields", {}).items()
    }
    paged = {place for place, how in fields.items() if how.get("paged")}
    assert paged == fields_with(PAGE_ARGUMENTS)
    for kind, name in paged:
        taken = _type(kind).fields[name].args.keys()
        assert set(fields[kind, name]["keyArgs"]) == taken - PAGE_ARGUMENTS, name
    waits = {place for place in fields_with({"waitFor"}) if place[0] == "Query"}
    assert {place for place in fields if place[0] == "Query"} - paged == waits
    assert all("waitFor" not in how["keyArgs"] for how in fields.values())
    for kind, policy in policies.items():
        assert set(policy.get("keyFields", [])) <= _type(kind).fields.keys()


def test_graphcache_has_a_key_for_every_type_without_an_id_and_merges_every_page(node: str) -> None:
    made = "(({ keys, resolvers }) => [Object.keys(keys), keys.CommandResult({ commandId: 'c' }), resolvers])"
    keys, of_result, resolvers = run(node, "cacheExchange", f"{made}(cache({INTROSPECTED}))")
    assert set(keys) == {kind.name for kind in object_types() if "id" not in kind.fields}
    assert of_result == "c"
    merged = {(kind, name) for kind, fields in resolvers.items() for name in fields}
    assert merged == fields_with(PAGE_ARGUMENTS)


def test_the_types_that_the_caches_know_apart_have_no_id(node: str) -> None:
    assert {"CommandResult", "TalentCatalogue"} <= set(
        run(node, "cacheExchange", f"typesWithoutId({INTROSPECTED})")
    )


def test_a_websocket_names_token_and_role_as_the_headers(node: str) -> None:
    said = 'await live("ws://x", async () => "t", "HR").connectionParams()'
    assert run(node, "graphql-ws", said) == {"Authorization": "Bearer t", ROLE_HEADER: "HR"}


def test_a_document_is_named_by_the_sha_256_of_its_text(node: str) -> None:
    first = blocks("graphql")[0].strip()
    digest = hashlib.sha256(first.encode()).hexdigest()
    assert [json.loads(block) for block in blocks("json") if "documentId" in block] == [
        {"documentId": digest, "variables": {}}
    ]
    asked = json.dumps(json.dumps({"query": first, "variables": {"a": 1}}))
    said = f'await (fetch = (_, init) => init.body, fetchByDocumentId("x", {{ body: {asked} }}))'
    assert json.loads(run(node, "documentId", said)) == {"variables": {"a": 1}, "documentId": digest}


def test_every_error_code_and_every_outcome_has_its_line_and_no_other() -> None:
    assert _lines_of("Errors") == [code.value for code in ErrorCode]
    assert _lines_of("A change") == _enum("CommandOutcome")


def test_every_refusal_named_here_is_one() -> None:
    (paragraph,) = re.findall(r"^Refusals to act on by `code`:.*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`([A-Z_]{4,})`", paragraph)) <= set(_enum("RefusalCode"))


def test_the_limits_are_those_of_the_settings() -> None:
    table = re.findall(rf"^\| `{PREFIX}(\w+)` \| (\d+) \|", PAGE, re.MULTILINE)
    assert len(table) == len(re.findall(rf"^\| `{PREFIX}", PAGE, re.MULTILINE)) > 0
    defaults = Settings()
    assert [(name, int(value)) for name, value in table] == [
        (name, getattr(defaults, name.lower())) for name, _ in table
    ]


def test_what_the_page_leads_to_is_there() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target


def _type(name: str) -> GraphQLObjectType:
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return kind


def _enum(name: str) -> list[str]:
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLEnumType)
    return list(kind.values)


def _lines_of(section: str) -> list[str]:
    """Return what the lines of the table in this section are about."""
    (text,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
