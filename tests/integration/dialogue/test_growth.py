"""Reading and judging take time in proportion to the text: no text is a trap for a pattern.

Four times the text may take a little more than four times as long; a pattern that tries every way to split it
takes sixteen times as long and more. Both are measured in the same run.
"""

import time
from collections.abc import Callable

import pytest

from playbook.guard import GuardedReply
from playbook.reading import understand
from services.dialogue.domain.claims import allowed_claims
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import a_conversation, a_slot

# Nothing longer is read of a message.
LONGEST = 2_800
CLOCK_TICK_S = 0.002
MOST_GROWTH = 9


def seconds(act: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    act(text)
    return max(time.process_time() - started, CLOCK_TICK_S)


def traps(act: Callable[[str], object], units: tuple[str, ...]) -> dict[str, float]:
    """The units that are one, and how many times as long four times the text takes at the best of three."""
    found = dict.fromkeys(units, float("inf"))
    for unit in units:
        page = unit * LONGEST
        for _ in range(3):
            growth = seconds(act, page[:LONGEST]) / seconds(act, page[: LONGEST // 4])
            found[unit] = min(found[unit], growth)
            if growth < MOST_GROWTH:
                break
    return {unit: growth for unit, growth in found.items() if growth >= MOST_GROWTH}


# A text, a list and a number are answered in different ways. In other languages: words that a pattern with
# two ways to read them would try in all combinations.
@pytest.mark.parametrize(
    ("language", "asks", "units"),
    [
        ("en", "challenge", ("a", ".", "a,", "word ", "@")),
        ("en", "tools", (" ", ",", "1,111,", "never ", "a@")),
        ("en", "hours_per_week", ("\n", "a ", "the our ", "a hour ", "- ")),
        ("es", None, ("y ", "12 y ", "de la ", "no ")),
        ("de", None, ("und ", "zwei", "uns ", "((")),
        ("fr", None, ("quatre-vingt-", "a ", "12 et ", "de la ")),
        ("pt", None, ("e ", "Ana ", "12 e ", "a ")),
    ],
)
def test_no_message_is_a_trap_for_the_reader(language: str, asks: str | None, units: tuple[str, ...]) -> None:
    def read(text: str) -> None:
        conversation = a_conversation(text, open_question=asks)
        profile = conversation.profile.model_copy(update={"language": a_slot(language)})
        told = conversation.model_copy(update={"profile": profile})
        understand(told.visitor_messages, told, SHIPPED)

    assert traps(read, units) == {}


@pytest.mark.parametrize(
    "units", [("a", "a.", "e.g.", ". ", "? "), ("1", "1 ", "1,", "$1 ", "d i "), ("@", "//", "und", "\u3002")]
)
def test_no_reply_is_a_trap_for_the_guard(units: tuple[str, ...]) -> None:
    allowed = allowed_claims(a_conversation("I run a bakery."), SHIPPED)

    def judge(text: str) -> None:
        reply = GuardedReply(allowed)
        reply.add(text)
        reply.finish()

    assert traps(judge, units) == {}
