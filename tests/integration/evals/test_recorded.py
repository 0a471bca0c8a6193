"""A capable model's understanding and sentences, as recorded, through the domain of today; what they cost."""

from functools import cache
from statistics import median

import pytest

from chassis.language_model.prices import Price
from contracts.values import Profile, Stage
from evals.cost import Caching, Call, calls_of, cost_of, prices_of
from evals.recorded import PlayedTurn, RecordedSentence, load_recorded, play
from evals.scoring import MOST_COST_USD
from playbook.guard import Finding
from playbook.reading.meaning import Operation, SlotUpdate
from tests.support.playbooks import SHIPPED

# The share of the model's sentences that a visitor reads as they were written.
LEAST_SHOWN = 0.98
RECORDED = load_recorded()
conversations = pytest.mark.parametrize("name", RECORDED)


@cache
def played(name: str) -> tuple[PlayedTurn, ...]:
    return tuple(play(RECORDED[name], SHIPPED))


def is_true(value: object, truth: object) -> bool:
    if isinstance(value, tuple) and isinstance(truth, tuple):
        return len(value) == len(truth) and all(map(is_true, value, truth))
    return value in (truth.split("|") if isinstance(truth, str) else (truth,))


def stands(update: SlotUpdate, profile: Profile) -> bool:
    value = getattr(profile, update.slot).value
    if isinstance(value, tuple):
        is_added = update.operation is Operation.ADD
        return set(update.values) <= set(value) if is_added else update.values == value
    return update.values == (f"{value:g}" if isinstance(value, int | float) else value,)


def sentences(*, outdated: bool) -> list[tuple[PlayedTurn, RecordedSentence]]:
    turns = (turn for name in RECORDED for turn in played(name))
    return [(turn, one) for turn in turns for one in turn.of.reply if (one.outdated is not None) is outdated]


@conversations
def test_in_the_end_the_visitor_is_known_as_they_are(name: str) -> None:
    recorded, last = RECORDED[name], played(name)[-1].after
    known = last.profile.known() - {"language"}

    values = {slot: getattr(last.profile, slot).value for slot in known}

    assert known == set(recorded.truth)
    assert [slot for slot, value in values.items() if not is_true(value, recorded.truth[slot])] == []
    assert last.tier is not None
    assert (last.chosen_tier or last.tier.tier) == recorded.tier
    assert (last.stage is Stage.BOOK) is recorded.wants_demo


@conversations
def test_what_was_understood_is_known_right_after_its_turn(name: str) -> None:
    for turn in played(name):
        profile = turn.decided.conversation.profile
        assert [each for each in turn.of.understanding.updates if not stands(each, profile)] == []


def test_the_sentences_of_the_model_are_shown_as_they_were_written() -> None:
    current = sentences(outdated=False)
    kept_back = [one.says for turn, one in current if one not in turn.shown]
    assert len(current) >= 65
    assert len(kept_back) <= (1 - LEAST_SHOWN) * len(current), kept_back


def test_no_sentence_is_shown_that_the_facts_contradict_by_now() -> None:
    outdated = sentences(outdated=True)
    assert {one.verdict for _, one in outdated} == {Finding.NOT_CARRIED}
    assert [one.says for turn, one in outdated if one in turn.shown] == []


RECORDED = load_recorded()
PRICES = prices_of(SHIPPED, speaking="gpt-4o", judging="gpt-4o-mini")
# One of the recorded visitors writes a hundred words a message, and a server that caches nothing charges all.
MOST_OF_A_TALKATIVE_VISITOR_USD = 0.12
MOST_WITHOUT_A_CACHE_USD = 0.17


@cache
def calls(name: str) -> list[list[Call]]:
    return calls_of(RECORDED[name], SHIPPED)


def test_most_talks_of_twelve_turns_cost_less_than_ten_cents_and_none_much_more() -> None:
    none, cold, warm = (
        {name: cost_of(calls(name), PRICES, caching) for name in RECORDED} for caching in Caching
    )
    assert median(warm.values()) < MOST_COST_USD
    assert cold["bike_parts"] < MOST_COST_USD
    assert max(cold.values()) < MOST_OF_A_TALKATIVE_VISITOR_USD
    assert max(none.values()) < MOST_WITHOUT_A_CACHE_USD


def test_what_was_read_before_is_charged_half_unless_it_is_short() -> None:
    price = {"turn": Price(input=2.0, output=0.0, cached_input=1.0), "draft": Price(), "judge": Price()}
    texts, draft = ("rules " * 4100, "r" * 4000), Call("draft", "", "", "")
    long, short = ([[Call("turn", text, "", ""), draft]] * 2 for text in texts)

    none, cold, warm = (cost_of(long, price, caching) for caching in Caching)

    assert warm == pytest.approx(none / 2, rel=0.02)
    assert cold == pytest.approx(none * 3 / 4, rel=0.02)
    assert cost_of(short, price, Caching.WARM) == cost_of(short, price, Caching.NONE)
