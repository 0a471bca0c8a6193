"""How settings are read: from environment variables, or from files that these name."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)
from typing_extensions import override

_IN_FILE = "_file"


class EnvironmentSettings(BaseSettings):
    """Base of every settings class. Any setting `X` may be given as `X_FILE`, the path of a file with it.

    So are secrets handed over by Docker, Kubernetes and Vault Agent. White space at the end of the file is
    no part of the value. No error quotes a value, which may be a secret.
    """

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is passed, then the environment with the files that it names."""
        return init_settings, _Environment(settings_cls)


class _Environment(EnvSettingsSource):
    """The environment, in which the content of its file stands for a setting whose `X_FILE` is set."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        variables = dict(super()._load_env_vars())
        for field_name, field in self.settings_cls.model_fields.items():
            for _, name, _ in self._extract_field_info(field, field_name):
                path = variables.get(name + _IN_FILE)
                if path is None:
                    continue
                if variables.get(name) is not None:
                    raise SettingsError(f"{name.upper()} and {_variable(name)} are both set; set one of them")
                variables[name] = _read(path, name)
        return variables


def _read(path: str, name: str) -> str:
    try:
        value = Path(path).read_text(encoding="utf-8").rstrip()
    except UnicodeDecodeError as error:
        raise SettingsError(f"{_variable(name)}: {path!r} is no text") from error
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise SettingsError(f"{_variable(name)}: {path!r} cannot be read: {reason}") from error
    if not value:
        raise SettingsError(f"{_variable(name)}: {path!r} is empty")
    return value


def _variable(name: str) -> str:
    return (name + _IN_FILE).upper()
