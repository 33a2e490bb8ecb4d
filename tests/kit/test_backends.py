from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from kafka import KafkaAdminClient
from kafka import errors as kafka_errors

from tests.backends.kafka import Broker


@pytest.mark.postgres
def test_a_fresh_database_is_empty_and_of_postgresql_18(database: str) -> None:
    with psycopg.connect(database) as connection:
        tables = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchone()
        assert tables == (0,)
        assert connection.info.server_version // 10_000 == 18


@pytest.mark.kafka
def test_a_broker_keeps_its_address_and_topics_over_a_kill_and_a_restart(kafka: Broker) -> None:
    topic = "kept-over-a-kill"
    _admin(kafka, lambda admin: admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}))
    kafka.kill()
    kafka.start()
    kafka.restart()
    assert topic in _admin(kafka, lambda admin: admin.list_topics())


@pytest.mark.kafka
def test_a_paused_broker_answers_nobody_until_it_is_resumed(kafka: Broker) -> None:
    kafka.pause()
    with pytest.raises(kafka_errors.KafkaError):
        _admin(kafka, lambda admin: admin.list_topics())
    kafka.resume()
    _admin(kafka, lambda admin: admin.list_topics())


def _admin(kafka: Broker, do: Callable[[KafkaAdminClient], Any]) -> Any:
    admin = KafkaAdminClient(
        bootstrap_servers=kafka.bootstrap, request_timeout_ms=3_000, bootstrap_timeout_ms=3_000
    )
    try:
        return do(admin)
    finally:
        admin.close()
