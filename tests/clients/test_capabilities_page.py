"""docs/capabilities.md and the page for staff: documents that fit, clients that run, numbers of the code."""

import asyncio
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from gateway.api.releases.csv_file import TOO_FEW
from gateway.context import PING_S
from gateway.errors import ErrorCode
from kit.settings import Settings
from rules.pages import NOTICE_VERSION
from tests.e2e.demo import ROOT, Demo
from tests.e2e.releases.releasing import Releases, releases_of

DOCS = ROOT / "docs"
PAGE = (DOCS / "capabilities.md").read_text()
STAFF = (DOCS / "privacy-for-staff.md").read_text()
SCHEMA = build_schema((ROOT / "gateway" / "schema.graphql").read_text())
RUN_S_MAX = 60.0


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", blocks("graphql"))
def test_each_document_can_be_asked(document: str) -> None:
    assert validate(SCHEMA, parse(document)) == []


def test_hidden_is_said_in_the_words_of_the_file() -> None:
    assert TOO_FEW.nl in PAGE
    assert TOO_FEW.nl in STAFF
    assert TOO_FEW.en in STAFF


def test_the_numbers_are_those_of_the_settings() -> None:
    assert f"after {PING_S:g} seconds of silence at the latest" in PAGE
    assert Settings().stream_ping_s == PING_S
    assert Settings().subscriptions_per_person_max == 10


def test_every_code_of_the_table_is_one() -> None:
    (table,) = re.findall(r"^\| What you see.*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`([A-Z_]{4,})`", table)) <= {code.value for code in ErrorCode}


def test_what_the_pages_lead_to_is_there() -> None:
    for page in (PAGE, STAFF):
        for target in re.findall(r"\]\((?!http)([^)#]+)", page):
            assert (DOCS / target).exists(), target


def test_the_page_for_staff_answers_the_same_questions_in_both_languages() -> None:
    dutch, _, english = STAFF.partition("## In English")
    numbers = [re.findall(r"^### (\d)\.", text, re.MULTILINE) for text in (dutch, english)]
    assert numbers == [["1", "2", "3"]] * 2
    assert f"Version {NOTICE_VERSION}." in STAFF


@pytest.fixture(scope="module")
def releases(demo: Demo) -> Iterator[Releases]:
    with releases_of(demo) as found:
        found.come_out()
        yield found


@pytest.mark.e2e
@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_the_client_in_python_hears_of_what_it_missed_and_saves_where_it_is(
    demo: Demo, releases: Releases
) -> None:
    (source,) = blocks("python")
    client: dict[str, Any] = {}
    exec(compile(source, "docs/capabilities.md", "exec"), client)  # noqa: S102 - our own page
    seen = releases.id_of(releases.epoch)
    missed = [releases.come_out(), releases.come_out(keeps=True)]
    saved: list[str] = []

    async def new_token() -> str:
        return await asyncio.to_thread(demo.token, "hr")

    async def steps() -> list[int]:
        url = f"{demo.url.replace('http', 'ws', 1)}/graphql"
        stream = client["releases"](url, new_token, seen, saved.append)
        found = [(await anext(stream))["epoch"] for _ in missed]
        await stream.aclose()
        return found

    assert asyncio.run(asyncio.wait_for(steps(), RUN_S_MAX)) == missed
    assert saved == [releases.id_of(missed[0])]  # the last one is saved when the caller comes for the next


@pytest.mark.e2e
@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_the_client_in_javascript_hears_of_what_it_missed(
    demo: Demo, releases: Releases, node: str, tmp_path: Path
) -> None:
    (source,) = blocks("js")
    seen = releases.id_of(releases.epoch)
    missed = [releases.come_out(), releases.come_out()]
    url, token = f"{demo.url}/graphql", demo.token("hr")
    script = tmp_path / "client.mjs"
    script.write_text(
        f"""{source}
const found = [];
for await (const release of releases("{url}", async () => "{token}", "{seen}")) {{
  found.push(release.epoch);
  if (found.length === {len(missed)}) break;
}}
console.log(JSON.stringify(found));
process.exit(0);
"""
    )
    done = subprocess.run(  # noqa: S603 - our own page
        [node, str(script)], capture_output=True, text=True, timeout=RUN_S_MAX, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == missed
