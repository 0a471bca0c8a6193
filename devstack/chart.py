"""Writes what the Helm chart knows of the code: topics, who reads them, settings and secrets of each process.

python -m devstack.chart            write helm/salesbot/files/product.yaml
python -m devstack.chart --check    write nothing; fail when it is stale
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from contracts.registry import STREAMS, TOPICS
from devstack.child import PROJECT
from devstack.services import PROCESSES, package_of

PRODUCT = PROJECT / "helm" / "salesbot" / "files" / "product.yaml"
_HEADER = "# Made by `python -m devstack.chart`; edit the contracts and the settings instead.\n"


def product() -> dict[str, Any]:
    """The topics and the processes, in the order of the registry and of `PROCESSES`."""
    topics = [{"name": each.name, "partitions": each.partitions, "config": each.config} for each in TOPICS]
    return {"topics": topics, "processes": {name: _process(name) for name in PROCESSES}}


def product_text() -> str:
    """The file as it should be."""
    return _HEADER + yaml.safe_dump(product(), sort_keys=False, width=110)


def _process(name: str) -> dict[str, Any]:
    package = package_of(name)
    settings = dict(_settings_of(importlib.import_module(f"{package}.settings").Settings))
    migrates = (PROJECT / package.replace(".", "/") / "migrations" / "__main__.py").exists()
    return {
        "image": package.split(".")[1],
        "module": f"{package}.main",
        "migrations": f"{package}.migrations" if migrates else "",
        "reads": [topic.name for topic in STREAMS if name in topic.consumers],
        "publishes": [topic.name for topic in TOPICS if name in topic.publishers],
        "settings": sorted(setting for setting, is_secret in settings.items() if not is_secret),
        "secrets": sorted(setting for setting, is_secret in settings.items() if is_secret),
    }


def _settings_of(settings: type[BaseSettings]) -> Iterator[tuple[str, bool]]:
    """The names of its settings, as the environment has them, and whether each is a secret."""
    prefix = settings.model_config.get("env_prefix", "")
    for name, field in settings.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseSettings):
            yield from _settings_of(annotation)
        else:
            yield f"{prefix}{name}".upper(), _holds_secrets(annotation)


def _holds_secrets(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_holds_secrets, get_args(annotation)))


def main(arguments: Sequence[str], path: Path = PRODUCT) -> int:
    """Write the file, or say whether it is stale. Returns the exit status."""
    is_fresh = path.exists() and path.read_text(encoding="utf-8") == product_text()
    if "--check" in arguments:
        if not is_fresh:
            sys.stderr.write(f"stale: {path.name}; run python -m devstack.chart\n")
        return 0 if is_fresh else 1
    path.write_text(product_text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
