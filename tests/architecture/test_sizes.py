"""Functions, modules and services stay small."""

import ast
import io
import tokenize
from collections.abc import Mapping
from math import ceil
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, Function, Module, expect_none, modules

LONGEST_FUNCTION = 50
LONGEST_OF_MOST_FUNCTIONS = 30
LONGEST_MODULE = 400
# Lines of code: without blank ones, comments and docstrings. A service that outgrows its own does too much.
LONGEST_SERVICES = {"dialogue": 3_868, "proposal": 1_000}
# Modules on the longest way down the imports inside a service: so many have to be known to read the first.
MOST_STOREYS = {"dialogue": 9}

_NO_CODE = frozenset(
    {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
)


def _span(node: Function | ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def oversized_modules(root: Path) -> list[str]:
    """Every module that should have become a package."""
    lengths = ((module.name, len(module.text.splitlines())) for module in modules(root))
    return [f"{name} has {lines} lines" for name, lines in lengths if lines > LONGEST_MODULE]


def oversized_functions(root: Path) -> list[str]:
    """Every function nobody can hold in the head."""
    return [
        module.at(function, f"{function.name} has {lines} lines")
        for module in modules(root)
        for function in module.functions()
        if (lines := len(_span(function))) > LONGEST_FUNCTION
    ]


def length_of_most_functions(root: Path) -> int:
    """The length that nine in ten functions do not exceed."""
    lengths = sorted(len(_span(function)) for module in modules(root) for function in module.functions())
    return lengths[ceil(0.9 * len(lengths)) - 1]


def oversized_services(root: Path, longest: Mapping[str, int]) -> list[str]:
    """Every service with more code than it may have."""
    lengths = {name: sum(map(_lines_of_code, modules(root, (f"services/{name}",)))) for name in longest}
    return [f"{name} has {lines} lines of code" for name, lines in lengths.items() if lines > longest[name]]


def _lines_of_code(module: Module) -> int:
    """The lines that hold more than a comment or a docstring."""
    tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
    spans = ((token.start[0], token.end[0]) for token in tokens if token.type not in _NO_CODE)
    documented = (node for node in module.nodes() if isinstance(node, ast.Module | ast.ClassDef | Function))
    docstrings = (_span(node.body[0]) for node in documented if ast.get_docstring(node) is not None)
    lines = {line for first, last in spans for line in range(first, last + 1)}
    return len(lines - {line for span in docstrings for line in span})


def longest_chain(root: Path, service: str) -> list[str]:
    """The longest way from a module of a service to one that imports none of the others, module by module."""
    parts = modules(root, (f"services/{service}",))
    dotted = (part.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for part in parts)
    imports = dict(zip(dotted, map(_imported, parts), strict=True))
    chains = dict[str, list[str]]()

    def chain_of(name: str) -> list[str]:
        if name not in chains:
            chains[name] = [name]
            below = (chain_of(other) for other in sorted(imports[name] & imports.keys() - {name}))
            chains[name] = [name, *max(below, key=len, default=[])]
        return chains[name]

    return max(map(chain_of, sorted(imports)), key=len)


def _imported(module: Module) -> set[str]:
    """What a module imports: other modules, or names out of them."""
    found = set[str]()
    for node in module.nodes():
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


def test_modules_functions_and_services_stay_small() -> None:
    faults = oversized_modules(ROOT) + oversized_functions(ROOT)
    expect_none(faults + oversized_services(ROOT, LONGEST_SERVICES))
    assert length_of_most_functions(ROOT) <= LONGEST_OF_MOST_FUNCTIONS


@pytest.mark.parametrize(("service", "most"), MOST_STOREYS.items())
def test_no_service_is_built_higher_than_anybody_climbs(service: str, most: int) -> None:
    chain = longest_chain(ROOT, service)
    assert len(chain) <= most, " -> ".join(chain)
