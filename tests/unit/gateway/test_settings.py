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


def test_keys_and_secrets_are_read_from_the_environment_and_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    crm = ApiKey.of("crm-secret", name="crm", scopes=frozenset({Scope.CHAT, Scope.READ}))
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    monkeypatch.setenv("API_KEYS", json.dumps([crm.model_dump(mode="json")]))
    monkeypatch.setenv("DEV_API_KEY", "laptop")
    monkeypatch.setenv("PREVIOUS_SESSION_SECRETS", '["the secret of last year"]')

    settings = Settings()

    laptop = ApiKey.of("laptop", name="dev", scopes=frozenset(Scope))
    assert settings.all_api_keys() == (crm, laptop)
    assert settings.session_secrets() == (SECRET, "the secret of last year")
    assert not [told for told in (SECRET, "laptop", "last year") if told in repr(settings)]


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
