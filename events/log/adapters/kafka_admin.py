"""What the cluster says about the log's topic: its id, its settings, its replicas."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType

from events.log.adapters.topic_settings import REPLICAS
from events.log.port import LogGoneError, LogUnavailableError

REQUEST_TIMEOUT_MS: Final = 10_000
READ_TIMEOUT_MS: Final = 4_000
"""Well within a journal worker's lease, since it reads between two renewals."""
RECONNECT: Final = {"reconnect_backoff_max_ms": 1_000}
"""For every client: with Kafka's default of 30 s, a broker that is back would be noticed too late."""
BOOTSTRAP_TIMEOUT_MS: Final = 5_000

KafkaOptions = Mapping[str, Any]
"""What every client of the cluster needs: bootstrap_servers, and in production TLS and SASL settings."""


@contextmanager
def lend_admin(options: KafkaOptions, *, timeout_ms: int = REQUEST_TIMEOUT_MS) -> Iterator[KafkaAdminClient]:
    """Lend an admin client. Raises LogUnavailableError for Kafka's errors, except for an existing topic."""
    try:
        admin = KafkaAdminClient(
            **{**RECONNECT, **options},
            request_timeout_ms=timeout_ms,
            bootstrap_timeout_ms=min(timeout_ms, BOOTSTRAP_TIMEOUT_MS),
        )
    except kafka_errors.KafkaError as error:
        raise LogUnavailableError(f"Kafka does not answer: {error}") from error
    try:
        yield admin
    except kafka_errors.TopicAlreadyExistsError:
        raise
    except kafka_errors.KafkaError as error:
        raise LogUnavailableError(f"Kafka refused the request: {error}") from error
    finally:
        admin.close()


def topic_id(options: KafkaOptions, *, topic: str) -> str:
    """Return the id that Kafka gave this topic. Raises LogGoneError and LogUnavailableError."""
    with lend_admin(options, timeout_ms=READ_TIMEOUT_MS) as admin:
        return str(_described(admin, topic)["topic_id"])


def topic_values(options: KafkaOptions, *, topic: str) -> dict[str, str]:
    """
    Return the topic's settings in force, with the cluster's defaults, and its replicas.

    The replicas alone where this user may not read settings. Raises LogGoneError and LogUnavailableError.
    """
    with lend_admin(options, timeout_ms=READ_TIMEOUT_MS) as admin:
        partitions = _described(admin, topic)["partitions"]
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        settings = admin.describe_configs([resource], config_filter="all")["topic"][topic]
    replicas = min((len(partition["replica_nodes"]) for partition in partitions), default=0)
    return {name: setting["value"] or "" for name, setting in settings.items()} | {REPLICAS: str(replicas)}


def _described(admin: KafkaAdminClient, topic: str) -> dict[str, Any]:
    described: dict[str, Any] = admin.describe_topics([topic])[0]
    if described.get("error_code"):
        raise LogGoneError(f"there is no topic {topic} (Kafka's error {described['error_code']})")
    return described
