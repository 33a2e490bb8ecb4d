"""The settings that the log's topic must have: for its creation, its checks, and docs/production.md."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from events.log.config import KafkaConfig
from events.log.port import SettingFault
from events.log.record import RECORD_BYTES_MAX

REPLICAS: Final = "replicas"
"""No setting of Kafka's, but checked as one: the smallest number of replicas that a partition has."""
MESSAGE_BYTES_MIN: Final = RECORD_BYTES_MAX + 1024
"""Kafka counts the batch around a record, too."""
MESSAGE_BYTES_MADE: Final = 1024 * 1024
_MS_PER_HOUR: Final = 3_600_000
TIMESTAMP_AGE_MIN_MS: Final = 48 * _MS_PER_HOUR
"""A record has the time at which its day began (UTC), and may arrive a little after the day's end."""
TIMESTAMP_AHEAD_MIN_MS: Final = 60_000
"""Just after midnight, a day has begun for a service and not yet for a broker whose clock is behind."""
_NEVER: Final = 2**63 - 1
_REPLICAS_TO_SPARE: Final = 3
"""With so many, one broker may fail and two still have each record."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """Some values as Kafka writes them."""

    values: tuple[str, ...]

    def holds(self, value: str) -> bool:
        return value in self.values

    def __str__(self) -> str:
        *others, last = (value or "empty" for value in self.values)
        return f"{', '.join(others)} or {last}" if others else last


@dataclass(frozen=True, slots=True)
class Between:
    """Whole numbers from one to another, both included."""

    least: int
    most: int | None = None

    def holds(self, value: str) -> bool:
        return self.least <= int(value) and (self.most is None or int(value) <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"{self.least} or more"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of the topic."""

    name: str
    made: str | None
    """What `create` sets; None for a setting that only older brokers have."""
    allowed: OneOf | Between
    otherwise: str
    """What happens with another value."""
    halts: bool
    """Whether the journal halts: events are lost, can't be written or read, or disclose a moment."""


def topic_settings(config: KafkaConfig) -> tuple[Setting, ...]:
    """Return what must hold for a log's topic, which depends on how many replicas it has."""
    return (*_KEPT, *_WRITTEN, *_durability(config))


def setting_faults(
    settings: tuple[Setting, ...], *, topic: str, values: Mapping[str, str]
) -> Iterator[SettingFault]:
    """Yield what differs. What is not among the values is a setting that this broker doesn't have."""
    if not any(setting.name in values for setting in settings if setting.name != REPLICAS):
        # No halt: nothing shows that a setting is wrong, and a missing right would stop an installation.
        yield SettingFault(
            sentence=f"the settings of topic {topic} are not checked, because Kafka does not show them: "
            "give this user the right DescribeConfigs on it",
            halts=False,
        )
    for setting in settings:
        value = values.get(setting.name)
        if value is not None and not setting.allowed.holds(value):
            yield SettingFault(
                sentence=f"topic {topic}: {setting.name} is {value or 'empty'} and must be "
                f"{setting.allowed}; otherwise {setting.otherwise}",
                halts=setting.halts,
            )


def settings_table(settings: tuple[Setting, ...]) -> str:
    """Return the settings as a table in Markdown."""
    head = ("Setting", "`create` sets", "Must be", "Otherwise", "The journal")
    rows = (
        (
            setting.name if setting.name == REPLICAS else f"`{setting.name}`",
            "" if setting.made is None else f"`{setting.made}`",
            str(setting.allowed),
            setting.otherwise,
            "halts" if setting.halts else "warns",
        )
        for setting in settings
    )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows))


_KEPT: Final = (
    Setting(
        name="cleanup.policy",
        made="delete",
        allowed=OneOf(("delete", "")),
        otherwise="compaction deletes events",
        halts=True,
    ),
    Setting(
        name="retention.ms",
        made="-1",
        allowed=OneOf(("-1",)),
        otherwise="events are deleted when they are that old",
        halts=True,
    ),
    Setting(
        name="retention.bytes",
        made="-1",
        allowed=OneOf(("-1",)),
        otherwise="the oldest events are deleted when a partition is that large",
        halts=True,
    ),
)
_WRITTEN: Final = (
    Setting(
        name="max.message.bytes",
        made=str(MESSAGE_BYTES_MADE),
        allowed=Between(MESSAGE_BYTES_MIN),
        otherwise="Kafka refuses large records",
        halts=True,
    ),
    Setting(
        name="message.timestamp.type",
        made="CreateTime",
        allowed=OneOf(("CreateTime",)),
        otherwise="the moment of each change is on the log in clear, where only its day may be",
        halts=True,
    ),
    Setting(
        name="message.timestamp.before.max.ms",
        made=str(_NEVER),
        allowed=Between(TIMESTAMP_AGE_MIN_MS),
        otherwise="Kafka refuses records, because they have the time at which their day began",
        halts=True,
    ),
    Setting(
        name="message.timestamp.after.max.ms",
        made=str(_MS_PER_HOUR),
        allowed=Between(TIMESTAMP_AHEAD_MIN_MS),
        otherwise="Kafka refuses records just after midnight when its clock is behind",
        halts=True,
    ),
    Setting(
        name="message.timestamp.difference.max.ms",
        made=None,
        allowed=Between(TIMESTAMP_AGE_MIN_MS),
        otherwise="Kafka before 4.0, which alone has this setting, refuses records",
        halts=True,
    ),
    Setting(
        name="compression.type",
        made="producer",
        allowed=OneOf(("producer", "uncompressed", "gzip")),
        otherwise="new records can't be read, because IPP has no library for that compression",
        halts=True,
    ),
)


def _durability(config: KafkaConfig) -> Iterator[Setting]:
    """Yield the settings that make a loss possible only when a broker fails, so that the journal goes on."""
    replicas = config.replicas
    yield Setting(
        name=REPLICAS,
        made=str(replicas),
        allowed=Between(replicas),
        otherwise="acknowledged events are lost when those few disks fail",
        halts=False,
    )
    yield Setting(
        name="min.insync.replicas",
        made=str(max(1, replicas - 1)),
        allowed=Between(2 if replicas >= _REPLICAS_TO_SPARE else 1, max(1, replicas - 1)),
        otherwise="an acknowledged event may be on one disk only, or one missing broker stops all changes",
        halts=False,
    )
    yield Setting(
        name="unclean.leader.election.enable",
        made="false",
        allowed=OneOf(("false",)),
        otherwise="a broker that was behind may become leader, and acknowledged events are lost",
        halts=False,
    )
    flush = config.flush_every_message
    if flush or (flush is None and replicas < 2):  # noqa: PLR2004 - a second replica is a second copy
        yield Setting(
            name="flush.messages",
            made="1",
            allowed=OneOf(("1",)),
            otherwise="a power cut loses acknowledged events, because one broker alone has them",
            halts=False,
        )
