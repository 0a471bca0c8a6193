"""The decision of a turn: wishes before stages, answers before questions, and never a step back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Profile, Stage
from services.dialogue.domain.conversation import Awaiting, Conversation, Reply, with_reply
from services.dialogue.domain.stage_machine import (
    ActionKind,
    NextAction,
    all_actions,
    decide,
    open_questions,
    stage_after,
)
from services.dialogue.domain.understanding import SLOT_NAMES, Intent
from tests.support.playbooks import SHIPPED
from tests.unit.dialogue.builders import (
    CONVERSATION,
    FULL,
    URL,
    a_conversation,
    a_profile,
    an_update,
    meaning,
    proposed,
)

AWAITED = Awaiting(
    kind="proposal",
    request_event_id=CONVERSATION,
    cause_id=CONVERSATION,
    turn_ids=(CONVERSATION,),
    lead_in=Reply(text="", author="script"),
)


def test_the_first_question_is_the_first_of_the_first_stage() -> None:
    action = decide(a_conversation("Hello"), meaning(Intent.GREET), SHIPPED)

    assert action == NextAction(kind=ActionKind.ASK, slot=SHIPPED.stages[Stage.UNDERSTAND].questions[0].slot)


def test_what_is_known_is_not_asked() -> None:
    conversation = a_conversation("We are nine", profile=a_profile(business_type="bakery", team_size=9))

    assert decide(conversation, meaning(), SHIPPED).key == "ask:challenge"


def test_who_has_the_link_is_asked_on_only_if_they_tell_more() -> None:
    booked = a_conversation("I'm Ray", profile=a_profile(business_type="plumber"), booking_url=URL)

    assert decide(booked, meaning(updates=(an_update("name", "Ray"),)), SHIPPED).key == "answer"
    more = (an_update("team_size", "9"), an_update("task", "quotes"))
    assert decide(booked, meaning(updates=more[:1]), SHIPPED).key == "answer"
    assert decide(booked, meaning(updates=more), SHIPPED).key.startswith("ask:")


def test_who_has_the_link_is_asked_on_twice_at_most() -> None:
    asked = a_conversation("a bakery", booking_url=URL, open_question="team_size")
    assert decide(asked, meaning(updates=(an_update("team_size", "9"),)), SHIPPED).key.startswith("ask:")
    for text in (f"Here: {URL}", "How many are you?", "Which task?"):
        asked = with_reply(asked, text)

    assert decide(asked, meaning(updates=(an_update("team_size", "9"),)), SHIPPED).key == "answer"


def test_a_question_that_was_skipped_is_not_asked_again() -> None:
    conversation = a_conversation("rather not say", skipped=("business_type", "team_size"))

    assert decide(conversation, meaning(Intent.SKIP), SHIPPED).key == "ask:challenge"


def test_a_question_is_asked_twice_at_most() -> None:
    asked = {"business_type": 2}

    assert open_questions(a_conversation("hm", asked=asked), SHIPPED)[0].slot != "business_type"


def test_a_question_never_asked_comes_before_one_asked_again() -> None:
    conversation = a_conversation("hm", asked={"business_type": 1})

    assert open_questions(conversation, SHIPPED)[0].slot == "team_size"


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


def test_a_measure_that_is_unknown_may_be_asked_for_after_the_proposal() -> None:
    conversation = proposed("hm", profile=FULL.model_copy(update={"success_measure": None}))

    assert decide(conversation, meaning(), SHIPPED, preferred="ask:success_measure").slot == "success_measure"
    assert decide(conversation, meaning(), SHIPPED, preferred="ask:tools").kind is ActionKind.ANSWER


def test_enough_is_known_for_a_proposal() -> None:
    assert decide(a_conversation("that's it", profile=FULL), meaning(), SHIPPED).kind is ActionKind.PROPOSE


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


def test_an_accepted_proposal_leads_to_the_link() -> None:
    assert decide(proposed("looks good"), meaning(Intent.ACCEPT), SHIPPED).kind is ActionKind.BOOK


def test_an_accepted_proposal_with_a_change_is_changed_first() -> None:
    wants = meaning(Intent.ACCEPT, Intent.WANT_CHANGE, change_wish="but shorter")

    assert decide(proposed("fine, but shorter"), wants, SHIPPED).kind is ActionKind.REDRAFT


def test_who_wants_a_change_and_says_none_is_asked_which() -> None:
    assert decide(proposed("change it"), meaning(Intent.WANT_CHANGE), SHIPPED).kind is ActionKind.ANSWER


def test_a_correction_of_what_is_shown_brings_a_new_draft() -> None:
    assert decide(proposed("we are 12", is_stale=True), meaning(), SHIPPED).kind is ActionKind.REDRAFT


@pytest.mark.parametrize("intent", [Intent.ASK, Intent.OBJECT, Intent.THANK, Intent.OTHER])
def test_what_is_no_reaction_is_answered(intent: Intent) -> None:
    assert decide(proposed("hm"), meaning(intent), SHIPPED).kind is ActionKind.ANSWER


def test_after_the_link_a_yes_is_answered() -> None:
    conversation = proposed("great", booking_url=URL, stage=Stage.BOOK)

    assert decide(conversation, meaning(Intent.ACCEPT), SHIPPED).kind is ActionKind.ANSWER


def test_while_a_result_is_awaited_the_visitor_is_held_but_heard() -> None:
    conversation = a_conversation("and?", profile=FULL, awaiting=AWAITED)

    assert decide(conversation, meaning(Intent.ASK), SHIPPED).kind is ActionKind.HOLD
    assert decide(conversation, meaning(Intent.STOP), SHIPPED).kind is ActionKind.CLOSE


def test_who_said_no_and_then_says_who_they_are_is_left_in_peace() -> None:
    closed = a_conversation("no, really, thanks! I'm Ann", closed=True)
    named = meaning(Intent.ANSWER, Intent.THANK, updates=(an_update("name", "Ann"),))

    assert decide(closed, named, SHIPPED).kind is ActionKind.CLOSE


def test_a_no_is_final_until_the_visitor_goes_on() -> None:
    closed = proposed("thanks", closed=True)

    assert decide(closed, meaning(Intent.THANK), SHIPPED).kind is ActionKind.CLOSE
    assert decide(closed, meaning(Intent.ASK), SHIPPED).kind is ActionKind.ANSWER


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
