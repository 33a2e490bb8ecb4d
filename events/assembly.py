"""Opens what reads and writes events as the settings say: the log and the key vault."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

from events.log.assembly import close_recorder, open_recorder
from events.log.config import KafkaConfig, LogConfig
from events.log.recorder import LogRecorder
from events.privacy.invitations import Invitations
from events.privacy.made_releases import MadeReleases
from events.privacy.mirror_keys import MirrorKeys
from events.privacy.notices import NoticeOutbox
from events.privacy.outbox import Outbox
from events.privacy.vault import Vault
from kit.clock import Clock
from kit.secrets import MasterKey
from kit.settings import Settings


def log_config(settings: Settings) -> LogConfig:
    """Return the configuration of the log of events; its topic is `ipp.events` by default."""
    return LogConfig(
        name=settings.log_name,
        partitions=settings.partitions,
        database_url=settings.database_url,
        database_pool_max=settings.database_pool_max,
        kafka=_topic(settings, f"{settings.log_name}.events"),
        append_timeout_s=settings.append_timeout_s,
        lease_s=settings.lease_s,
    )


def inbox_config(settings: Settings, year: int) -> LogConfig:
    """Return the configuration of a year's inbox; its topic is `ipp.feedback-inbox-<year>` by default."""
    return LogConfig(
        name=f"{settings.log_name}_feedback_inbox_{year}",
        partitions=1,
        database_url=settings.database_url,
        kafka=_topic(settings, f"{settings.log_name}.feedback-inbox-{year}"),
        append_timeout_s=settings.append_timeout_s,
    )


def _topic(settings: Settings, name: str) -> KafkaConfig | None:
    """Return where a log is on Kafka; None in an installation without Kafka."""
    if not settings.kafka_bootstrap:
        return None
    return KafkaConfig(
        topic=name,
        options=kafka_options(settings),
        replicas=settings.kafka_replicas,
        flush_every_message=settings.kafka_flush_every_message,
        plain_client=settings.kafka_plain_client,
    )


def kafka_options(settings: Settings) -> dict[str, Any]:
    """Return what every Kafka client of this installation needs. Raises OSError for the password's file."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap.split(","),
        "security_protocol": settings.kafka_security_protocol,
    }
    if settings.kafka_ca_file:
        options["ssl_cafile"] = str(settings.kafka_ca_file)
    if settings.kafka_sasl_password_file:
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.kafka_sasl_username
        options["sasl_plain_password"] = settings.kafka_sasl_password_file.read_text().strip()
    return options


def open_vault(settings: Settings) -> AbstractContextManager[Vault]:
    """Open the key vault, and close it at the end. Raises SecretError for the file of the master key."""
    return closing(Vault(settings.vault_url, MasterKey.from_file(settings.master_key_file)))


def open_invitations(settings: Settings) -> AbstractContextManager[Invitations]:
    """Open the vault's invitations, and close them at the end. Raises SecretError as `open_vault` does."""
    return closing(Invitations(settings.vault_url, MasterKey.from_file(settings.master_key_file)))


def open_outbox(settings: Settings) -> AbstractContextManager[Outbox]:
    """Open the vault's outbox, and close it at the end. Raises SecretError as `open_vault` does."""
    return closing(Outbox(settings.vault_url, MasterKey.from_file(settings.master_key_file)))


def open_notices(settings: Settings) -> AbstractContextManager[NoticeOutbox]:
    """Open the vault's notices, and close them at the end. Raises SecretError as `open_vault` does."""
    return closing(NoticeOutbox(settings.vault_url, MasterKey.from_file(settings.master_key_file)))


def open_mirror_keys(settings: Settings) -> AbstractContextManager[MirrorKeys]:
    """Open the keys of mirrors' rows, and close them at the end. Raises SecretError as `open_vault` does."""
    return closing(MirrorKeys(settings.vault_url, MasterKey.from_file(settings.master_key_file)))


def open_made_releases(settings: Settings) -> AbstractContextManager[MadeReleases]:
    """Open what the vault keeps of releases that are being made, and close it at the end."""
    return closing(MadeReleases(settings.vault_url))


@contextmanager
def open_log(settings: Settings, *, clock: Clock) -> Iterator[LogRecorder]:
    """Open the log for commands; at the end, send what still waits and close all connections."""
    recorder = open_recorder(log_config(settings), clock=clock)
    try:
        yield recorder
    finally:
        close_recorder(recorder)
