"""What is set of transport and secrets is whole, or refused with the name of the setting."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from chassis.data_keys import DataKeySettings
from chassis.kafka.cluster import KafkaCluster
from chassis.settings import DatabaseSettings, KafkaSettings, ServiceSettings
from services.booking.settings import Settings as BookingSettings
from tests.support.certificates import Authority

SCRAM = {
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
    "KAFKA_SASL_USERNAME": "dialogue",
    "KAFKA_SASL_PASSWORD": "hush-hush",
}
OAUTH = {
    "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
    "KAFKA_SASL_MECHANISM": "OAUTHBEARER",
    "KAFKA_OAUTH_TOKEN_URL": "https://login.example.com/token",
    "KAFKA_OAUTH_CLIENT_ID": "dialogue",
    "KAFKA_OAUTH_CLIENT_SECRET": "hush-hush",
}
WRONG = [
    ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "KAFKA_SASL_MECHANISM"),
    (SCRAM | {"KAFKA_SECURITY_PROTOCOL": "SSL"}, "KAFKA_SECURITY_PROTOCOL=SASL_SSL"),
    (SCRAM | {"KAFKA_SASL_PASSWORD": ""}, "needs KAFKA_SASL_PASSWORD"),
    (SCRAM | {"KAFKA_SASL_USERNAME": ""}, "needs KAFKA_SASL_USERNAME"),
    ({"KAFKA_SASL_PASSWORD": "hush-hush"}, "KAFKA_SASL_PASSWORD would not be used"),
    (OAUTH | {"KAFKA_OAUTH_TOKEN_URL": ""}, "needs KAFKA_OAUTH_TOKEN_URL"),
    (OAUTH | {"KAFKA_SASL_USERNAME": "dialogue"}, "KAFKA_SASL_USERNAME would not be used"),
    ({"KAFKA_TLS_CA_FILE": "ca.pem"}, "KAFKA_TLS_"),
    ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_TLS_CERT_FILE": "a.pem"}, "KAFKA_TLS_KEY_FILE"),
    ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_TLS_CA_FILE": "/nowhere.pem"}, "KAFKA_TLS_CA_FILE"),
    ({"REDIS_TLS_CA_FILE": "ca.pem"}, "REDIS_URL"),
    ({"REDIS_URL": "rediss://cache:6379/0", "REDIS_TLS_CA_FILE": "/nowhere.pem"}, "REDIS_TLS_CA_FILE"),
]


def set_all(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("variables", "named"), WRONG, ids=[named for _, named in WRONG])
def test_what_does_not_fit_is_refused_by_name_without_a_secret(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    set_all(monkeypatch, variables)
    with pytest.raises(ValidationError, match=named) as refused:
        ServiceSettings()
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("name", ["DATABASE_TLS_CERT_FILE", "DATABASE_TLS_KEY_FILE"])
def test_half_a_certificate_for_the_database_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "/nowhere.pem")
    with pytest.raises(ValidationError, match="DATABASE_TLS_CERT_FILE and DATABASE_TLS_KEY_FILE"):
        DatabaseSettings()


def test_a_key_of_another_certificate_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = Authority.new(tmp_path)
    ours, others = authority.issue("ours"), authority.issue("others")
    set_all(
        monkeypatch, {"DATABASE_TLS_CA_FILE": str(authority.file), "DATABASE_TLS_CERT_FILE": str(ours.cert)}
    )
    monkeypatch.setenv("DATABASE_TLS_KEY_FILE", str(others.key))
    with pytest.raises(ValidationError, match="DATABASE_TLS_"):
        DatabaseSettings()


@pytest.mark.parametrize("variables", [{}, SCRAM, OAUTH], ids=["plain", "scram", "oauth"])
def test_every_client_is_given_the_same(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    set_all(monkeypatch, variables)
    cluster = KafkaCluster.of(KafkaSettings())

    security = cluster.faststream_security()

    assert cluster.security.get("security_protocol", "PLAINTEXT") == variables.get(
        "KAFKA_SECURITY_PROTOCOL", "PLAINTEXT"
    )
    assert (security is not None and security.use_ssl) == bool(variables)
    assert "hush" not in repr(cluster)


def test_a_setting_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret, url = tmp_path / "secret", tmp_path / "url"
    secret.write_text("a secret of some length\n")
    url.write_text("postgresql+asyncpg://a:b@c/d\n")
    monkeypatch.delenv("DATA_KEY_SECRET")
    set_all(monkeypatch, {"DATA_KEY_SECRET_FILE": str(secret), "DATABASE_URL_FILE": str(url)})

    settings = DataKeySettings()

    assert settings.data_key_secret.get_secret_value() == "a secret of some length"
    assert settings.database_url.get_secret_value() == "postgresql+asyncpg://a:b@c/d"


def test_a_file_stands_for_its_setting_also_where_another_may_take_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "booking").write_text("of bookings alone")
    set_all(monkeypatch, {"SESSION_SECRET": "of all the sessions"})
    assert BookingSettings().secret() == b"of all the sessions"
    monkeypatch.setenv("BOOKING_SECRET_FILE", str(tmp_path / "booking"))
    assert BookingSettings().secret() == b"of bookings alone"


def test_a_setting_that_is_given_twice_or_whose_file_is_of_no_use_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "missing"))
    with pytest.raises(SettingsError, match=r"REDIS_URL_FILE.*missing.*No such file"):
        ServiceSettings()
    monkeypatch.setenv("REDIS_URL_FILE", str(empty))
    with pytest.raises(SettingsError, match=r"REDIS_URL_FILE.*is empty"):
        ServiceSettings()
    monkeypatch.setenv("REDIS_URL", "redis://cache/0")
    with pytest.raises(SettingsError, match="REDIS_URL and REDIS_URL_FILE are both set"):
        ServiceSettings()


def test_a_secret_that_is_refused_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_KEY_SECRET", "hush")
    with pytest.raises(ValidationError) as refused:
        DataKeySettings()
    assert "hush" not in str(refused.value)
