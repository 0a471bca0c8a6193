"""Whatever is said, in whatever order: the promises of a conversation hold."""

import re
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from services.dialogue.domain import Aim, Conversation, Message, plan_burst, with_reply
from services.dialogue.domain.conversation import LONGEST_UTTERANCE, MOST_UTTERANCES
from services.dialogue.domain.reading import legible
from tests.unit.dialogue import test_conversations
from tests.unit.dialogue.builders import CONVERSATION, PLAYBOOK, Talk, talk

SAID_BEFORE = sorted(
    {message for transcript in test_conversations.TRANSCRIPTS for message, _ in transcript.turns}
    | {
        "no",
        "not really",
        "change it",
        "too expensive",
        "what?",
        "I meant 12",
        "$99 a month",
        "skip",
        "thanks",
        "bye",
    }
)
WORDS = sorted({word for message in SAID_BEFORE for word in message.split()})
MESSAGES = st.one_of(
    st.sampled_from(SAID_BEFORE),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=20).map(" ".join),
    st.text(min_size=1, max_size=80),
)
CATALOGUE = {f"${tier.monthly_price_usd:,}" for tier in PLAYBOOK.catalogue}


def amounts_in(text: str) -> set[str]:
    return set(re.findall(r"\$[\d,.]*\d", text))


@given(st.lists(MESSAGES, min_size=1, max_size=14))
def test_whatever_is_said_the_promises_hold(messages: list[str]) -> None:
    held = Talk()
    for message in messages:
        known_before = held.conversation.profile.known()
        stage_before = held.conversation.stage
        held.say(message)

        assert held.reply.strip()
        assert held.conversation.stage.position >= stage_before.position
        if held.plan.goal.aim is Aim.ASK:
            assert held.plan.goal.slot not in known_before | held.conversation.profile.known()

    said = " ".join(map(legible, messages))
    assert len(held.questions) == len(set(held.questions))
    assert amounts_in(" ".join(exchange.reply for exchange in held.exchanges)) <= CATALOGUE | amounts_in(said)
    stored = held.conversation.model_dump_json(exclude_defaults=True)
    assert Conversation.model_validate_json(stored) == held.conversation


@given(st.lists(st.lists(MESSAGES, min_size=1, max_size=4), min_size=1, max_size=6))
def test_whatever_is_said_in_a_row_the_promises_hold(bursts: list[list[str]]) -> None:
    conversation, said = Conversation.open(CONVERSATION, "api"), dict[UUID, str]()
    for burst in bursts:
        messages = tuple(
            Message(turn_id=uuid5(CONVERSATION, str(len(said) + n)), text=text)
            for n, text in enumerate(burst)
        )
        said |= {message.turn_id: legible(message.text) for message in messages}
        plan = plan_burst(conversation, messages, PLAYBOOK)
        after = plan.conversation

        assert plan.script.strip()
        assert after.stage.position >= conversation.stage.position
        assert amounts_in(plan.script) <= CATALOGUE | amounts_in(" ".join(said.values()))
        if plan.goal.aim is Aim.ASK:
            assert plan.goal.slot not in conversation.profile.known() | after.profile.known()
        for slot in plan.changed:
            told = getattr(after.profile, slot)
            assert " ".join(told.words.split()) in " ".join(said[told.turn_id].split())
        conversation = with_reply(after, plan.script)


@given(st.lists(MESSAGES, min_size=1, max_size=8))
def test_the_same_messages_lead_to_the_same_conversation(messages: list[str]) -> None:
    assert talk(*messages).conversation == talk(*messages).conversation


def test_a_long_conversation_is_remembered_by_its_slots_and_its_last_messages() -> None:
    long = talk(*["hm"] * MOST_UTTERANCES, "x" * 8_000)

    assert len(long.conversation.history) == MOST_UTTERANCES
    assert all(len(utterance.text) <= LONGEST_UTTERANCE for utterance in long.conversation.history)
