"""Every import contract holds, and breaks when a bad import is planted."""

import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
PACKAGES: list[str] = SETTINGS["root_packages"]
CONTRACTS: list[str] = [contract["name"] for contract in SETTINGS["contracts"]]


class Plant(NamedTuple):
    breaks: str
    where: str
    line: str


FLOORS = "A floor imports only floors below"
PURE = "Rules, event types, commands and deciders reach no I/O, no framework, no clock"
PLANTS = [
    Plant(FLOORS, "kit/ids.py", "import rules.quadrants"),
    Plant(FLOORS, "events/codec.py", "import services.deciding"),
    Plant(FLOORS, "services/handling.py", "import projections.view"),
    Plant(FLOORS, "projections/view.py", "import services.deciding"),
    Plant(FLOORS, "rules/access.py", "import events.log.streams"),
    Plant("The gateway knows events, not their log", "gateway/access.py", "import events.log.streams"),
    Plant(PURE, "services/portfolio/decider.py", "import kit.clock"),
    Plant(PURE, "services/organisation/units_decider.py", "import kit.clock"),
    Plant(PURE, "services/portfolio/commands/base.py", "import fastapi"),
    Plant(PURE, "events/catalog/portfolio/goals.py", "import httpx"),
    Plant(PURE, "rules/access.py", "import kit.postgres"),
    Plant("What decides stays inside the services", "gateway/access.py", "import services.portfolio.decider"),
    Plant(
        "What decides stays inside the services",
        "gateway/access.py",
        "import services.organisation.policy_decider",
    ),
    Plant(
        "How views are kept stays inside the projections", "gateway/access.py", "import projections.worker"
    ),
    Plant("Contexts are independent", "services/portfolio/commands/base.py", "import services.team.commands"),
    Plant(
        "Views are independent", "projections/views/profile/reads.py", "import projections.views.directory"
    ),
    Plant("No circles", "events/log/outcomes.py", "import events.log.recorder"),
    Plant(
        "The Kafka client only in events/log/kafka.py and kafka_fetch.py",
        "events/log/table.py",
        "import kafka",
    ),
    Plant("Strawberry only in the gateway", "services/app.py", "import strawberry"),
    Plant(
        "psycopg only in kit, projections, the log, the vault and the read log",
        "gateway/access.py",
        "import psycopg",
    ),
    Plant("Only composition roots read settings", "services/handling.py", "import kit.settings"),
    Plant("Nothing imports tests or benchmarks", "kit/ids.py", "import tests.spec"),
]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a copy of the tree, whose unchanged files import-linter reads once for all plants."""
    tree = tmp_path_factory.mktemp("planted")
    for package in [*PACKAGES, "tests"]:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    yield tree
    shutil.rmtree(tree)


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(  # noqa: S603 - our own command
        [program, "--no-logo"], cwd=tree, capture_output=True, text=True, check=False, timeout=100
    )


def test_the_tree_as_it_stands_keeps_every_contract() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.line} in {plant.where}")
def test_a_planted_import_breaks_its_contract(copied: Path, plant: Plant) -> None:
    file = copied / plant.where
    before = file.read_text()
    file.write_text(f"{before}\n{plant.line}\n")
    try:
        done = lint(copied)
    finally:
        file.write_text(before)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{plant.breaks} BROKEN" in done.stdout


def test_every_contract_is_broken_once() -> None:
    assert {plant.breaks for plant in PLANTS} == set(CONTRACTS)


def test_every_context_stands_in_the_contract_of_independence() -> None:
    contract = next(one for one in SETTINGS["contracts"] if one["name"] == "Contexts are independent")
    found = {f"services.{module.parent.name}" for module in (ROOT / "services").glob("*/*decider.py")}
    assert found == set(contract["modules"])


@pytest.mark.parametrize("package", [*PACKAGES, "tests"])
def test_a_top_level_package_is_ours(package: str) -> None:
    # PyPI's Events, which others depend on, installs a package `events` as well.
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)
    owners = set(importlib.metadata.packages_distributions().get(package, []))
    assert owners <= {"ipp"}
