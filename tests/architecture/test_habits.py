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


CODE, DOMAIN, PORTS = (f"services/booking/{name}.py" for name in ("usecases", "domain", "ports"))
SETTINGS, PLUMBING = "services/booking/settings.py", "chassis/broker.py"
CAUGHT = "try:\n    run()\n{}:\n    {}\n"
QUOTED = CAUGHT.format("except ValueError as error", "{}")
PORT = '"""Ports."""\nclass Clock(Protocol):\n    """The time."""\n    def now(self) -> int: ...\n'
GIVEN = "time and chance are given, not taken"
# Under each rule a file, its text, and what the rule says of it.
BREACHES: dict[Callable[[Path], list[str]], list[tuple[str, str, str]]] = {
    sales_words_in_the_chassis: [
        (PLUMBING, "def publish_lead(): ...", "1 says 'lead'"),
        (PLUMBING, "class DemoBooked: ...", "1 says 'demo'"),
        (PLUMBING, "topic = 'proposal.events.v1'", "1 says 'proposal'"),
        (PLUMBING, "# Only after a discovery.", "1 says 'discovery'"),
        (PLUMBING, "tierKey = 1", "1 says 'tier'"),
        (PLUMBING, "# A crash here leads to a second copy.", ""),
        (PLUMBING, "def mislead(): ...", ""),
        (PLUMBING, "leading = 1  # What demonstrates it.", ""),
        (CODE, "lead = 1", ""),
    ],
    swallowed_errors: [
        (CODE, CAUGHT.format("except Exception", "pass"), "3 catches Exception"),
        (CODE, CAUGHT.format("except (ValueError, Exception)", "raise"), "3 catches Exception"),
        (CODE, CAUGHT.format("except", "raise"), "3 catches everything"),
        (CODE, CAUGHT.format("except BaseException", "pass"), "3 catches BaseException and keeps it"),
        (CODE, CAUGHT.format("except BaseException", "raise"), ""),
        (CODE, CAUGHT.format("except ValueError", "raise"), ""),
        (PLUMBING, CAUGHT.format("except Exception", "raise"), ""),
    ],
    quoted_errors: [
        (CODE, QUOTED.format("log(str(error))"), "4 quotes error, describe it"),
        (CODE, QUOTED.format("log(repr(error))"), "4 quotes error, describe it"),
        (CODE, QUOTED.format("raise Refused(f'no: {error}') from error"), "4 quotes error, describe it"),
        ("contracts/values.py", QUOTED.format("log(str(error))"), ""),
    ],
    environment_read: [
        (PLUMBING, "os.environ['X']", "1 reads the environment"),
        (PLUMBING, "os.getenv('X')", "1 reads the environment"),
        (PLUMBING, "from os import environ", "1 reads the environment"),
        (PLUMBING, "x = dict(os.environ)", "1 reads the environment"),
        (SETTINGS, "os.environ['X']", ""),
        ("devstack/run.py", "os.environ['X']", ""),
    ],
    metrics_made_elsewhere: [
        (CODE, "from prometheus_client import Counter", "1 makes a metric of its own"),
        (CODE, "x = prometheus_client.Gauge('a', 'b')", "1 makes a metric of its own"),
        (SPEAKS_OF_THE_PRODUCT, "from prometheus_client import Counter", ""),
    ],
    impure_domains: [
        (DOMAIN, "async def plan() -> None: ...", "1 plan waits"),
        (DOMAIN, "at = datetime.now(UTC)", f"1 calls datetime.now: {GIVEN}"),
        ("services/dialogue/domain/plan.py", "key = uuid4()", f"1 calls uuid4: {GIVEN}"),
        (CODE, "key = uuid4()", ""),
    ],
    undocumented: [(PORTS, PORT, "4 now promises nothing"), (PLUMBING, PORT, "")],
}
EACH = [pytest.param(rule, *breach) for rule, breaches in BREACHES.items() for breach in breaches]


@pytest.mark.parametrize("rule", BREACHES, ids=lambda rule: rule.__name__)
def test_nothing_breaks_the_habit(rule: Callable[[Path], list[str]]) -> None:
    expect_none(rule(ROOT))


@pytest.mark.parametrize(("rule", "name", "text", "fault"), EACH)
def test_a_breach_is_named_where_it_is_one(
    tmp_path: Path, rule: Callable[[Path], list[str]], *, name: str, text: str, fault: str
) -> None:
    assert rule(grow(tmp_path, {name: text})) == [f"{name}:{fault}"] * bool(fault)


def test_a_module_that_promises_nothing_is_named(tmp_path: Path) -> None:
    root = grow(tmp_path, {PLUMBING: "x = 1\n"})

    assert undocumented(root) == [f"{PLUMBING} does not say what it is for"]
