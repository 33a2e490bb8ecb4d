from pathlib import Path

import pytest

from events.log.adapters.kafka_produce import DELIVERY_TIMEOUT_MS
from events.log.config import APPEND_TIMEOUT_S
from kit.settings import Settings, SettingsError

PRODUCTION = {
    "IPP_PROFILE": "production",
    "IPP_DATABASE_URL": "postgresql://ipp:hunter2@db/ipp",
    "IPP_VAULT_URL": "postgresql://vault:hunter2@db/vault",
    "IPP_KAFKA_BOOTSTRAP": "a:9092,b:9092",
    "IPP_OIDC_ISSUER": "https://id.example",
    "IPP_OIDC_JWKS_URL": "https://id.example/keys",
}


def test_without_any_variable_it_is_the_embedded_profile_with_one_partition() -> None:
    settings = Settings.from_env({"PATH": "/bin"})
    assert settings.profile == "embedded"
    assert settings.partitions == 1


def test_in_production_a_log_has_twelve_partitions_unless_said_otherwise() -> None:
    assert Settings.from_env(PRODUCTION).partitions == 12
    assert Settings.from_env({**PRODUCTION, "IPP_PARTITIONS": "48"}).partitions == 48


def test_each_kind_is_read_from_its_text() -> None:
    settings = Settings.from_env(
        {"IPP_PORT": "0", "IPP_LEASE_S": "2.5", "IPP_KAFKA_FLUSH_EVERY_MESSAGE": "true", "IPP_DATA_DIR": "/d"}
    )
    assert (settings.port, settings.lease_s, settings.data_dir) == (0, 2.5, Path("/d"))
    assert settings.kafka_flush_every_message is True


def test_a_text_stays_a_text_and_a_path_a_path_whatever_it_looks_like() -> None:
    settings = Settings.from_env(
        {"IPP_LOG_NAME": "null", "IPP_OIDC_AUDIENCE": "1", "IPP_KAFKA_CA_FILE": "null", "IPP_PORT": " 80 "}
    )
    assert (settings.log_name, settings.oidc_audience) == ("null", "1")
    assert (settings.kafka_ca_file, settings.port) == (Path("null"), 80)
    assert Settings.from_env({"IPP_KAFKA_FLUSH_EVERY_MESSAGE": "False"}).kafka_flush_every_message is False


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"IPP_DATABSE_URL": "x"}, "IPP_DATABSE_URL is no setting; the nearest is IPP_DATABASE_URL"),
        ({"IPP_PORT": "eighty"}, "IPP_PORT must be a number"),
        ({"IPP_PROFILE": "staging"}, "IPP_PROFILE must be one of embedded, production"),
        ({"IPP_LEASE_S": "-1"}, "IPP_LEASE_S must be more than 0"),
        ({"IPP_PORT": "80.0"}, "IPP_PORT must be a number"),
        ({"IPP_PORT": "1e3"}, "IPP_PORT must be a number"),
        ({"IPP_PORT": "null"}, "IPP_PORT must be a number"),
        ({"IPP_PORT": ""}, "IPP_PORT must be a number"),
        ({"IPP_LEASE_S": "soon"}, "IPP_LEASE_S must be a number"),
        ({"IPP_LEASE_S": "nan"}, "IPP_LEASE_S must be more than 0"),
        ({"IPP_LOG_FORMAT": "JSON"}, "IPP_LOG_FORMAT must be one of console, json"),
        ({"IPP_KAFKA_FLUSH_EVERY_MESSAGE": "1"}, "must be true or false"),
        ({"IPP_DATABASE_IS_ONE_SERVER": "1"}, "must be true or false"),
        ({"IPP_KAFKA_FLUSH_EVERY_MESSAGE": "null"}, "must be true or false"),
        ({"IPP_KAFKA_FLUSH_EVERY_MESSAGE": ""}, "must be true or false"),
        ({"IPP_PROFILE": "production"}, "This process needs IPP_KAFKA_BOOTSTRAP"),
    ],
)
def test_what_is_wrong_is_said_by_name(env: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        Settings.from_env(env)


def test_names_of_the_tests_own_are_left_alone() -> None:
    Settings.from_env({"IPP_TEST_KAFKA": "localhost:9092"})


def test_no_representation_shows_a_password() -> None:
    assert "hunter2" not in repr(Settings.from_env(PRODUCTION))


def test_a_process_says_what_it_can_not_do_without() -> None:
    settings = Settings.from_env({**PRODUCTION, "IPP_VAULT_URL": ""})
    settings.need("database_url", "oidc_issuer")
    with pytest.raises(SettingsError, match="This process needs IPP_VAULT_URL, IPP_SERVICES_URL"):
        settings.need("database_url", "vault_url", "services_url")


def test_by_default_an_append_is_waited_for_longer_than_kafka_tries_to_deliver_it() -> None:
    assert Settings().append_timeout_s == APPEND_TIMEOUT_S
    assert Settings().append_timeout_s > DELIVERY_TIMEOUT_MS / 1_000


def test_who_is_to_show_who_it_is_to_kafka_needs_a_name_and_a_password() -> None:
    with pytest.raises(SettingsError, match="IPP_KAFKA_SASL_USERNAME, IPP_KAFKA_SASL_PASSWORD_FILE"):
        Settings.from_env({"IPP_KAFKA_SECURITY_PROTOCOL": "SASL_SSL"})
    given = {"IPP_KAFKA_SASL_USERNAME": "ipp-journal", "IPP_KAFKA_SASL_PASSWORD_FILE": "/run/secrets/kafka"}
    settings = Settings.from_env({"IPP_KAFKA_SECURITY_PROTOCOL": "SASL_SSL", **given})
    assert settings.kafka_sasl_username == "ipp-journal"


def test_days_are_those_of_amsterdam_unless_another_zone_is_named() -> None:
    assert Settings.from_env({}).zone.key == "Europe/Amsterdam"
    assert Settings.from_env({"IPP_TIME_ZONE": "America/Curacao"}).zone.key == "America/Curacao"


@pytest.mark.parametrize("name", ["Europe/Amsterdm", "Europe", "../Amsterdam", "/etc/localtime", "", "\0"])
def test_a_zone_that_there_is_not_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(SettingsError, match=r"^IPP_TIME_ZONE must be a zone .* such as Europe/Amsterdam"):
        Settings.from_env({"IPP_TIME_ZONE": name})


def test_other_origins_are_none_unless_they_are_named_in_full() -> None:
    assert Settings().allowed_origins == ()
    named = "https://portal.example, http://localhost:5173 ,https://[::1]:8443"
    assert Settings(cors_origins=named).allowed_origins == tuple(part.strip() for part in named.split(","))


@pytest.mark.parametrize("origin", ["*", "portal.example", "https://portal.example/", "null", "https://a b"])
def test_what_is_no_origin_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(SettingsError, match="IPP_CORS_ORIGINS"):
        Settings(cors_origins=f"https://portal.example,{origin}")
