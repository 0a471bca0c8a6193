"""Habits that a reviewer would otherwise have to ask for: errors, settings, metrics, words, a pure domain."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

from tests.architecture.source import NOT_TESTS, PRODUCTION, ROOT, Function, Module, expect_none, modules
from tests.support.trees import grow

# The words of the product. The chassis could serve any other.
SALES_NOUNS = {"lead", "proposal", "demo", "visitor", "prospect", "customer", "booking", "tier", "campaign"}
SALES_WORDS = SALES_NOUNS | {f"{noun}s" for noun in SALES_NOUNS} | {"discovery", "calendly", "funnel"}
# The names of all metrics stand in one place, and some of them count what the product does.
SPEAKS_OF_THE_PRODUCT = "chassis/metrics.py"
METRIC_CLASSES = frozenset({"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"})


def sales_words_in_the_chassis(root: Path) -> list[str]:
    """Every name, text and comment of the chassis that says what is sold."""
    faults = []
    for module in modules(root, ("chassis",)):
        if module.name == SPEAKS_OF_THE_PRODUCT:
            continue
        for number, line in enumerate(module.text.splitlines(), start=1):
            said = sorted(SALES_WORDS & set(words_of(line)))
            faults += [f"{module.name}:{number} says {word!r}" for word in said]
    return faults


def words_of(text: str) -> Iterator[str]:
    """The words of a text in lower case; names are taken apart at underscores and capitals."""
    # "to lead to" and "leads to" are not the noun.
    plain = re.sub(r"\b(?:to lead|leads? (?:to|into)\b)", " ", text)
    for name in re.findall(r"[A-Za-z]+", plain):
        yield from (word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name))


def swallowed_errors(root: Path) -> list[str]:
    """Every handler outside the chassis that catches whatever comes."""
    faults = []
    for module in modules(root, tuple(folder for folder in NOT_TESTS if folder != "chassis")):
        for node in module.nodes():
            if isinstance(node, ast.ExceptHandler) and (caught := _catches_all(node)):
                faults.append(module.at(node, f"catches {caught}"))
    return faults


def _catches_all(handler: ast.ExceptHandler) -> str | None:
    if handler.type is None:
        return "everything"
    listed = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {ast.unparse(name) for name in listed}
    if "Exception" in names:
        return "Exception"
    # Cleaning up after a cancellation is right, as long as it goes on.
    last = handler.body[-1]
    goes_on = isinstance(last, ast.Raise) and last.exc is None
    return "BaseException and keeps it" if "BaseException" in names and not goes_on else None


def quoted_errors(root: Path) -> list[str]:
    """Every handler that writes out what it caught; `chassis.errors.describe` leaves out what it quotes."""
    return [
        module.at(node, f"quotes {handler.name}, describe it")
        for module in modules(root, ("chassis", "services"))
        for handler in module.nodes()
        if isinstance(handler, ast.ExceptHandler) and handler.name
        for node in ast.walk(handler)
        if _quotes(node, handler.name)
    ]


def _quotes(node: ast.AST, name: str) -> TypeGuard[ast.expr]:
    match node:
        case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=quoted)]):
            return quoted == name
        case ast.FormattedValue(value=ast.Name(id=quoted)):
            return quoted == name
        case _:
            return False


def environment_read(root: Path) -> list[str]:
    """Every place that reads the environment instead of being given a setting."""
    return [
        module.at(node, "reads the environment")
        for module in modules(root, PRODUCTION)
        if not module.name.endswith("settings.py")
        for node in module.nodes()
        if isinstance(node, ast.expr | ast.stmt) and _reads_environment(node)
    ]


def _reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(name.name in {"environ", "getenv"} for name in node.names)
    return isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}


def metrics_made_elsewhere(root: Path) -> list[str]:
    """Every metric that is made outside `chassis/metrics.py`."""
    return [
        module.at(node, "makes a metric of its own")
        for module in modules(root)
        if module.name != "chassis/metrics.py"
        for node in module.nodes()
        if isinstance(node, ast.expr | ast.stmt) and _takes_a_metric_class(node)
    ]


def _takes_a_metric_class(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "prometheus_client" and any(name.name in METRIC_CLASSES for name in node.names)
    return isinstance(node, ast.Attribute) and ast.unparse(node) in {
        f"prometheus_client.{name}" for name in METRIC_CLASSES
    }


def impure_domains(root: Path) -> list[str]:
    """Every function of a domain that waits, or asks what time it is."""
    return [
        fault for module in modules(root, ("services",)) if _is_domain(module) for fault in _impure(module)
    ]


def _is_domain(module: Module) -> bool:
    return bool(re.match(r"services/\w+/domain(?:/|\.py$)", module.name))


def _impure(module: Module) -> Iterator[str]:
    for node in module.nodes():
        if isinstance(node, ast.AsyncFunctionDef):
            yield module.at(node, f"{node.name} waits")
        if isinstance(node, ast.Call) and re.search(
            r"\b(now|utcnow|today|monotonic|uuid4)$", ast.unparse(node.func)
        ):
            yield module.at(node, f"calls {ast.unparse(node.func)}: time and chance are given, not taken")


def undocumented(root: Path) -> list[str]:
    """Every package, port and event without the promise it makes."""
    faults = []
    for module in modules(root, PRODUCTION):
        if not ast.get_docstring(module.tree) and module.text.strip():
            faults.append(f"{module.name} does not say what it is for")
        if module.name.endswith("/ports.py") or "/ports/" in module.name:
            faults += [module.at(node, f"{node.name} promises nothing") for node in _silent_ports(module)]
    return faults


def _silent_ports(module: Module) -> Iterator[ast.ClassDef | Function]:
    for node in module.nodes():
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases):
            if not ast.get_docstring(node):
                yield node
            yield from (
                method
                for method in node.body
                if isinstance(method, Function) and not ast.get_docstring(method)
            )


CODE = "services/booking/usecases.py"
RULES = [
    sales_words_in_the_chassis,
    swallowed_errors,
    quoted_errors,
    environment_read,
    metrics_made_elsewhere,
    impure_domains,
    undocumented,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_nothing_breaks_the_habit(rule: Callable[[Path], list[str]]) -> None:
    expect_none(rule(ROOT))


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("def publish_lead(): ...", 1),
        ("class DemoBooked: ...", 1),
        ("topic = 'proposal.events.v1'", 1),
        ("# Only after a discovery.", 1),
        ("tierKey = 1", 1),
        ("# A crash here leads to a second copy.", 0),
        ("def mislead(): ...", 0),
        ("leading = 1  # What demonstrates it.", 0),
    ],
)
def test_a_sales_word_in_the_chassis_is_named(tmp_path: Path, line: str, count: int) -> None:
    root = grow(tmp_path, {"chassis/broker.py": line, "services/gateway/api.py": "lead = 1"})

    assert len(sales_words_in_the_chassis(root)) == count


@pytest.mark.parametrize(
    ("name", "caught", "body", "fault"),
    [
        (CODE, "except Exception", "pass", "catches Exception"),
        (CODE, "except (ValueError, Exception)", "raise", "catches Exception"),
        (CODE, "except", "raise", "catches everything"),
        (CODE, "except BaseException", "pass", "catches BaseException and keeps it"),
        (CODE, "except ValueError", "raise", None),
        (CODE, "except BaseException", "raise", None),
        ("chassis/kafka/lanes.py", "except Exception", "raise", None),
    ],
)
def test_a_swallowed_error_is_named(
    tmp_path: Path, *, name: str, caught: str, body: str, fault: str | None
) -> None:
    root = grow(tmp_path, {name: f"try:\n    run()\n{caught}:\n    {body}\n"})

    assert swallowed_errors(root) == ([] if fault is None else [f"{CODE}:3 {fault}"])


@pytest.mark.parametrize(
    "line", ["log(str(error))", "raise Refused(f'no: {error}') from error", "log(repr(error))"]
)
def test_an_error_that_is_quoted_is_named(tmp_path: Path, line: str) -> None:
    body = f"try:\n    run()\nexcept ValueError as error:\n    {line}\n"
    root = grow(tmp_path, {"services/booking/usecases.py": body, "contracts/values.py": body})

    assert quoted_errors(root) == ["services/booking/usecases.py:4 quotes error, describe it"]


@pytest.mark.parametrize(
    "line", ["os.environ['X']", "os.getenv('X')", "from os import environ", "x = dict(os.environ)"]
)
def test_reading_the_environment_is_named(tmp_path: Path, line: str) -> None:
    root = grow(
        tmp_path, {"chassis/redis.py": line, "services/booking/settings.py": line, "devstack/run.py": line}
    )

    assert environment_read(root) == ["chassis/redis.py:1 reads the environment"]


@pytest.mark.parametrize(
    "line", ["from prometheus_client import Counter", "x = prometheus_client.Gauge('a', 'b')"]
)
def test_a_metric_made_elsewhere_is_named(tmp_path: Path, line: str) -> None:
    root = grow(tmp_path, {"services/booking/usecases.py": line, "chassis/metrics.py": line})

    assert metrics_made_elsewhere(root) == ["services/booking/usecases.py:1 makes a metric of its own"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("async def plan() -> None: ...", "plan waits"),
        ("at = datetime.now(UTC)", "calls datetime.now"),
        ("key = uuid4()", "calls uuid4"),
    ],
)
def test_a_domain_that_waits_or_asks_the_clock_is_named(tmp_path: Path, line: str, fault: str) -> None:
    files = (
        "services/booking/domain.py",
        "services/dialogue/domain/plan.py",
        "services/dialogue/usecases.py",
    )
    root = grow(tmp_path, dict.fromkeys(files, line))

    faults = impure_domains(root)

    assert [said.partition(":")[0] for said in faults] == list(files[:2])
    assert all(fault in said for said in faults)


def test_a_module_or_port_that_promises_nothing_is_named(tmp_path: Path) -> None:
    port = '"""Ports."""\nclass Clock(Protocol):\n    """The time."""\n    def now(self) -> int: ...\n'
    root = grow(tmp_path, {"chassis/redis.py": "x = 1\n", "services/booking/ports.py": port})

    assert undocumented(root) == [
        "chassis/redis.py does not say what it is for",
        "services/booking/ports.py:4 now promises nothing",
    ]
