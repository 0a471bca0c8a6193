"""The settings of `make run`: from the environment, then from .env."""

from pathlib import Path

from dotenv import load_dotenv
from pydantic import Field, SecretStr, ValidationError

from chassis.environment import EnvironmentSettings
from devstack.child import PROJECT
from devstack.errors import InvalidSetting
from devstack.infra import BrokerChoice


class RunSettings(EnvironmentSettings):
    """Every setting has a default that works; other variables are passed on to the services."""

    gateway_port: int = Field(default=8080, gt=0, le=65535)
    ops_port: int | None = Field(default=None, gt=0, le=65535)
    data_dir: Path = Path(".local")
    broker: BrokerChoice = "auto"
    dev_api_key: SecretStr | None = None
    session_secret: SecretStr | None = None
    data_key_secret: SecretStr | None = None
    playbook_path: Path = Path("playbook.yaml")
    # Read by the services for themselves, and by whoever judges them.
    prompt_path: Path | None = None
    # Only to say who answers; the services read the same three for themselves.
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    openai_model: str = "gpt-4o"


def read_settings() -> RunSettings:
    """Load .env into the environment, also for the services, and read the settings of the stack.

    Raises:
        InvalidSetting: a value cannot be used; the message names it.
    """
    load_dotenv(PROJECT / ".env", override=False)
    try:
        return RunSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidSetting(f"{name}={first['input']!r} cannot be used: {first['msg']}") from error
