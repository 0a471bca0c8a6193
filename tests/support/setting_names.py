"""The names of the settings of each process, as the environment has them."""

import importlib
from collections.abc import Mapping

from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from chassis.kafka.topics.settings import TopicSettings
from chassis.settings import DatabaseSettings
from devstack.services import PROCESSES, package_of


def settings_of(process: str) -> type[BaseSettings]:
    """The settings class of a process, or of a job: `topics`, `migrate-...`."""
    if process == "topics":
        return TopicSettings
    if process.startswith("migrate-"):
        return DatabaseSettings
    found: type[BaseSettings] = importlib.import_module(f"{package_of(process)}.settings").Settings
    return found


def names_of(settings: type[BaseSettings]) -> set[str]:
    """The variables that a settings class reads, with those of its groups."""
    prefix, names = settings.model_config.get("env_prefix", ""), set[str]()
    for name, field in settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings):
            names |= names_of(field.annotation)
            continue
        names.add(f"{prefix}{name}".upper())
        if isinstance(field.validation_alias, AliasChoices):
            names.update(str(alias).upper() for alias in field.validation_alias.choices)
    return names


def unread_names(environments: Mapping[str, Mapping[str, object]]) -> list[str]:
    """What processes and jobs are given and do not read; a secret may also be given as `NAME_FILE`."""
    return [
        f"{process}: {name}"
        for process, environment in sorted(environments.items())
        for name in sorted(environment)
        if not {name, name.removesuffix("_FILE")} & names_of(settings_of(process))
    ]


def every_name() -> set[str]:
    """Every variable that some process or job reads."""
    return set().union(*(names_of(settings_of(process)) for process in (*PROCESSES, "topics")))
