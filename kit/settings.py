"""The settings of every process: environment variables beginning with IPP_, read once at its start."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from kit.spelling import nearest

PREFIX: Final = "IPP_"
TEST_PREFIX: Final = "IPP_TEST_"
"""Variables with this prefix belong to the tests; no process reads them."""
PARTITIONS_EMBEDDED: Final = 1
STREAM_PING_S_MAX: Final = 20.0

_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?")

Profile = Literal["embedded", "production"]
LogFormat = Literal["console", "json"]


class SettingsError(Exception):
    """A setting is unknown, missing, or of the wrong type. The message never quotes a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings with their defaults; the variable of a field is `IPP_` and its name in capitals."""

    profile: Profile = "embedded"
    data_dir: Path = Path(".ipp")
    """Where the embedded profile keeps its database and keys."""
    log_name: str = "ipp"
    partitions: int = 12
    """Of a new log; 1 in the embedded profile unless it is set."""

    # Addresses may hold passwords, so no representation shows them.
    database_url: str = field(default="", repr=False)
    """The database of the journal and the views."""
    vault_url: str = field(default="", repr=False)
    """The vault's own database."""
    database_is_one_server: bool = False
    """Whether every connection to `database_url` is to the same server, never to a replica. Then a gateway
    trusts the positions of views that it hears; else it reads them."""
    database_pool_max: int = 10
    master_key_file: Path = Path(".ipp/master.key")
    """The key that wraps the persons' keys: for services and view workers, never for a gateway."""
    position_key_file: Path = Path(".ipp/position.key")
    """The key with which gateways encrypt positions and cursors; the same for all gateways."""

    checkpoint_key_file: Path | None = None
    """The key that signs checkpoints and evidence bundles, for services and processes: 64 hexadecimal digits.
    While it takes over from another, that one is on the next line and signs too. Without it nothing is
    signed."""

    kafka_bootstrap: str = ""
    """host:port of brokers, with commas between; empty means the embedded table log."""
    kafka_replicas: int = 3
    kafka_flush_every_message: bool | None = None
    """Unless it is set, true if there are fewer than two replicas."""
    kafka_plain_client: bool = False
    """Use the Kafka client's own producer and consumer: slower, and without any of its private names."""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str = ""
    kafka_sasl_password_file: Path | None = None
    kafka_ca_file: Path | None = None

    oidc_issuer: str = ""
    oidc_audience: str = "ipp"
    oidc_jwks_url: str = ""
    oidc_person_claim: str = "employee_number"
    oidc_keys_age_max_s: float = 300.0
    """How old the issuer's keys may be, 30 s at least: a key that was removed is accepted for so long."""

    services_url: str = ""
    """Where the gateway sends commands; empty in the embedded profile, where they are handled in process."""
    processes_url: str = ""
    """Where the gateway asks what only the processes compute: recomputations for auditors; empty: none."""
    keeper_url: str = ""
    """Where the keeper of round keys is; empty in the embedded profile, where it is in the same process."""
    keeper_token_file: Path | None = None
    """The secret that services and keeper share, to make keys and to hand in: 64 hexadecimal digits."""
    keeper_closing_token_file: Path | None = None
    """The secret that processes and keeper share, to close rounds and to destroy keys; likewise."""
    keeper_dir: Path = Path(".ipp/keeper")
    """The keeper's private keys, on a disk that no backup takes."""
    public_url: str = ""
    """Where people reach the gateway, such as https://ipp.example: links in mails and letters begin so."""
    smtp_host: str = ""
    """The mail server; without one mails wait, and the health page says so."""
    smtp_port: int = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password_file: Path | None = None
    mail_from: str = ""
    """The mailbox of a role that mails come from and replies go to, never a person's."""
    mail_from_name: str = "IPP"
    mail_dkim_selector: str = ""
    """After `s=` in the DKIM-Signature of a mail that arrived; only `processes doctor` reads it."""
    host: str = "127.0.0.1"
    port: int = 8000
    probes_port: int = 9000
    """The port of each process for health and metrics; metrics are on no other port."""
    workers: int = 1
    """Processes of one gateway that serve `port` together. Each counts and limits by itself, and has its own
    port for health and metrics: `probes_port`, and the numbers after it."""

    lease_s: float = 10.0
    staleness_max_s: float = 30.0
    wait_for_s: float = 5.0
    append_timeout_s: float = 20.0
    """How long a command waits for its verdict: longer than the log's client tries to deliver it (15 s)."""

    query_depth_max: int = 12
    query_cost_max: int = 70_000
    """In units of about the time that one field takes; a read of the database counts a hundred or more."""
    answer_bytes_max: int = 8 * 1024 * 1024
    page_max: int = 100
    body_bytes_max: int = 256 * 1024
    commands_per_minute_max: int = 120
    requests_per_minute_max: int = 1_200
    """Of one person, or of one address while the person is unknown, to one process of the gateway."""
    requests_burst_max: int = 300
    request_cost: int = 500
    """A request that costs more than this uses up as many requests of its caller's allowance as that is."""
    trusted_documents: Path | None = None
    """A JSON file of SHA-256 and document, or a folder of them: then the gateway executes nothing else."""
    cors_origins: str = ""
    """Other origins whose pages may call the gateway from a browser, such as `https://portal.example`, with
    commas between; none unless it is set. Tokens are sent by header, so no cookie is ever allowed."""
    subscriptions_per_person_max: int = 10
    subscriptions_max: int = 2_000
    """Of all persons together, in one process of the gateway."""

    stream_ping_s: float = 15.0
    """How often a WebSocket or stream of events is pinged, 20 at most: proxies cut silent ones at 60 s."""

    log_format: LogFormat = "console"
    time_zone: str = "Europe/Amsterdam"
    """The organisation's days begin at midnight in this zone; the same for all processes."""

    def __post_init__(self) -> None:
        if self.profile == "production":
            self.need("kafka_bootstrap")  # the embedded log works for one process only
        if self.kafka_security_protocol.startswith("SASL"):
            self.need("kafka_sasl_username", "kafka_sasl_password_file")
        if self.smtp_host:
            self.need("mail_from", "public_url")
        if self.public_url and not _ORIGIN.fullmatch(self.public_url):
            message = "is an origin such as https://ipp.example, without a path"
            raise SettingsError(f"{PREFIX}PUBLIC_URL {message}; not {self.public_url!r}.")
        if self.stream_ping_s > STREAM_PING_S_MAX:
            raise SettingsError(f"{PREFIX}STREAM_PING_S is {STREAM_PING_S_MAX:g} at most.")
        _ = self.zone, self.allowed_origins
        for setting in fields(self):
            value = getattr(self, setting.name)
            if type(value) in {int, float} and not (value > 0 or setting.name in _ZERO_ALLOWED):
                raise SettingsError(f"{PREFIX}{setting.name.upper()} must be more than 0.")

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins of `cors_origins`, each in full. Raises SettingsError."""
        origins = tuple(origin.strip() for origin in self.cors_origins.split(",") if origin.strip())
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                message = "holds origins such as https://portal.example, without path, comma between"
                raise SettingsError(f"{PREFIX}CORS_ORIGINS {message}; not {origin!r}.")
        return origins

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the organisation's days. Raises SettingsError."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            # An unknown zone, a name that no zone can have, or the name of a whole region.
            message = "must be a zone of the IANA time zone database, such as Europe/Amsterdam"
            raise SettingsError(f"{PREFIX}TIME_ZONE {message}, not {self.time_zone!r}.") from None

    def need(self, *names: str) -> None:
        """Raise SettingsError unless these fields are set; each process calls this with those it requires."""
        missing = [f"{PREFIX}{name.upper()}" for name in names if not getattr(self, name)]
        if missing:
            raise SettingsError(f"This process needs {', '.join(missing)}.")

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read every `IPP_` variable of `env`. Raises SettingsError, also for an unknown name."""
        known = {f"{PREFIX}{setting.name.upper()}": setting for setting in fields(cls)}
        given = {n: v for n, v in env.items() if n.startswith(PREFIX) and not n.startswith(TEST_PREFIX)}
        for name in given.keys() - known.keys():
            raise SettingsError(f"{name} is no setting; the nearest is {nearest(name, known)}.")
        hints = get_type_hints(cls)
        values: dict[str, Any] = {
            known[name].name: _read(name, text, hints[known[name].name]) for name, text in given.items()
        }
        if (
            "partitions" not in values
            and values.get("profile", _default(known[f"{PREFIX}PROFILE"])) == "embedded"
        ):
            values["partitions"] = PARTITIONS_EMBEDDED
        return cls(**values)


_ZERO_ALLOWED: Final = frozenset({"port", "probes_port"})
"""Port 0 lets the system choose a free one."""


def _default(setting: "Field[Any]") -> Any:
    return None if setting.default is MISSING else setting.default


def _read(name: str, text: str, kind: Any) -> Any:
    choices = get_args(kind)
    # msgspec would also accept "1" and "null" for a switch, and "2.0" and "1e3" for a whole number.
    if kind in {bool, bool | None} and text.lower() not in {"true", "false"}:
        raise SettingsError(f"{name} must be true or false.")
    if kind in {int, float}:
        text = text.strip()
    if kind is int and not text.removeprefix("-").isdecimal():
        raise SettingsError(f"{name} must be a number.")
    try:
        return msgspec.convert(text, kind, strict=False, dec_hook=lambda custom, value: custom(value))
    except msgspec.ValidationError:
        allowed = f"one of {', '.join(choices)}" if choices else "a number"
        raise SettingsError(f"{name} must be {allowed}.") from None
