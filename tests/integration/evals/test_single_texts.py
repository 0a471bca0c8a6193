"""Single answers through the reader, and single sentences through the guard."""

import pytest

from evals.guarded_sentences import Guarded, guard_all, load_sentences, load_verdicts
from evals.small_inputs import LEAST_RIGHT, load_small_inputs, read, share_right
from tests.support.playbooks import SHIPPED

# The share of right sentences that reach a visitor word for word, by the recorded verdicts. What is lost is
# refused by the judge, or counts what the visitor did not: a summer as two months, "twenty odd" as more.
LEAST_UNTOUCHED = 0.99


@pytest.fixture(scope="module")
def guarded() -> list[Guarded]:
    return guard_all(load_sentences(), SHIPPED, load_verdicts())


def test_answers_are_read_no_worse_than_their_bar_and_none_leaves_a_wrong_number() -> None:
    readings = [read(one, SHIPPED) for one in load_small_inputs()]
    assert [one.of.answer for one in readings if one.wrong_numbers] == []
    assert len(readings) >= 150
    assert share_right(readings) >= LEAST_RIGHT


def test_no_wrong_sentence_is_shown_and_right_ones_are_word_for_word(guarded: list[Guarded]) -> None:
    right = [one for one in guarded if not one.of.is_wrong]
    assert [one.of.sentence for one in guarded if one.of.is_wrong and not one.is_well] == []
    assert sum(one.is_well for one in right) >= LEAST_UNTOUCHED * len(right)


def test_every_question_to_the_judge_has_its_recorded_verdict(guarded: list[Guarded]) -> None:
    verdicts = load_verdicts()
    asked = ((one.of, unsure) for one in guarded for unsure in one.asked)
    assert [unsure.text for of, unsure in asked if of.key_of(unsure) not in verdicts] == []


def test_without_its_verdicts_nothing_wrong_is_shown_and_nothing_unsure() -> None:
    alone = guard_all(load_sentences(), SHIPPED)
    assert [one.of.sentence for one in alone if one.of.is_wrong and not one.is_well] == []
    assert [one.shown for one in alone if any(unsure.text in one.shown for unsure in one.asked)] == []
