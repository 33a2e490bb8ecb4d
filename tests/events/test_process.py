"""`python -m events` as an operator runs it."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.backends.kafka import Broker
from tests.environment import without_settings
from tests.events.log import topics
from tests.events.log.harness import LogUnderTest, event, subject, unique_name
from tests.events.log.proof.test_bundle import checkpoint_of
from tests.verifier.program import VERIFIER

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **given: str) -> "subprocess.CompletedProcess[str]":
    others = without_settings()
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


@pytest.mark.postgres
def test_a_checkpoint_that_was_kept_and_a_bundle_are_checked_as_an_auditor_does(
    database: str, tmp_path: Path
) -> None:
    key, note, public, bundle = (tmp_path / name for name in ("key", "note.txt", "key.pub", "one.bundle"))
    key.write_text(bytes(range(32)).hex())
    given = {
        "IPP_DATABASE_URL": database,
        "IPP_LOG_NAME": unique_name(),
        "IPP_PARTITIONS": "1",
        "IPP_CHECKPOINT_KEY_FILE": str(key),
    }
    log = LogUnderTest(url=database, name=given["IPP_LOG_NAME"])
    log.create()
    one = subject()
    with log.folding():
        log.recorder().append([event(one, 1)])
        note.write_text(checkpoint_of(log))
        log.recorder().append([event(one, 2)])
    public.write_text(run("public-key", **given).stdout)
    agreed = run("verify", "--checkpoint", str(note), "--key", str(public), **given)
    assert agreed.returncode == 0, agreed.stdout
    made = run("bundle", f"portfolio-{one}", "--to", str(bundle), **given)
    assert made.returncode == 0, made.stdout
    assert "complete on the operator's word" in " ".join(made.stdout.split())
    assert VERIFIER.main([str(bundle), "--key", str(public)]) == 4

    log.drop()
    with psycopg.connect(database, autocommit=True) as conn:
        log.tables.drop(conn)
        conn.execute(f"DELETE FROM {log.name}_records WHERE record_offset > 0")
    with log.folding():
        log.recorder().append([event(subject(), 1)])
    found = run("verify", "--checkpoint", str(note), "--key", str(public), **given)
    assert found.returncode == 1
    assert "rewritten or forked" in " ".join(found.stdout.split())
    assert run("verify", "--checkpoint", str(note), **given).returncode == 1, "without a key"
    log.drop()


@pytest.mark.postgres
def test_what_can_not_be_bundled_is_said_in_a_line(database: str, tmp_path: Path) -> None:
    given = {"IPP_DATABASE_URL": database, "IPP_LOG_NAME": unique_name(), "IPP_PARTITIONS": "1"}
    without = run("bundle", "x", "--to", str(tmp_path / "b"), **given)
    assert without.returncode == 2
    assert "IPP_CHECKPOINT_KEY_FILE" in without.stderr
    key = tmp_path / "key"
    key.write_text(bytes(range(32)).hex())
    log = LogUnderTest(url=database, name=given["IPP_LOG_NAME"])
    log.create()
    with log.folding():
        log.recorder().append([event(subject(), 1)])
    for stream in ("x", f"portfolio-{subject()}"):
        ended = run("bundle", stream, "--to", str(tmp_path / "b"), IPP_CHECKPOINT_KEY_FILE=str(key), **given)
        assert ended.returncode == 1
        assert "Traceback" not in ended.stderr
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
