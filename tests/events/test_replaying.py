"""`python -m events replay` prints a stream's chain from the broker's own bytes, and never what is in it."""

import os
from datetime import date

import psycopg
import pytest

from events.privacy.vault import Vault
from events.replaying import ReplayInputError, Until, read_until
from kit.secrets import MasterKey
from tests.backends.kafka import Broker
from tests.events.log.harness import LogUnderTest, event, subject, unique_name
from tests.events.test_process import run

WRITTEN = "wat-ik-geheim-houd"


@pytest.mark.postgres
@pytest.mark.kafka
def test_each_commit_is_printed_with_its_place_verdict_and_check(database: str, kafka: Broker) -> None:
    log = LogUnderTest(url=database, name=unique_name(), bootstrap=kafka.bootstrap)
    log.create()
    one = subject()
    with log.folding():
        recorder = log.recorder()
        for version in (1, 2, 3):
            recorder.append([event(one, version, state=WRITTEN.encode())])
    given = {
        "IPP_DATABASE_URL": database,
        "IPP_LOG_NAME": log.name,
        "IPP_PARTITIONS": "1",
        "IPP_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "IPP_KAFKA_REPLICAS": "1",
    }
    ended = run("replay", f"portfolio-{one}", **given)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [line.split()[1] for line in ended.stdout.splitlines() if "digest" in line] == ["1", "2", "3"]
    assert ended.stdout.count("accepted") == 3
    assert "agrees with journal and chain" in ended.stdout
    assert WRITTEN not in ended.stdout
    assert "sealed" not in ended.stdout
    first = run("replay", f"portfolio-{one}", "--until", "1", **given)
    assert first.stdout.count("digest") == 1
    none = run("replay", f"portfolio-{one}", "--until", "2020-01-01", **given)
    assert none.stdout.count("digest") == 0
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"UPDATE {log.name}_events SET state = 'x' WHERE originator_version = 2".encode())
    changed = run("replay", f"portfolio-{one}", **given)
    assert changed.returncode == 1
    assert "differs" in changed.stdout
    assert "another state" in changed.stdout
    log.drop()


@pytest.mark.postgres
def test_a_person_is_found_by_number_and_rounds_are_not_replayed(database: str) -> None:
    log = LogUnderTest(url=database, name=unique_name())
    log.create()
    vault = Vault(database, MasterKey(key=os.urandom(32)))
    vault.create_tables()
    person = vault.person_for_or_new("e1")
    with log.folding():
        log.recorder().append([event(person, 1)])
    given = {
        "IPP_DATABASE_URL": database,
        "IPP_VAULT_URL": database,
        "IPP_LOG_NAME": log.name,
        "IPP_PARTITIONS": "1",
    }
    found = run("replay", "e1", **given)
    assert found.returncode == 0, found.stdout + found.stderr
    assert f"portfolio-{person}" in found.stdout
    for name, said in ((f"round-{person}", "not replayed"), ("e2", "nobody has this number")):
        refused = run("replay", name, **given)
        assert refused.returncode == 1
        assert said in " ".join(refused.stdout.split())
    vault.close()
    log.drop()


def test_until_is_a_version_or_a_day() -> None:
    assert read_until(None) == Until()
    assert read_until("12") == Until(version=12)
    assert read_until("2026-11-23") == Until(day=date(2026, 11, 23))
    with pytest.raises(ReplayInputError, match="a version such as"):
        read_until("yesterday")
