"""The comparison with Kafka Streams is fair: from one topic both make the same rows, from all events."""

from pathlib import Path

import psycopg
import pytest

from benchmarks.projection.contest import contest, shown
from benchmarks.projection.folds import Sealing, no_server_s
from benchmarks.projection.load import commits_of, fill
from benchmarks.projection.streams import NoStreamsError, built
from events.codec import EventMapper
from events.log.adapters.kafka_topic import create_topic
from events.log.config import KafkaConfig
from events.privacy.vault import Vault
from kit.secrets import MasterKey
from tests.backends.kafka import Broker
from tests.conftest import not_to_be_had
from tests.events.log.harness import CLOCK, LogUnderTest, unique_name

PEOPLE = 3
EVENTS_EACH = 25
FOLDED = EVENTS_EACH - 1
"""All but the registration make a row of `versions`; the opening and the ten claims make another."""


@pytest.mark.postgres
@pytest.mark.kafka
def test_we_and_kafka_streams_fold_one_topic_into_the_same_rows(
    kafka: Broker, database: str, tmp_path: Path
) -> None:
    try:
        built()
    except NoStreamsError as missing:
        not_to_be_had(str(missing))
    sealing = Sealing(url=database, master_key=tmp_path / "master.key")
    vault = Vault(database, MasterKey.from_file_or_new(sealing.master_key))
    vault.create_tables()
    people = [vault.person_for_or_new(f"p{number}") for number in range(PEOPLE)]
    log = LogUnderTest(url=database, name=unique_name(), bootstrap=kafka.bootstrap)
    create_topic(KafkaConfig(topic=log.topic, options=log.options, replicas=1), partitions=1, clock=CLOCK)
    fill(log, [commit for person in people for commit in commits_of(EventMapper(vault), person, EVENTS_EACH)])

    with psycopg.connect(database, autocommit=True) as conn:
        (turn,) = contest(
            conn,
            log,
            sealing,
            people=people,
            total=PEOPLE * EVENTS_EACH,
            rounds=1,
            warm_ups=0,
            folder=tmp_path,
            postgres_s=no_server_s,
            broker_s=no_server_s,
        )

    log.drop()
    assert turn.rows == PEOPLE * (FOLDED + 1 + 10 + FOLDED - 1), "versions, opening, talents, readings"
    assert turn.rival.own_us > 0
    assert shown([turn])["ours_of_rival"]["from"] >= shown([turn])["view_of_rival"]["from"]
