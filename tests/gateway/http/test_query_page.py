"""The demo's pages: examples that the schema takes, colours that can be seen, no script of anybody else."""

import asyncio
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from graphql import OperationDefinitionNode, build_schema, parse, validate

from deploy.local.home import READ_FIRST, TEXTS, home_routes
from deploy.welcome import WHO
from gateway.assembly import limits_of
from gateway.http.endpoint import GraphQLEndpoint
from gateway.http.query_page import PEOPLE, SCRIPTS, graphiql_page, home_page, query_page
from gateway.schema import build_schema as build_api
from gateway.schema import schema_text
from kit.settings import Settings
from rules.access.decisions import may_ask
from rules.access.roles import Role
from tests.gateway.harness import Harness

WEB = Path(__file__).parents[3] / "gateway" / "web"
SOURCE = (WEB / "examples.js").read_text()
EXAMPLES = re.findall(r'\["([^"]+)", "([A-Z_]*)", `([^`]+)`', SOURCE)
SCHEMA = build_schema(schema_text())
BORDER_CONTRAST_MIN = 3.0
TEXT_CONTRAST_MIN = 4.5
GROUNDS = ("paper", "soft")
WORDS = ("ink", "accent", "good", "bad", "warn", "open")
PALETTES = re.findall(r":root \{([^}]*)\}", (WEB / "page.css").read_text())


@pytest.fixture
def as_set(harness: Harness) -> Harness:
    """Give a gateway with the limits that its settings have unless somebody sets others."""
    limits = limits_of(Settings())
    harness.gateway = replace(harness.gateway, limits=limits)
    harness.endpoint = GraphQLEndpoint(build_api(limits.document), harness.gateway, with_page=True)
    return harness


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == SOURCE.count('\n  ["') > 0


@pytest.mark.parametrize(("name", "role", "document"), EXAMPLES)
def test_an_example_can_be_asked_in_its_role(name: str, role: str, document: str) -> None:
    parsed = parse(document)
    assert validate(SCHEMA, parsed) == [], name
    operation = next(node for node in parsed.definitions if isinstance(node, OperationDefinitionNode))
    for field in operation.selection_set.selections:
        asked = Role[role or Role.PROFESSIONAL.name]
        assert may_ask(field.to_dict()["name"]["value"], asked, held=frozenset(Role))


def test_somebody_of_the_demo_holds_the_role_of_each_example() -> None:
    assert {role for _, role, _ in EXAMPLES if role} <= {role.name for role in PEOPLE.values()}


def test_the_page_knows_the_people_of_the_demo() -> None:
    assert [(name, role.name) for name, role in PEOPLE.items()] == [(name, role) for name, role, _ in WHO]


@pytest.mark.parametrize(("name", "role", "document"), EXAMPLES)
def test_an_example_is_within_the_limits(as_set: Harness, name: str, role: str, document: str) -> None:
    codes = asyncio.run(as_set.codes(document, role=role or None))
    assert "LIMIT_EXCEEDED" not in codes, name


def test_what_the_page_asks_for_the_schema_is_answered_and_holds_every_description(as_set: Harness) -> None:
    found = re.search(r"SCHEMA_QUERY = `([^`]+)`", (WEB / "schema.js").read_text())
    assert found
    answer = asyncio.run(as_set.ask(found[1]))
    assert "errors" not in answer
    assert {"Query", "Mutation"} <= {kind["name"] for kind in answer["data"]["__schema"]["types"]}
    asked = re.sub(r"\s+", " ", found[1])
    for described in ("types {", "fields {", "args {", "inputFields {", "enumValues {"):
        assert re.search(rf"{described}[^{{]*\bdescription\b", asked), described


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
def test_borders_and_words_can_be_told_from_what_they_are_on(palette: str) -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", palette))
    for ground in GROUNDS:
        assert _contrast(colours["line"], colours[ground]) >= BORDER_CONTRAST_MIN
        for word in WORDS:
            assert _contrast(colours[word], colours[ground]) >= TEXT_CONTRAST_MIN, (word, ground)


def test_each_end_of_a_command_has_a_border_of_its_own_and_not_only_a_colour() -> None:
    style = (WEB / "query.css").read_text()
    borders = dict(re.findall(r"#outcomes > \.([A-Z]+) \{ color: [^;]+; (border[^}]+) \}", style))
    assert {"ACCEPTED", "REFUSED", "UNSETTLED", "FORBIDDEN", "ERROR"} == set(borders)
    assert len(set(borders.values())) == len(borders)
    signs = re.findall(r'^  [A-Z]+: \["(.)"', (WEB / "logic.js").read_text(), re.MULTILINE)
    assert len(set(signs)) == len(signs) == len(borders)


def test_the_answer_is_read_out_only_when_somebody_goes_there_and_the_status_at_once() -> None:
    html, _ = query_page()
    assert "aria-live" not in html
    (answer,) = re.findall(r'<pre id="answer"[^>]*>', html)
    assert 'tabindex="0"' in answer
    assert re.search(r'<p id="status" role="status">', html)


@pytest.mark.parametrize("page", [query_page, graphiql_page, lambda: home_page(port=8000)])
def test_a_page_runs_only_scripts_that_it_names(page: object) -> None:
    assert callable(page)
    html, headers = page()
    policy = headers["Content-Security-Policy"]
    (nonce,) = re.findall(r"script-src 'nonce-([\w-]+)';", policy)
    assert "default-src 'none'" in policy
    assert all(f'nonce="{nonce}"' in tag for tag in re.findall(r"<script\b[^>]*>", html))
    assert not re.search(r"<[^>]*\s(on\w+|style)=", html.split("<script")[0]), "the policy forbids these"


def test_each_load_has_a_nonce_of_its_own_and_no_mark_stays_unfilled() -> None:
    pages = [query_page() for _ in range(3)]
    policies = [headers["Content-Security-Policy"] for _, headers in pages]
    assert all(one != other for one, other in pairwise(policies))
    for html, _ in (*pages, home_page(port=8000)):
        assert "{{" not in html.replace("${{", "")
    assert {file.name for file in WEB.glob("*.js")} == set(SCRIPTS)


def test_the_first_address_leads_to_everything() -> None:
    app = FastAPI()
    app.include_router(home_routes(port=8123))

    async def got(path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.get(path)

    home = asyncio.run(got("/"))
    assert home.status_code == 200
    for led_to in ("/graphql", "/health/ready", *(f"/{name}" for name in READ_FIRST)):
        assert f'href="{led_to}"' in home.text
    assert "http://localhost:8123/hr-feed" in home.text
    assert set(READ_FIRST) <= TEXTS
    for name in sorted(TEXTS):
        text = asyncio.run(got(f"/{name}"))
        assert text.status_code == 200
        assert "<h1" in text.text
        targets = set(re.findall(r'href="/([^"#]+)', text.text))
        assert targets <= TEXTS, name


def _contrast(one: str, other: str) -> float:
    """Of WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
