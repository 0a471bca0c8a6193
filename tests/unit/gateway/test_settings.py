import json

import pytest
from pydantic import ValidationError

from services.gateway.domain import ApiKey, Scope
from services.gateway.settings import Settings

SECRET = "a secret that is long enough"


def test_there_is_no_gateway_without_a_secret_worth_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SESSION_SECRET", raising=False)

    for secret in ({}, {"session_secret": "short"}):
        with pytest.raises(ValidationError):
            Settings.model_validate(secret)


def test_keys_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    crm = ApiKey.of("crm-secret", name="crm", scopes=frozenset({Scope.CHAT, Scope.READ}))
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    monkeypatch.setenv("API_KEYS", json.dumps([crm.model_dump(mode="json")]))
    monkeypatch.setenv("DEV_API_KEY", "laptop")

    known = Settings().all_api_keys()

    assert known == (crm, ApiKey.of("laptop", name="dev", scopes=frozenset(Scope)))


def test_without_keys_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    monkeypatch.setenv("API_KEYS", "")
    monkeypatch.setenv("DEV_API_KEY", "")

    assert Settings().all_api_keys() == ()


def test_settings_do_not_tell_their_secrets() -> None:
    settings = Settings.model_validate({"session_secret": SECRET, "dev_api_key": "laptop"})

    assert SECRET not in repr(settings)
    assert "laptop" not in repr(settings)
