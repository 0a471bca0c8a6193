"""The console as HTML. Whatever comes from a visitor is escaped by the template engine."""

import re
from datetime import UTC, datetime

from markupsafe import Markup, escape

from playbook import Playbook
from services.gateway.adapters.templating import template_environment
from services.gateway.domain import Operator, Scope, refusal_in_words

_bold = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")


class JinjaConsolePages:
    """Implements the port ConsolePages."""

    def __init__(self, playbook: Playbook) -> None:
        self._environment = template_environment()
        self._environment.filters |= {
            "moment": _moment,
            "named": _named,
            "refusal": refusal_in_words,
            "said": _said,
            "usd": _usd,
            "words": _words,
        }
        self._environment.globals |= {
            "company": playbook.company.name,
            "tiers": {tier.key: tier.name for tier in playbook.catalogue},
            "Scope": Scope,
        }

    def render(self, template: str, *, base: str, operator: Operator | None, **content: object) -> str:
        page = self._environment.get_template(f"console/{template}")
        return page.render(base=base, operator=operator, **content)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def _usd(amount: float) -> str:
    """An amount in dollars; fractions of a cent only where there is nothing else."""
    return f"${amount:,.2f}" if amount >= 1 or amount == 0 else f"${amount:.4f}"


def _words(name: str) -> str:
    """The name of a status or step for people."""
    return name.replace("_", " ")


def _named(value: str) -> tuple[str, str]:
    return value, _words(value)


def _said(text: str) -> Markup:
    """A message as text, but for the one mark of Markdown that our lines use within a line."""
    return Markup(_bold.sub(r"<strong>\1</strong>", str(escape(text))))  # noqa: S704  # escaped before
