"""The decision of a turn: wishes before stages, answers before questions, and never a step back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Profile, Stage
from playbook.reading.meaning import SLOT_NAMES, Intent, Understanding
from services.dialogue.domain.conversation import Conversation, with_reply
from services.dialogue.domain.stage_machine import ActionKind, NextAction, all_actions, decide, stage_after
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import (
    DRAFT,
    FULL,
    URL,
    a_conversation,
    a_profile,
    an_update,
    meaning,
    proposed,
)

NAMED, NINE = an_update("name", "Ray"), an_update("team_size", "9")
BAKERY = a_profile(business_type="bakery", team_size=9)
LINKED = {"profile": a_profile(business_type="plumber"), "booking_url": URL}
# What a conversation has come to, what its newest message means, the key of what comes next, and the rule.
BEFORE_THE_PROPOSAL = [
    ({}, meaning(Intent.GREET), "ask:business_type", "the first question of the first stage"),
    ({"profile": BAKERY}, meaning(), "ask:challenge", "what is known is not asked"),
    ({"skipped": ("business_type",)}, meaning(Intent.SKIP), "ask:team_size", "what was skipped is not asked"),
    ({"asked": {"business_type": 2}}, meaning(), "ask:team_size", "a question is asked twice at most"),
    ({"asked": {"business_type": 1}}, meaning(), "ask:team_size", "one never asked comes before one again"),
    ({"profile": FULL}, meaning(), "propose", "enough is known for a proposal"),
    (LINKED, meaning(updates=(NAMED,)), "answer", "who has the link is not asked on"),
    (LINKED, meaning(updates=(NINE,)), "answer", "one fact that nobody asked for is not much"),
    (LINKED, meaning(updates=(NINE, an_update("task", "x"))), "ask:team_size", "but two facts are more"),
    (LINKED | {"open_question": "team_size"}, meaning(updates=(NINE,)), "ask:team_size", "so is an answer"),
    ({}, meaning(Intent.WANT_PERSON, updates=(NINE,)), "hand_over", "a person before a question"),
    ({"wants_person": True}, meaning(Intent.WANT_PERSON), "hand_over", "and again"),
    (
        {"wants_person": True},
        meaning(Intent.WANT_PERSON, updates=(NINE,)),
        "ask:business_type",
        "who goes on meanwhile is led on",
    ),
    (
        {"wants_person": True, "refuses_demo": True},
        meaning(updates=(NAMED,)),
        "answer",
        "who says how to be called is asked no more",
    ),
    ({"profile": FULL, "awaiting": DRAFT}, meaning(Intent.ASK), "hold", "who waits is held"),
    ({"profile": FULL, "awaiting": DRAFT}, meaning(Intent.STOP), "close", "who waits is heard"),
    (
        {"closed": True},
        meaning(Intent.THANK, updates=(NAMED,)),
        "close",
        "a name is no second thought",
    ),
]
SHORTER = meaning(Intent.ACCEPT, Intent.WANT_CHANGE, change_wish="but shorter")
AFTER_THE_PROPOSAL = [
    ({}, meaning(Intent.ACCEPT), "book", "an accepted proposal leads to the link"),
    ({}, meaning(Intent.ACCEPT, Intent.ASK), "answer", "a yes beside a question asks for no link yet"),
    (
        {"stage": Stage.RECOMMEND},
        meaning(Intent.ACCEPT, Intent.ASK),
        "book",
        "the second yes beside a question does",
    ),
    ({}, meaning(Intent.WANT_DEMO, Intent.ASK), "book", "the link is given beside a question"),
    ({}, SHORTER, "redraft", "one accepted with a change is changed first"),
    ({}, meaning(Intent.WANT_CHANGE), "answer", "who wants a change and says none is asked which"),
    ({"is_stale": True}, meaning(), "redraft", "a correction of what is shown brings a new draft"),
    (
        {"is_stale": True},
        meaning(Intent.TAKE_LEAVE),
        "redraft",
        "who puts something right on leaving reads it",
    ),
    ({"is_stale": True}, meaning(Intent.DECLINE), "close", "a no is argued with no draft"),
    ({}, meaning(Intent.ASK), "answer", "a question is answered"),
    ({}, meaning(Intent.OBJECT), "answer", "an objection is answered"),
    ({}, meaning(Intent.THANK), "answer", "thanks are answered"),
    ({}, meaning(Intent.OTHER), "answer", "what is no reaction is answered"),
    ({"booking_url": URL, "stage": Stage.BOOK}, meaning(Intent.ACCEPT), "answer", "a yes after the link"),
    (
        {"wants_person": True, "refuses_demo": True},
        meaning(Intent.ACCEPT),
        "hand_over",
        "a yes of who refused the demo brings no link",
    ),
    ({"closed": True}, meaning(Intent.THANK), "close", "a no is final"),
    ({"closed": True}, meaning(Intent.ASK), "answer", "a no is final until the visitor goes on"),
]


@pytest.mark.parametrize(("state", "means", "key", "rule"), BEFORE_THE_PROPOSAL)
def test_what_comes_next_before_the_proposal(
    state: dict[str, Any], means: Understanding, key: str, rule: str
) -> None:
    assert decide(a_conversation("x", **state), means, SHIPPED).key == key, rule


@pytest.mark.parametrize(("state", "means", "key", "rule"), AFTER_THE_PROPOSAL)
def test_what_comes_next_after_the_proposal(
    state: dict[str, Any], means: Understanding, key: str, rule: str
) -> None:
    assert decide(proposed("x", **state), means, SHIPPED).key == key, rule


def test_who_has_the_link_is_asked_on_twice_at_most() -> None:
    asked = a_conversation("a bakery", booking_url=URL, open_question="team_size")
    for text in (f"Here: {URL}", "How many are you?", "Which task?"):
        asked = with_reply(asked, text)

    assert decide(asked, meaning(updates=(NINE,)), SHIPPED).key == "answer"


def test_who_wants_no_more_questions_gets_the_proposal_from_what_is_known() -> None:
    conversation = a_conversation(
        "no more questions", profile=a_profile(business_type="bakery"), refuses_questions=True
    )

    assert decide(conversation, meaning(Intent.NO_QUESTIONS), SHIPPED).key == "propose"


def test_who_wants_no_questions_and_told_nothing_gets_answers() -> None:
    conversation = a_conversation("no questions. what does it cost?", refuses_questions=True)

    assert decide(conversation, meaning(Intent.ASK), SHIPPED).key == "answer"


@pytest.mark.parametrize(
    ("known", "preferred", "taken"),
    [
        ({}, "ask:challenge", "ask:challenge"),
        ({}, "ask:task", "ask:task"),
        ({}, "ask:steps", "ask:team_size"),
        ({"task": "invoices"}, "ask:success_measure", "ask:success_measure"),
        ({"task": "invoices", "tools": ("Excel",)}, "ask:tools", "ask:tools"),
        ({"task": "invoices"}, "propose", "ask:team_size"),
        ({"task": "invoices"}, "ask:task", "ask:team_size"),
    ],
)
def test_a_model_may_choose_among_the_open_questions(
    known: dict[str, object], preferred: str, taken: str
) -> None:
    conversation = a_conversation("hi", profile=a_profile(business_type="bakery", **known))

    assert decide(conversation, meaning(), SHIPPED, preferred=preferred).key == taken


@pytest.mark.parametrize("slot", ["hours_per_week", "success_measure"])
def test_no_draft_is_made_before_hours_and_measure_were_asked_for(slot: str) -> None:
    known = FULL.model_copy(update={slot: None, "steps": None})
    asked = {"steps": 2, "out_of_scope": 2, "tools": 2, "hours_per_week": 1, "success_measure": 1, slot: 0}

    conversation = a_conversation("hm", profile=known, asked=asked)

    assert decide(conversation, meaning(), SHIPPED).key == f"ask:{slot}"


@pytest.mark.parametrize(
    ("preferred", "taken"), [("success_measure", "ask:success_measure"), ("tools", "answer")]
)
def test_what_is_unknown_may_be_asked_for_after_the_proposal(preferred: str, taken: str) -> None:
    conversation = proposed("hm", profile=FULL.model_copy(update={"success_measure": None}))

    assert decide(conversation, meaning(), SHIPPED, preferred=f"ask:{preferred}").key == taken


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize(
    ("intents", "kind"),
    [
        ((Intent.WANT_PERSON, Intent.WANT_DEMO), ActionKind.HAND_OVER),
        ((Intent.WANT_DEMO,), ActionKind.BOOK),
        ((Intent.ANSWER, Intent.WANT_DEMO, Intent.DECLINE), ActionKind.BOOK),
        ((Intent.STOP,), ActionKind.CLOSE),
        ((Intent.DECLINE, Intent.THANK), ActionKind.CLOSE),
    ],
)
def test_a_wish_is_granted_at_any_stage(stage: Stage, intents: tuple[Intent, ...], kind: ActionKind) -> None:
    for conversation in (a_conversation("x", stage=stage), proposed("x", stage=stage)):
        assert decide(conversation, meaning(*intents), SHIPPED).kind is kind


def test_a_conversation_never_goes_back() -> None:
    conversation = proposed("x", stage=Stage.BOOK)

    assert stage_after(conversation, NextAction(kind=ActionKind.REDRAFT), SHIPPED) is Stage.BOOK


_slots = st.sampled_from([name for name in SLOT_NAMES if name != "name"])
_conversations = st.builds(
    lambda known, asked, skipped, has_proposal, stage: (proposed if has_proposal else a_conversation)(
        "x",
        profile=Profile(**{name: getattr(FULL, name, None) for name in known if hasattr(FULL, name)}),
        asked=asked,
        skipped=tuple(skipped),
        stage=stage,
    ),
    st.sets(_slots),
    st.dictionaries(_slots, st.integers(0, 3)),
    st.sets(_slots),
    st.booleans(),
    st.sampled_from(list(Stage)),
)


@given(conversation=_conversations, intents=st.sets(st.sampled_from(list(Intent)), min_size=1))
def test_what_is_decided_is_an_action_and_leads_forward(
    conversation: Conversation, intents: set[Intent]
) -> None:
    action = decide(conversation, meaning(*sorted(intents)), SHIPPED)

    assert action.key in all_actions(SHIPPED)
    assert stage_after(conversation, action, SHIPPED).position >= conversation.stage.position
