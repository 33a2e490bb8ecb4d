"""A client in TypeScript, generated from the exported schema, run in Node with urql and graphql-ws."""

import asyncio
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.npm import CLIENT, RUN_S_MAX, call
from tests.e2e.asking import Someone
from tests.e2e.demo import Demo

pytestmark = [pytest.mark.e2e, pytest.mark.postgres, pytest.mark.timeout(300)]
MY_PORTFOLIO = "{ me { displayName portfolio { version talents { id name { nl } strength story } } } }"

Steps = dict[str, dict[str, Any]]


@pytest.fixture(scope="package")
def steps(node: str, program: Path, demo: Demo) -> Steps:
    """Run the client once, and return what it printed for each step."""
    said = call(
        node, str(program), within_s=RUN_S_MAX, IPP_URL=demo.url, IPP_TOKEN=demo.token("member")
    ).splitlines()
    printed = [json.loads(line) for line in said]
    assert printed[-1] == {"step": "done"}
    return {step.pop("step"): step for step in printed}


def test_it_reads_the_portfolio(steps: Steps, demo: Demo) -> None:
    read = steps["read"]
    me = asyncio.run(Someone(demo.url, demo.token("member"), "PROFESSIONAL").ask(MY_PORTFOLIO))["me"]
    assert read["name"] == me["displayName"] == "Amina El Idrissi"
    assert read["talents"]
    assert set(read["talents"]) <= {talent["name"]["nl"] for talent in me["portfolio"]["talents"]}


def test_a_change_is_shown_before_its_answer_and_stays(steps: Steps) -> None:
    step = steps["optimistic"]
    asked, version = step["asked"], steps["read"]["version"]
    assert step["before"] != asked
    assert step["early"] == {"strength": asked, "version": version, "answered": False}
    assert (step["outcome"], step["version"]) == ("ACCEPTED", version + 1)
    assert step["after"] == {"strength": asked, "version": version + 1}


def test_what_is_refused_is_taken_off_the_screen_again(steps: Steps) -> None:
    step = steps["refused"]
    assert step["early"] == 99
    assert step["outcome"] == "REFUSED"
    assert [(refusal["code"], refusal["field"]) for refusal in step["refusals"]] == [
        ("INVALID_INPUT", ["energy"])
    ]
    assert step["backAgain"]


def test_a_mutation_whose_answer_was_lost_is_sent_again_and_happens_once(steps: Steps, demo: Demo) -> None:
    step = steps["once"]
    assert (step["sent"], step["outcome"], step["same"]) == (2, "ACCEPTED", True)
    assert (step["times"], step["versions"]) == (1, 1)
    member = Someone(demo.url, demo.token("member"), "PROFESSIONAL")
    talents = asyncio.run(member.ask(MY_PORTFOLIO))["me"]["portfolio"]["talents"]
    assert [talent["name"]["nl"] for talent in talents].count(step["words"]) == 1


def test_a_conflict_is_returned_with_the_version_to_continue_from(steps: Steps) -> None:
    step = steps["conflict"]
    refused, accepted = step["refused"], step["accepted"]
    assert (refused["outcome"], refused["position"]) == ("REFUSED", None)
    assert [refusal["code"] for refusal in refused["refusals"]] == ["CHANGED_MEANWHILE"]
    assert refused["version"] == step["theirs"] == step["seen"] + 1
    assert step["rolledBack"]
    assert (accepted["outcome"], accepted["version"]) == ("ACCEPTED", step["seen"] + 2)
    assert step["story"].startswith("Van twee kanten")


def test_a_subscription_continues_after_a_cut_without_loss_or_repeat(steps: Steps, demo: Demo) -> None:
    step = steps["followed"]
    first = steps["conflict"]["accepted"]["version"] + 1
    assert step["heard"] == step["made"] == list(range(first, first + 5))
    assert step["connections"] == 2
    member = Someone(demo.url, demo.token("member"), "PROFESSIONAL")
    assert asyncio.run(member.ask(MY_PORTFOLIO))["me"]["portfolio"]["version"] == step["made"][-1]


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((CLIENT / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if not package.get("integrity")] == []


@pytest.mark.parametrize(
    ("found", "meant", "said"),
    [
        ("displayName", "salary", r'Cannot query field "salary"'),
        ("Position!", "String!", r'expecting type "\[Position!\]"'),
    ],
)
def test_a_document_that_the_exported_schema_does_not_know_is_not_generated(
    node: str, program: Path, found: str, meant: str, said: str
) -> None:
    documents = (CLIENT / "src" / "documents.graphql").read_text().replace(found, meant)
    done = subprocess.run(  # noqa: S603 - our own generator
        [node, "generate.js", "/dev/stdin"],
        cwd=CLIENT,
        input=documents,
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S_MAX,
    )
    assert done.returncode == 1
    assert re.search(said, done.stderr)
