"""Each service says on its card what it listens to and tells, and the card is true."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from contracts.cloudevent import Event
from contracts.registry import EVENTS, RESERVED, STREAMS, consumed_by, published_by
from tests.architecture.source import FOLDERS, PROCESSES, ROOT, Function, Module, expect_none, modules

CARD = ("Owns", "Consumes", "Publishes", "Stores", "Calls")
LONGEST_CONSUMER = 5


def card_of(root: Path, service: str) -> dict[str, str]:
    """The sections of a service's card."""
    file = root / FOLDERS[service] / "__init__.py"
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) if file.is_file() else ""
    found = re.findall(rf"^({'|'.join(CARD)})\b(.*(?:\n .*)*)", text or "", re.MULTILINE)
    return dict(found)


def untrue_cards(root: Path) -> list[str]:
    """Every difference between the services' cards, the registry and the consumers in the code."""
    return [fault for name in FOLDERS for fault in _untrue(root, name)]


def _untrue(root: Path, name: str) -> Iterator[str]:
    card = card_of(root, name)
    if list(card) != list(CARD):
        yield f"{name}'s card has the sections {list(card)}, not {list(CARD)}"
        return
    consumes, publishes = _events_in(card["Consumes"]), _events_in(card["Publishes"])
    registered, readable = _names(published_by(name)), _names(consumed_by(name))
    yield from (f"{name} does not say that it publishes {event}" for event in sorted(registered - publishes))
    yield from (f"{name} is not registered to publish {event}" for event in sorted(publishes - registered))
    yield from (f"{name} is not registered to consume {event}" for event in sorted(consumes - readable))
    for topic in STREAMS:
        is_read = name in topic.consumers and not RESERVED.issuperset(topic.events)
        if is_read and not _names(topic.events) & consumes:
            yield f"{name} is registered to read {topic.name} and says of no event that it consumes it"
    handled = {event for _module, _function, event in _consumers(root, name)}
    if handled and handled != consumes:
        yield f"{name}'s consumers handle {sorted(handled)}, and its card says {sorted(consumes)}"


def _names(events: Iterable[type[Event]]) -> set[str]:
    return {event.__name__ for event in events}


def _events_in(text: str) -> set[str]:
    return set(re.findall(r"\b[A-Z]\w+", text)) & _names(EVENTS)


def _consumers(root: Path, service: str) -> Iterator[tuple[Module, Function, str]]:
    """The consumers of a service that are registered for one event class each."""
    for module in modules(root, (FOLDERS[service],)):
        if FOLDERS[service] not in PROCESSES.values() and module.name.startswith((*PROCESSES.values(),)):
            continue
        for function in module.functions():
            for node in function.decorator_list:
                if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".on", ".on_many")):
                    yield module, function, ast.unparse(node.args[0]).rpartition(".")[2]


def unread_events(root: Path) -> list[str]:
    """Every event of a stream that has readers, and that no service says it consumes."""
    cards = (card_of(root, name) for name in FOLDERS)
    consumed = {event for card in cards for event in _events_in(card.get("Consumes", ""))}
    read = {event for topic in STREAMS if topic.consumers for event in topic.events}
    return sorted(_names(read - RESERVED) - consumed)


def faulty_consumers(root: Path) -> list[str]:
    """Every consumer that is not named for what it does on which event, or does more than ask a use case."""
    faults = []
    for module, function, event in (each for service in FOLDERS for each in _consumers(root, service)):
        suffix = "_on_" + re.sub(r"(?<!^)(?=[A-Z])", "_", event).lower()
        if not function.name.endswith(suffix) or function.name == suffix:
            faults.append(module.at(function, f"{function.name} is not named <do_what>{suffix}"))
        lines = (function.end_lineno or 0) - function.body[0].lineno + 1
        if lines > LONGEST_CONSUMER:
            faults.append(module.at(function, f"{function.name} has {lines} lines: a use case hides in it"))
    return faults


@pytest.mark.parametrize("rule", [untrue_cards, unread_events, faulty_consumers])
def test_the_cards_are_true_and_consumers_only_ask_a_use_case(rule: Callable[[Path], list[str]]) -> None:
    expect_none(rule(ROOT))
