"""The table of the topic's settings: what it allows, and that the page and the tests know all of it."""

from pathlib import Path

import pytest

from events.log.adapters.topic_settings import (
    REPLICAS,
    TIMESTAMP_AGE_MIN_MS,
    setting_faults,
    settings_table,
    topic_settings,
)
from events.log.config import KafkaConfig
from tests.events.log import topics

PAGE = (Path(__file__).parents[4] / "docs" / "production.md").read_text()
OLD_BROKER = "message.timestamp.difference.max.ms"


def config(replicas: int, *, flush: bool | None = None) -> KafkaConfig:
    return KafkaConfig(topic="t", options={}, replicas=replicas, flush_every_message=flush)


def sentences(of: KafkaConfig, values: dict[str, str]) -> list[str]:
    made = {setting.name: setting.made for setting in topic_settings(of) if setting.made is not None}
    found = setting_faults(topic_settings(of), topic="t", values=made | values)
    return [fault.sentence for fault in found]


def test_the_production_page_has_the_table_that_is_checked() -> None:
    assert settings_table(topic_settings(config(3))) in PAGE, "python -m events settings prints it"


@pytest.mark.parametrize("replicas", [1, 2, 3, 5])
def test_what_create_sets_is_allowed(replicas: int) -> None:
    assert sentences(config(replicas), {}) == []


def test_each_setting_has_a_wrong_value_that_is_tried_on_a_real_broker() -> None:
    tried = {*topics.LOSING, *topics.RISKY, REPLICAS, "flush.messages", OLD_BROKER}
    assert {setting.name for setting in topic_settings(config(1))} == tried
    assert {setting.name for setting in topic_settings(config(1)) if setting.halts} == {
        *topics.LOSING,
        OLD_BROKER,
    }


def test_a_fault_names_topic_setting_value_and_what_is_allowed() -> None:
    assert sentences(config(3), {"retention.ms": "1000"}) == [
        "topic t: retention.ms is 1000 and must be -1; otherwise events are deleted when they are that old"
    ]


def test_a_topic_that_is_never_cleaned_up_is_allowed() -> None:
    assert sentences(config(3), {"cleanup.policy": ""}) == []


def test_the_limit_that_only_older_brokers_have_is_checked_where_there_is_one() -> None:
    assert sentences(config(3), {OLD_BROKER: str(TIMESTAMP_AGE_MIN_MS)}) == []
    assert OLD_BROKER in sentences(config(3), {OLD_BROKER: str(TIMESTAMP_AGE_MIN_MS - 1)})[0]


@pytest.mark.parametrize(("replicas", "in_sync", "right"), [(3, 1, False), (3, 3, False), (5, 2, True)])
def test_two_have_each_record_and_one_broker_may_be_missing(
    replicas: int, in_sync: int, *, right: bool
) -> None:
    assert (sentences(config(replicas), {"min.insync.replicas": str(in_sync)}) == []) is right


@pytest.mark.parametrize(
    ("replicas", "flush", "checked"),
    [(1, None, True), (1, False, False), (2, None, False), (3, True, True)],
)
def test_a_single_replica_is_flushed_unless_the_settings_say_otherwise(
    replicas: int, *, flush: bool | None, checked: bool
) -> None:
    unflushed = {"flush.messages": "9223372036854775807"}
    assert bool(sentences(config(replicas, flush=flush), unflushed)) is checked
