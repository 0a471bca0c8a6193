"""The console as HTML. Whatever comes from a visitor is escaped by the template engine."""

from datetime import UTC, datetime

from playbook import Playbook
from services.gateway.adapters.templating import template_environment
from services.gateway.domain import Operator, Scope


class JinjaConsolePages:
    """Implements the port ConsolePages."""

    def __init__(self, playbook: Playbook) -> None:
        self._environment = template_environment()
        self._environment.filters |= {"moment": _moment, "day": _day, "usd": _usd, "words": _words}
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


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%-d %b %Y}"


def _usd(amount: float) -> str:
    """An amount in dollars; fractions of a cent only where there is nothing else."""
    return f"${amount:,.2f}" if amount >= 1 or amount == 0 else f"${amount:.4f}"


def _words(name: str) -> str:
    """The name of a status or step for people."""
    return name.replace("_", " ")
