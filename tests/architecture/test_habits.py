"""Habits that ruff has no rule for: errors that are not quoted, no word of sales, a pure domain."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, Module, expect_none, modules

# The words of the product. The chassis could serve any other.
SALES_NOUNS = {"lead", "proposal", "demo", "visitor", "prospect", "customer", "booking", "tier", "campaign"}
SALES_WORDS = SALES_NOUNS | {f"{noun}s" for noun in SALES_NOUNS} | {"discovery", "calendly", "funnel"}
# The names of all metrics stand in one place, and some of them count what the product does.
METRICS = "chassis/metrics/"


def sales_words_in_the_chassis(root: Path) -> list[str]:
    """Every name, text and comment of the chassis that says what is sold."""
    return [
        f"{module.name}:{number} says {word!r}"
        for module in modules(root, ("chassis",))
        if not module.name.startswith(METRICS)
        for number, line in enumerate(module.text.splitlines(), start=1)
        for word in sorted(SALES_WORDS & set(words_of(line)))
    ]


def words_of(text: str) -> Iterator[str]:
    """The words of a text in lower case; names are taken apart at underscores and capitals."""
    # "to lead to" and "leads to" are not the noun.
    plain = re.sub(r"\b(?:to lead|leads? (?:to|into)\b)", " ", text)
    return (word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", plain))


def quoted_errors(root: Path) -> list[str]:
    """Every handler that writes out what it caught; `chassis.errors.describe` leaves out what it quotes."""
    return [
        module.at(node, f"quotes {handler.name}, describe it")
        for module in modules(root, ("chassis", "services"))
        for handler in module.nodes()
        if isinstance(handler, ast.ExceptHandler)
        for node in ast.walk(handler)
        if isinstance(node, ast.expr) and _quoted_by(node) == handler.name
    ]


def _quoted_by(node: ast.expr) -> str:
    match node:
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=quoted)]):
            return quoted
        case ast.FormattedValue(value=ast.Name(id=quoted)):
            return quoted
    return ""


def impure_domains(root: Path) -> list[str]:
    """Every function of a domain that waits, or asks what time it is."""
    domains = (each for each in modules(root, ("services",)) if re.match(r"services/\w+/domain\b", each.name))
    return [fault for module in domains for fault in _impure(module)]


def _impure(module: Module) -> Iterator[str]:
    for node in module.nodes():
        if isinstance(node, ast.AsyncFunctionDef):
            yield module.at(node, f"{node.name} waits")
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if re.search(r"\b(now|utcnow|today|monotonic|uuid4)$", called):
                yield module.at(node, f"calls {called}: time and chance are given, not taken")


@pytest.mark.parametrize(
    "rule", [sales_words_in_the_chassis, quoted_errors, impure_domains], ids=lambda rule: rule.__name__
)
def test_nothing_breaks_the_habit(rule: Callable[[Path], list[str]]) -> None:
    expect_none(rule(ROOT))
