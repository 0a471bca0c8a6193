"""How the files of a playbook are read; whatever is wrong is told with the file and the place."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from playbook.section import Section

# libyaml reads the same YAML ten times as fast, where PyYAML was built with it.
_YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SectionT = TypeVar("SectionT", bound=Section)


class InvalidPlaybook(ValueError):
    """The playbook or its prompt cannot be used; the message says where and why."""


def read_sections(path: Path, what: str = "playbook") -> dict[str, object]:
    """The sections of a file, not yet validated.

    Raises:
        InvalidPlaybook: the file is missing, or is no YAML with sections.
    """
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), _YAML_LOADER)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidPlaybook(f"{what} {str(path)!r} cannot be read: {error}") from error
    if not isinstance(raw, dict):
        raise InvalidPlaybook(f"{what} {str(path)!r} is not valid: it has no sections")
    return raw


def validated(model: type[SectionT], raw: object, path: Path, what: str = "playbook") -> SectionT:
    """What the file holds.

    Raises:
        InvalidPlaybook: it says something that cannot be; every fault is named with its place.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidPlaybook(f"{what} {str(path)!r} is not valid: {faults}") from error
