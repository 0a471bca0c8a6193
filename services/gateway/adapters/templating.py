"""The template engine of every page."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent / "templates"


def template_environment() -> Environment:
    """The templates, which escape whatever they are given; each is read and compiled once."""
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        # By hand it would be forgotten once, and once is enough.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
