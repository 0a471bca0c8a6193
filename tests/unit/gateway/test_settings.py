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


def test_settings_do_not_tell_their_secrets() -> None:
    settings = Settings.model_validate({"session_secret": SECRET, "dev_api_key": "laptop"})

    assert SECRET not in repr(settings)
    assert "laptop" not in repr(settings)


def test_a_secret_that_is_rotated_still_verifies() -> None:
    before, links = "the secret of last year", "a secret for links alone"
    rotated = {"session_secret": SECRET, "previous_session_secrets": [before]}

    settings = Settings.model_validate(rotated)
    apart = Settings.model_validate(
        {**rotated, "proposal_link_secret": links, "previous_proposal_link_secrets": [SECRET]}
    )

    assert settings.session_secrets() == settings.proposal_link_secrets() == (SECRET, before)
    assert apart.session_secrets() == (SECRET, before)
    assert apart.proposal_link_secrets() == (links, SECRET)


def test_previous_secrets_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    monkeypatch.setenv("PREVIOUS_SESSION_SECRETS", '["the secret of last year"]')

    settings = Settings()

    assert settings.session_secrets() == (SECRET, "the secret of last year")
    assert "last year" not in repr(settings)
