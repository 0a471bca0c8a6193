"""What every part of the playbook is made of."""

from string import Formatter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NonEmpty = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Alternatives = Annotated[tuple[NonEmpty, ...], Field(min_length=1)]


class Section(BaseModel):
    """A part of the playbook: frozen, and strict about names so that a typo is found at start."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def placeholders(template: str) -> frozenset[str]:
    """The names in the braces of a template.

    Raises:
        ValueError: the braces do not match.
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def refuse_unknown_placeholders(template: str, allowed: frozenset[str]) -> None:
    """Raise ValueError when a template has a name in braces that nothing would fill."""
    if unknown := placeholders(template) - allowed:
        raise ValueError(
            f"{template!r} names {', '.join(sorted(unknown))}; known are {', '.join(sorted(allowed))}"
        )
