"""`python -m events` as an operator runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backends.kafka import Broker
from tests.events.log import topics
from tests.events.log.harness import LogUnderTest, event, subject, unique_name

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **given: str) -> "subprocess.CompletedProcess[str]":
    others = {name: value for name, value in os.environ.items() if not name.startswith("IPP_")}
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "events", *arguments],
        env={**others, **given},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.postgres
def test_a_log_is_created_folded_and_found_in_order(database: str) -> None:
    given = {"IPP_DATABASE_URL": database, "IPP_LOG_NAME": unique_name(), "IPP_PARTITIONS": "3"}
    for _ in range(2):
        created = run("create", **given)
        assert created.returncode == 0, created.stderr
    log = LogUnderTest(url=database, name=given["IPP_LOG_NAME"], partitions=3)
    with log.folding():
        log.recorder().append([event(subject(), 1)])
    verified = run("verify", "--json", **given)
    assert verified.returncode == 0, verified.stderr
    reports = json.loads(verified.stdout)["partitions"]
    assert [report["faults"] for report in reports] == [[], [], []]
    assert sum(report["accepted"] for report in reports) == 1
    log.drop()


@pytest.mark.parametrize("command", ["create", "verify"])
def test_a_broker_that_is_away_is_reported_in_a_line(command: str) -> None:
    ended = run(command, IPP_KAFKA_BOOTSTRAP="127.0.0.1:1", IPP_DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert ended.returncode == 1
    assert "Kafka does not answer" in ended.stdout
    assert "Traceback" not in ended.stderr


@pytest.mark.postgres
@pytest.mark.kafka
def test_a_topic_with_wrong_settings_is_named_by_create_and_verify(database: str, kafka: Broker) -> None:
    log = LogUnderTest(url=database, name=unique_name(), bootstrap=kafka.bootstrap)
    given = {
        "IPP_DATABASE_URL": database,
        "IPP_LOG_NAME": log.name,
        "IPP_PARTITIONS": "1",
        "IPP_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "IPP_KAFKA_REPLICAS": "1",
    }
    topics.make(log, {"cleanup.policy": "compact"})
    refused = run("create", **given)
    assert refused.returncode == 1
    for words in ("cleanup.policy is compact and must be delete or empty", "retention.ms is 604800000"):
        assert words in " ".join(refused.stdout.split())

    topics.alter(log, {"cleanup.policy": "delete", "retention.ms": "-1"})
    created = run("create", **given)
    assert created.returncode == 0
    assert "flush.messages is" in " ".join(created.stdout.split()), "a warning"
    with log.folding():
        log.recorder().append([event(subject(), 1)])
    assert run("verify", **given).returncode == 0

    topics.alter(log, {"retention.bytes": "1000000"})
    found = run("verify", "--json", **given)
    assert found.returncode == 1
    settings = json.loads(found.stdout)["settings"]
    assert [fault["halts"] for fault in settings if "retention.bytes is 1000000" in fault["sentence"]] == [
        True
    ]
    log.drop()


def test_the_settings_that_a_topic_must_have_are_printed_for_this_installation() -> None:
    printed = run("settings", IPP_KAFKA_BOOTSTRAP="127.0.0.1:1", IPP_KAFKA_REPLICAS="1").stdout
    assert "| `retention.ms` | `-1` | -1 |" in printed
    assert "| `flush.messages` | `1` | 1 |" in printed


def test_a_database_that_is_away_is_reported_in_a_line() -> None:
    ended = run("verify", IPP_DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert ended.returncode == 1
    assert "does not answer" in ended.stdout
    assert "Traceback" not in ended.stderr
