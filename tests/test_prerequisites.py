"""What can't run on a machine is said before the tests begin, by looking at what is there."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def said(folder: Path, *tools: str, **settings: str) -> str:
    """Return what a machine says that has these tools only."""
    for tool in tools:
        (folder / tool).write_text("#!/bin/sh\nexit 0\n")
        (folder / tool).chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("IPP_", "CI"))}
    env |= {"PATH": str(folder), "IPP_TEST_STANDINS": str(folder / "none"), **settings}
    done = subprocess.run(
        [sys.executable, "-m", "tests.prerequisites"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_a_machine_with_nothing_is_told_everything_that_will_not_run(tmp_path: Path) -> None:
    printed = said(tmp_path)
    assert printed.startswith("These tests will be skipped; all others run:\n")
    for words in (
        "-m kafka",
        "java and mvn missing",
        "-m compose",
        "no Docker engine",
        "node and npm missing",
        "chromium missing",
    ):
        assert words in printed


def test_in_ci_they_fail(tmp_path: Path) -> None:
    assert said(tmp_path, CI="true").startswith("These tests will fail, because CI=true")


def test_what_is_there_is_not_named(tmp_path: Path) -> None:
    printed = said(tmp_path, "java", "mvn", "node")
    assert "kafka" not in printed
    assert "npm missing" in printed


def test_a_broker_that_is_named_is_enough(tmp_path: Path) -> None:
    assert "kafka" not in said(tmp_path, IPP_TEST_KAFKA="localhost:9092")


def test_a_machine_with_everything_says_nothing(tmp_path: Path) -> None:
    assert said(tmp_path, "docker", "java", "mvn", "node", "npm", "chromium") == ""


def test_docker_in_place_of_java_is_enough_for_all_but_kafka_streams(tmp_path: Path) -> None:
    printed = said(tmp_path, "docker", "node", "npm", "chromium")
    assert printed.count("missing") == 1
    assert "Kafka Streams: java and mvn missing" in printed
