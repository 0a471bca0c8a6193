from pathlib import Path

import pytest

from chassis.language_model import LanguageModelSettings
from devstack import settings as module
from devstack.banner import conversation_mode
from devstack.errors import InvalidSetting
from devstack.settings import RunSettings, read_settings


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an .env of its own, in an environment that says nothing."""
    monkeypatch.setattr(module, "PROJECT", tmp_path)
    for name in RunSettings.model_fields:
        # Set first, so that what .env puts there is taken out again after the test.
        monkeypatch.setenv(name.upper(), "")
        monkeypatch.delenv(name.upper())
    return tmp_path / ".env"


def test_the_environment_wins_and_a_wrong_one_is_named(dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv.write_text("GATEWAY_PORT=9000\nBROKER=tansu\n")
    monkeypatch.setenv("GATEWAY_PORT", "9001")
    settings = read_settings()
    assert (settings.gateway_port, settings.broker) == (9001, "tansu")
    monkeypatch.setenv("GATEWAY_PORT", "eighty")
    with pytest.raises(InvalidSetting, match="GATEWAY_PORT='eighty'"):
        read_settings()


def test_whoever_speaks_is_named(dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert conversation_mode(read_settings()) == "guided (no OPENAI_API_KEY is set)"
    assert read_settings().openai_model == LanguageModelSettings.model_fields["model"].default
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")
    monkeypatch.setenv("OPENAI_MODEL", "llama")
    assert conversation_mode(read_settings()) == "llama at http://127.0.0.1:11434/v1"
