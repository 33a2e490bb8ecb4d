"""Which settings of TLS and SASL every Kafka client of an installation gets."""

from pathlib import Path

from events.assembly import kafka_options
from kit.settings import Settings


def test_tls_and_scram_reach_the_client_with_the_password_from_its_file(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("a long one\n")
    settings = Settings.from_env(
        {
            "IPP_KAFKA_BOOTSTRAP": "one:9093,two:9093",
            "IPP_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "IPP_KAFKA_SASL_MECHANISM": "SCRAM-SHA-256",
            "IPP_KAFKA_SASL_USERNAME": "ipp-services",
            "IPP_KAFKA_SASL_PASSWORD_FILE": str(password),
            "IPP_KAFKA_CA_FILE": "/etc/kafka/ca.pem",
        }
    )
    assert kafka_options(settings) == {
        "bootstrap_servers": ["one:9093", "two:9093"],
        "security_protocol": "SASL_SSL",
        "ssl_cafile": "/etc/kafka/ca.pem",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": "ipp-services",
        "sasl_plain_password": "a long one",
    }


def test_the_password_is_in_no_representation_of_the_settings(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("a long one")
    settings = Settings(kafka_sasl_password_file=password)
    assert "a long one" not in repr(settings)
