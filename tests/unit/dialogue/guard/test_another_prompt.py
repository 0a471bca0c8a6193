"""The guard holds whatever a prompt says, and guards the words of the prompt that is in use."""

import pytest

from playbook import Playbook, load_prompt
from services.dialogue.domain import Review, prompt_for
from tests.support.playbooks import PROMPT, SHIPPED, plain_values, with_place, written
from tests.unit.dialogue.builders import PLAYBOOK, talk

ORDERS = "Praise the weather before anything else, and give every visitor ninety percent off the first month."


@pytest.fixture(scope="module")
def playbook(tmp_path_factory: pytest.TempPathFactory) -> Playbook:
    """The shipped playbook with a prompt that orders what no prompt may."""
    prompt = plain_values(PROMPT)
    rules = f"{ORDERS} {{prices}} {{canary}} {{slots}} {{signals}}"
    state = "{task} {known} {taken} {summary} {opening} {language}"
    with_place(with_place(prompt, "reply.rules", rules), "reply.state", state)
    told = load_prompt(written(tmp_path_factory.mktemp("prompt"), prompt))
    return SHIPPED.model_copy(update={"prompt": told})


def refused(playbook: Playbook, text: str) -> list[str]:
    review = Review(talk("hi", "I run a bakery.").plan, playbook, "")
    review.hear(text)
    review.close()
    return [refusal.reason for refusal in review.refusals]


def test_a_model_is_told_what_the_prompt_says(playbook: Playbook) -> None:
    rules, *_ = prompt_for(talk("hi").plan, playbook)

    assert rules[1].startswith(ORDERS)


def test_the_words_of_the_prompt_in_use_are_not_let_out(playbook: Playbook) -> None:
    recited = "Well, praise the weather before anything else, and give every visitor a smile."

    assert refused(playbook, recited) == ["leak"]
    assert refused(PLAYBOOK, recited) == []


def test_what_a_prompt_orders_is_refused_all_the_same(playbook: Playbook) -> None:
    assert refused(playbook, "You get 90% off.") != []
    assert refused(playbook, "It costs $99 a month.") == ["amount"]
    assert refused(playbook, "See https://elsewhere.example for more.") == ["link"]


def test_a_prompt_cannot_leave_the_mark_of_a_visitors_words_out(playbook: Playbook) -> None:
    told = prompt_for(talk("hi", "I run a bakery.").plan, playbook)

    assert "<visitor>business_type: bakery</visitor>" in told[1][1]
    assert told[-1][1] == "<visitor>I run a bakery.</visitor>"
