"""Reading and judging take time in proportion to the text: no text is a trap for a pattern.

Four times the text may take a little more than four times as long; a pattern that tries every way to split it
takes sixteen times as long and more. Both are measured in the same run.
"""

import time
from collections.abc import Callable
from itertools import cycle

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
# A text, a list and a number are answered in different ways; each trap is set for one of them.
QUESTIONS = cycle(("challenge", "tools", "hours_per_week"))
TRAPS = (
    "a",
    " ",
    "\n",
    ".",
    ",",
    "a ",
    "a,",
    "1,111,",
    "the our ",
    "word ",
    "never ",
    "a hour ",
    "@",
    "a@",
    "- ",
)


def seconds(act: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    act(text)
    return max(time.process_time() - started, CLOCK_TICK_S)


def growth(act: Callable[[str], object], unit: str) -> float:
    """How many times as long four times the text takes; looked at again where a machine was disturbed."""
    page, found = unit * LONGEST, float("inf")
    for _ in range(3):
        found = min(found, seconds(act, page[:LONGEST]) / seconds(act, page[: LONGEST // 4]))
        if found < MOST_GROWTH:
            break
    return found


def read(text: str, *, asks: str | None = None, language: str | None = None) -> None:
    """Understand a message without a model."""
    conversation = a_conversation(text, open_question=asks)
    if language is not None:
        profile = conversation.profile.model_copy(update={"language": a_slot(language)})
        conversation = conversation.model_copy(update={"profile": profile})
    understand(conversation.visitor_messages, conversation, SHIPPED)


@pytest.mark.parametrize(("unit", "slot"), list(zip(TRAPS, QUESTIONS, strict=False)))
def test_no_message_is_a_trap_for_the_reader(unit: str, slot: str) -> None:
    assert growth(lambda text: read(text, asks=slot), unit) < MOST_GROWTH


@pytest.mark.parametrize(
    "unit", ["a", "a.", "e.g.", "1", "1 ", "1,", "$1 ", "@", ". ", "d i ", "//", "und", "\u3002", "? "]
)
def test_no_reply_is_a_trap_for_the_guard(unit: str) -> None:
    allowed = allowed_claims(a_conversation("I run a bakery."), SHIPPED)

    def judge(text: str) -> None:
        reply = GuardedReply(allowed)
        reply.add(text)
        reply.finish()

    assert growth(judge, unit) < MOST_GROWTH


# Words that a pattern with two ways to read them would try in all combinations, where they may be words.
@pytest.mark.parametrize(
    ("language", "unit"),
    [
        *(("es", unit) for unit in ("y ", "12 y ", "de la ", "no ")),
        *(("de", unit) for unit in ("und ", "zwei", "uns ", "((")),
        *(("fr", unit) for unit in ("quatre-vingt-", "a ", "12 et ", "de la ")),
        *(("pt", unit) for unit in ("e ", "Ana ", "12 e ", "a ")),
    ],
)
def test_no_message_is_a_trap_in_another_language(language: str, unit: str) -> None:
    assert growth(lambda text: read(text, language=language), unit) < MOST_GROWTH
