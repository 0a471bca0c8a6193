"""`.env.example` shows every setting of every service, and nothing that no service reads."""

import importlib
import re
from pathlib import Path

from pydantic_settings import BaseSettings

from devstack.services import SERVICES
from devstack.settings import RunSettings

_EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"
# Read by the tests and the devstack's own start, not by a settings class.
_OTHERS = frozenset({"TEST_INFRA", "TEST_BROKER"})


def _names_of(settings: type[BaseSettings]) -> set[str]:
    prefix = settings.model_config.get("env_prefix", "")
    names: set[str] = set()
    for name, field in settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings):
            names |= _names_of(field.annotation)
        else:
            names.add(f"{prefix}{name}".upper())
    return names


def _known() -> set[str]:
    classes = [importlib.import_module(f"services.{name}.settings").Settings for name in SERVICES]
    return set().union(*(_names_of(settings) for settings in [*classes, RunSettings]))


def _shown() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", _EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_setting_is_shown_and_nothing_that_nobody_reads() -> None:
    assert sorted(_known() - _shown()) == sorted(_shown() - _known() - _OTHERS) == []
