"""Writes what the Helm chart knows of the code, to helm/salesbot/files/.

product.json has the topics, who reads them, and the settings and secrets of each process; vault/ has a
policy of Vault for each.

    python -m devstack.chart            write what changed
    python -m devstack.chart --check    write nothing; fail when a file is stale
"""

import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from chassis.kafka.topics.settings import TopicSettings
from contracts.registry import STREAMS, TOPICS
from devstack.child import PROJECT
from devstack.services import GATEWAY, PROCESSES, package_of

FILES = PROJECT / "helm" / "salesbot" / "files"
_HEADER = "# Made by `python -m devstack.chart`; edit the contracts and the settings instead.\n"
# What the one-shot jobs read, which sign in to Vault as one role.
_OF_JOBS = ("DATABASE_", "KAFKA_")


def product() -> dict[str, Any]:
    """The topics and the processes, in the order of the registry and of `PROCESSES`."""
    topics = [{"name": each.name, "partitions": each.partitions, "config": each.config} for each in TOPICS]
    return {
        "topics": topics,
        "processes": {name: _process(name) for name in PROCESSES},
        "jobs": {"topics": _reads(TopicSettings), "migrations": _migrations()},
    }


def generated_files() -> dict[str, str]:
    """Every generated file with its text, by its path below `files/`."""
    found = product()
    policies = {
        f"vault/{name}.hcl": _policy(name, process["secrets"]) for name, process in found["processes"].items()
    }
    everything = sorted({secret for process in found["processes"].values() for secret in process["secrets"]})
    of_jobs = [name for name in everything if name.startswith(_OF_JOBS)]
    policies["vault/jobs.hcl"] = _policy("jobs", of_jobs, owners=("migrations", "topics"))
    # Not YAML: Helm reads it some fifty times for each release, and JSON twenty times as fast.
    return {"product.json": json.dumps(found, indent=1) + "\n"} | policies


def _policy(role: str, secrets: Sequence[str], owners: Sequence[str] = ()) -> str:
    """What a role may read, where the values name the mount `secret` and the path `salesbot`."""
    entries = [*secrets, *(f"{owner}/+" for owner in owners or (role,))]
    paths = [f'path "secret/data/salesbot/{each}" {{ capabilities = ["read"] }}\n' for each in entries]
    return f"{_HEADER}# For the role salesbot-{role}.\n" + "".join(paths)


def _process(name: str) -> dict[str, Any]:
    package = package_of(name)
    return {
        "image": package.split(".")[1],
        "module": f"{package}.main",
        "reads": [topic.name for topic in STREAMS if name in topic.consumers],
        "publishes": [topic.name for topic in TOPICS if name in topic.publishers],
        **_reads(importlib.import_module(f"{package}.settings").Settings),
    }


def _migrations() -> dict[str, dict[str, str]]:
    """Every history of revisions, by its name: what runs it, in whose image, and for which process."""
    # Those of the chassis belong to all services, and are in every image.
    shared = PROJECT.glob("chassis/*/migrations/__main__.py")
    packages = {path.parent.parent.name: path.parent.parent for path in sorted(shared)}
    found = {
        name.replace("_", "-"): {"module": _module(folder), "image": GATEWAY, "process": GATEWAY}
        for name, folder in packages.items()
    }
    for name in PROCESSES:
        folder = PROJECT / package_of(name).replace(".", "/")
        if (folder / "migrations" / "__main__.py").exists():
            found[name] = {
                "module": _module(folder),
                "image": folder.relative_to(PROJECT).parts[1],
                "process": name,
            }
    return found


def _module(package: Path) -> str:
    return ".".join((package / "migrations").relative_to(PROJECT).parts)


def _reads(settings: type[BaseSettings]) -> dict[str, list[str]]:
    """The names of the settings and of the secrets in a class."""
    names = dict(_settings_of(settings))
    return {
        "settings": sorted(name for name, is_secret in names.items() if not is_secret),
        "secrets": sorted(name for name, is_secret in names.items() if is_secret),
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


def stale_files(folder: Path) -> list[str]:
    """The generated files that are missing or differ."""
    texts = generated_files().items()
    return [
        name for name, text in texts if not (at := folder / name).exists() or at.read_text("utf-8") != text
    ]


def main(arguments: Sequence[str], folder: Path = FILES) -> int:
    """Write the files, or name those that are stale. Returns the exit status."""
    stale = stale_files(folder)
    if "--check" in arguments:
        sys.stderr.writelines(f"stale: {name}; run python -m devstack.chart\n" for name in stale)
        return 1 if stale else 0
    texts = generated_files()
    for name in stale:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(texts[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
