"""The slots besides numbers that a message fills: contact, tools, and the open question's answer."""

from collections.abc import Sequence
from typing import Final

from playbook import Playbook
from playbook.lexicon import Lexicon, plain
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.answers import Answer, list_answer, sentence_answer, text_answer
from services.dialogue.domain.reader.contact import (
    announced_name,
    answered_name,
    email_address,
    name_beside_address,
)
from services.dialogue.domain.reader.intents import SentenceReading
from services.dialogue.domain.reader.text import Part
from services.dialogue.domain.reader.tools import known_tools
from services.dialogue.domain.understanding import (
    CONTACT_SLOTS,
    LIST_SLOTS,
    NUMBER_SLOTS,
    Intent,
    Operation,
    SlotUpdate,
)

_MOST_WORDS_OF_A_BUSINESS: Final = 8
_WHOLE_SENTENCES: Final = frozenset({"challenge", "success_measure"})


def contact_told(
    whole: Part, readings: Sequence[SentenceReading], conversation: Conversation, lexicon: Lexicon
) -> list[SlotUpdate]:
    """The name and the address of a message."""
    updates: list[SlotUpdate] = []
    address = email_address(whole)
    name = announced_name(whole, lexicon)
    if name is None and address:
        name = name_beside_address(whole, address, lexicon)
    if name is None and conversation.open_question in CONTACT_SLOTS:
        told = (answered_name(one.sentence, lexicon) for one in readings if one.is_answer)
        name = next((words for words in told if words), None)
    for slot, words in (("name", name), ("contact_email", address)):
        if words:
            updates.append(_said(slot, (words.text,), words.text))
    return updates


def tools_told(
    readings: Sequence[SentenceReading], conversation: Conversation, playbook: Playbook
) -> list[SlotUpdate]:
    """The tools that are named, and those that are taken out."""
    is_asked = conversation.open_question == "tools"
    tools: list[str] = []
    for reading in readings:
        if playbook.lexicon.removes.search(reading.sentence.masked):
            continue
        if Intent.ASK not in reading.intents:
            tools += known_tools(reading.sentence, playbook, is_asked=is_asked)
        if is_asked and reading.is_answer and not known_tools(reading.sentence, playbook, is_asked=True):
            answer = list_answer((reading.sentence,), playbook.lexicon, of_tools=True)
            tools += answer.values if answer else ()
    values = tuple(dict.fromkeys(tools))
    updates = [_said("tools", values, values[0], Operation.ADD)] if values else []
    return updates + _removed_tools(readings, conversation, playbook.lexicon)


def _removed_tools(
    readings: Sequence[SentenceReading], conversation: Conversation, lexicon: Lexicon
) -> list[SlotUpdate]:
    """The tools that are known and that a sentence takes out."""
    known = conversation.profile.tools.value if conversation.profile.tools else ()
    found = [
        tool
        for reading in readings
        for tool in known
        if lexicon.removes.search(reading.sentence.masked) and plain(tool) in reading.sentence.plain
    ]
    return [_said("tools", tuple(found), found[0], Operation.REMOVE)] if found else []


def text_told(
    answers: Sequence[SentenceReading], conversation: Conversation, lexicon: Lexicon, filled: set[str]
) -> list[SlotUpdate]:
    """The answer to the open question at its word, and what is announced by the name of its slot."""
    updates: list[SlotUpdate] = []
    left: list[Part] = []
    for reading in answers:
        if lexicon.names.my_name_is.search(reading.sentence.plain):
            continue
        named = _named(reading.sentence, conversation, lexicon)
        updates += [update for update in named if update.slot not in filled]
        if not named:
            left.append(reading.sentence)
    slot = conversation.open_question
    is_open = slot is not None and slot not in (NUMBER_SLOTS | CONTACT_SLOTS | {"tools"})
    answer = _answer_to(slot, left, lexicon) if slot and is_open else None
    if slot and answer and not any(update.slot == slot for update in updates):
        updates.append(_said(slot, answer.values, answer.quote))
    return updates


def _answer_to(slot: str, sentences: Sequence[Part], lexicon: Lexicon) -> Answer | None:
    if slot in LIST_SLOTS:
        return list_answer(sentences, lexicon, of_steps=slot == "steps")
    read = sentence_answer if slot in _WHOLE_SENTENCES else text_answer
    return read(sentences, lexicon)


def _named(sentence: Part, conversation: Conversation, lexicon: Lexicon) -> list[SlotUpdate]:
    """`The task is ...`: taken where the slot is open, known or drafted, a business wherever it is said."""
    for slot, phrases in lexicon.answers.named.items():
        match = phrases.search(sentence.masked)
        is_expected = conversation.open_question == slot or getattr(conversation.profile, slot) is not None
        if match is None or not (is_expected or conversation.proposal or slot == "business_type"):
            continue
        rest = sentence.cut(match.end(), len(sentence.raw))
        answer = _answer_to(slot, (rest,), lexicon) if rest.raw else None
        is_short = answer and (
            slot != "business_type" or len(answer.quote.split()) <= _MOST_WORDS_OF_A_BUSINESS
        )
        if answer and is_short:
            return [_said(slot, answer.values, answer.quote)]
    return []


def _said(slot: str, values: tuple[str, ...], quote: str, operation: Operation = Operation.SET) -> SlotUpdate:
    return SlotUpdate.model_validate({"slot": slot, "operation": operation, "values": values, "quote": quote})
