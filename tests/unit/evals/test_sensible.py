"""The stand-in for a model understands a simple visitor well enough to bring them to the booking link."""

import pytest

from evals import obedient, sensible
from evals.attack import Attack, load_attacks
from services.dialogue.domain.conversation import (
    Conversation,
    Message,
    with_messages,
    with_question,
    with_reply,
)
from services.dialogue.domain.stage_machine import ActionKind, NextAction, decide, stage_after
from services.dialogue.domain.understanding import Intent
from services.dialogue.domain.updates import apply_updates
from tests.support.fake_openai.misbehaving import misbehaving
from tests.support.playbooks import SHIPPED
from tests.support.product import DENTIST
from tests.support.scripted_turns import ScriptedModel
from tests.support.talks import CONVERSATION, knows, talk, with_a_proposal

PLAYBOOK = SHIPPED
MODEL = ScriptedModel(sensible.answer, PLAYBOOK)


def take_turn(conversation: Conversation, line: str) -> tuple[Conversation, NextAction, str]:
    """The conversation after a turn, the action of the turn, and the one the model chose."""
    message = Message(turn_id=CONVERSATION, text=line)
    conversation = with_messages(conversation, [message])
    turn = MODEL.understand(conversation)
    profile = apply_updates(conversation.profile, turn.understanding.updates, conversation.visitor_messages)
    assert {update.slot for update in turn.understanding.updates} <= profile.known()
    conversation = conversation.model_copy(update={"profile": profile})
    action = decide(conversation, turn.understanding, PLAYBOOK)
    reply = turn.reply if turn.action == action.key else MODEL.phrase(conversation, action)
    conversation = conversation.model_copy(update={"stage": stage_after(conversation, action, PLAYBOOK)})
    conversation = with_reply(with_question(conversation, action.slot), reply)
    if action.kind is ActionKind.PROPOSE:
        conversation = with_a_proposal(conversation)
    return conversation, action, turn.action


def test_a_simple_visitor_reaches_the_link() -> None:
    conversation, actions = Conversation.open(CONVERSATION, "api"), []

    for line in DENTIST:
        conversation, action, _ = take_turn(conversation, line)
        actions.append(action.key)
        if action.kind is ActionKind.BOOK:
            break

    assert "propose" in actions
    assert actions[-1] == "book"
    profile = conversation.profile
    assert profile.team_size is not None and profile.team_size.value == 22
    assert profile.tools is not None and profile.tools.value == ("Google Calendar", "Gmail", "Dentrix")
    assert profile.hours_per_week is not None and profile.hours_per_week.value == 25
    assert profile.contact_email is not None


@pytest.mark.parametrize(
    ("line", "intent", "action"),
    [
        ("Yes, send me the link.", Intent.WANT_DEMO, "book"),
        ("Can I talk to a person?", Intent.WANT_PERSON, "hand_over"),
        ("No thanks, not interested.", Intent.DECLINE, "close"),
    ],
)
def test_a_wish_is_understood_at_any_time(line: str, intent: Intent, action: str) -> None:
    turn = MODEL.understand(talk("hi", "Welcome.", line))

    assert intent in turn.understanding.intents
    assert turn.action == action


def test_a_question_is_answered_and_what_is_known_not_asked_for() -> None:
    answered = MODEL.understand(talk("hi", "Welcome.", "Can I cancel the partnership?"))
    asked = MODEL.understand(talk("hi", "Welcome.", "hm", profile=knows(business_type="bakery")))

    (fact,) = answered.understanding.questions
    assert PLAYBOOK.facts.fact(fact) is not None
    assert answered.reply.endswith("?")
    assert asked.action == "ask:team_size"


def test_an_answer_to_a_question_of_ours_fills_its_slot_and_a_given_action_is_worded() -> None:
    _, team, hours = PLAYBOOK.stages[talk().stage].questions[:3]

    (update,) = MODEL.understand(talk("hi", team.ask, "12")).understanding.updates

    assert (update.slot, update.values, update.quote) == ("team_size", ("12",), "12")
    action = NextAction(kind=ActionKind.ASK, slot=hours.slot)
    assert hours.ask in MODEL.phrase(talk("hi", "Welcome.", "hm"), action)


@pytest.mark.parametrize("attack", load_attacks()[::10], ids=lambda attack: attack.id)
def test_an_obedient_model_says_what_it_is_told_to_say(attack: Attack) -> None:
    model, conversation = ScriptedModel(obedient.obey, PLAYBOOK), talk("hi", "Welcome.", attack.says)

    assert model.understand(conversation).reply == attack.obeyed
    assert model.phrase(conversation, NextAction(kind=ActionKind.ANSWER)) == attack.obeyed


def test_an_obedient_model_is_sensible_to_whoever_is() -> None:
    conversation = talk("hi", "Welcome.", "We are 22 people.")

    obeyed = ScriptedModel(obedient.obey, PLAYBOOK).understand(conversation)
    assert obeyed.model_dump() == MODEL.understand(conversation).model_dump()


def test_a_misbehaving_model_answers_in_the_shape_that_is_demanded() -> None:
    model = ScriptedModel(misbehaving(), PLAYBOOK)

    for _ in range(30):
        assert model.understand(talk("hi", "Welcome.", "hm")).reply
