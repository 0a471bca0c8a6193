"""Reading and judging take time in proportion to the text: no text is a trap for a pattern.

Four times the text may take a little more than four times as long; a pattern that tries every way to split it
takes sixteen times as long and more. Both are measured in the same run.
"""

import time
from collections.abc import Callable

import pytest
from tests.unit.languages.talks import LANGUAGES, Talk

from services.dialogue.domain import Review, plan_turn
from tests.support.visitors import VISITORS
from tests.unit.dialogue.builders import CONVERSATION, PLAYBOOK, talk

# Nothing longer is read of a message.
LONGEST = 2_800
CLOCK_TICK_S = 0.002
QUESTIONS = ("business_type", "challenge", "task", "steps", "tools", "hours_per_week")


def seconds(act: Callable[[str], object], text: str) -> float:
    """The best of three, since a machine is only ever disturbed."""
    times = []
    for _ in range(3):
        started = time.process_time()
        act(text)
        times.append(time.process_time() - started)
    return max(min(times), CLOCK_TICK_S)


def growth(act: Callable[[str], object], unit: str) -> float:
    """How many times as long four times the text takes."""
    page = unit * LONGEST
    return seconds(act, page[:LONGEST]) / seconds(act, page[: LONGEST // 4])


@pytest.mark.parametrize(
    "unit",
    ["a", " ", "\n", ".", ",", "a ", "a,", "1,111,", "the our ", "we ", "never ", "a hour ", "@", "a@", "- "],
)
def test_no_message_is_a_trap_for_the_readers(unit: str) -> None:
    for slot in QUESTIONS:
        asked = talk("hi").conversation.model_copy(update={"open_question": slot})

        assert growth(lambda text, asked=asked: plan_turn(asked, text, CONVERSATION, PLAYBOOK), unit) < 9, (
            slot
        )


@pytest.mark.parametrize(
    "unit", ["a", "a.", "e.g.", "1", "1 ", "1,", "$1 ", "@", ". ", "d i ", "//", "und", "\u3002", "? "]
)
def test_no_reply_is_a_trap_for_the_guard(unit: str) -> None:
    plan = plan_turn(talk("hi").conversation, "I run a bakery.", CONVERSATION, PLAYBOOK)

    def judge(text: str) -> None:
        review = Review(plan, PLAYBOOK)
        review.hear(text)
        review.close()

    assert growth(judge, unit) < 9


# Words that a pattern with two ways to read them would try in all combinations.
@pytest.mark.parametrize(
    "unit",
    ["a ", "y ", "und ", "e ", "de la ", "uns ", "12 y ", "quatre-vingt-", "zwei", "Ana ", "no ", "(("],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_a_trap_in_another_language(language: str, unit: str) -> None:
    greeting = next(visitor.lines[0] for visitor in VISITORS if visitor.language == language)

    assert growth(lambda text: Talk().say(greeting).say(text), unit) < 9
