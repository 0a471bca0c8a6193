"""Understands a visitor's messages without a language model."""

from collections.abc import Iterable, Sequence
from typing import Final

from playbook import Playbook
from playbook.lexicon import Lexicon, plain
from services.dialogue.domain.conversation import Conversation, Message
from services.dialogue.domain.reader.answers import Answer, list_answer, sentence_answer, text_answer
from services.dialogue.domain.reader.contact import (
    announced_name,
    answered_name,
    email_address,
    name_beside_address,
)
from services.dialogue.domain.reader.intents import (
    SentenceReading,
    is_plain_no,
    is_plain_yes,
    read_sentence,
    tier_chosen,
)
from services.dialogue.domain.reader.language import recognise, tells_language
from services.dialogue.domain.reader.numbers_told import NUMBERS, numbers_told
from services.dialogue.domain.reader.text import Part, parsed
from services.dialogue.domain.reader.tools import known_tools
from services.dialogue.domain.understanding import (
    CONTACT_SLOTS,
    LIST_SLOTS,
    Intent,
    Operation,
    SlotUpdate,
    Understanding,
)

_MOST_WORDS_OF_A_BUSINESS: Final = 8
_WHOLE_SENTENCES: Final = frozenset({"challenge", "success_measure"})
_REPLACED_BY: Final = frozenset({Intent.WANT_DEMO, Intent.WANT_PERSON})


def understand(messages: Sequence[Message], conversation: Conversation, playbook: Playbook) -> Understanding:
    """What the messages mean that one reply answers: picked replies, answers, certain facts, wishes."""
    language = _language_of(messages, conversation, playbook)
    known = conversation.profile.language.value if conversation.profile.language else playbook.language.code
    code = (language or known).casefold().partition("-")[0]
    spoken = playbook.spoken_in(code)
    understood = [
        _picked(message, conversation) or _read(message, conversation, spoken, code) for message in messages
    ]
    if len(understood) == 1:
        return understood[0].model_copy(update={"language": understood[0].language or language})
    return _joined(understood, language)


def _picked(message: Message, conversation: Conversation) -> Understanding | None:
    """The meaning of the quick reply whose label the message repeats."""
    text = plain(message.text).strip()
    return next(
        (reply.means for reply in conversation.quick_replies if plain(reply.label).strip() == text), None
    )


def _read(message: Message, conversation: Conversation, playbook: Playbook, code: str) -> Understanding:
    lexicon = playbook.lexicon
    whole = parsed(message.text, lexicon, code)
    is_asked = conversation.open_question is not None
    readings = [
        read_sentence(sentence, lexicon, has_proposal=conversation.proposal is not None, is_asked=is_asked)
        for sentence in whole.sentences
    ]
    counted = [
        (reading, update)
        for reading in readings
        if Intent.ASK not in reading.intents
        for update in numbers_told(reading.sentence, conversation, lexicon)
    ]
    updates = [*_latest(update for _, update in counted), *_contact(whole, readings, conversation, lexicon)]
    is_spoken = playbook.language.code == code
    if is_spoken:
        is_corrected = any(getattr(conversation.profile, update.slot) is not None for _, update in counted)
        corrections = [reading for reading, _ in counted] if is_corrected else []
        answers = [
            one
            for one in readings
            if one.is_answer and one not in corrections and not (is_corrected and one.sentence.figures)
        ]
        updates += _tools(readings, conversation, playbook)
        updates += _text(answers, conversation, lexicon, {update.slot for update in updates})
    intents = _intents(whole, readings, updates, conversation, lexicon)
    return Understanding(
        intents=intents,
        updates=tuple(updates),
        questions=tuple(dict.fromkeys(question for one in readings for question in one.questions)),
        change_wish=_wish(readings) if Intent.WANT_CHANGE in intents else None,
        tier=tier_chosen(readings, playbook) if conversation.proposal else None,
    )


def _latest(updates: Iterable[SlotUpdate]) -> list[SlotUpdate]:
    """One update a slot: the newest word wins."""
    return list({(update.slot, update.operation): update for update in updates}.values())


def _contact(
    whole: Part, readings: Sequence[SentenceReading], conversation: Conversation, lexicon: Lexicon
) -> list[SlotUpdate]:
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


def _tools(
    readings: Sequence[SentenceReading], conversation: Conversation, playbook: Playbook
) -> list[SlotUpdate]:
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


def _text(
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
    is_open = slot is not None and slot not in (*NUMBERS, *CONTACT_SLOTS, "tools")
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


def _intents(
    whole: Part, readings: Sequence[SentenceReading], updates: Sequence[SlotUpdate], conversation: Conversation,
    lexicon: Lexicon,
) -> tuple[Intent, ...]:  # fmt: skip
    """What the message wants, in order. A yes or a no stands first, as people write them."""
    said = [intent for reading in readings for intent in reading.intents]
    if any(update.slot == conversation.open_question for update in updates):
        said = [intent for intent in said if intent is not Intent.SKIP]
    first = readings[0].sentence if readings else whole
    if is_plain_no(whole, lexicon):
        said.insert(0, _meaning_of_no(conversation))
    elif (
        readings
        and is_plain_no(first.clauses[0] if first.clauses else first, lexicon)
        and Intent.OBJECT in said
        and not updates
    ):
        said.insert(0, Intent.DECLINE)
    is_contradicted = {Intent.ASK, Intent.DECLINE, Intent.STOP} & set(said) or lexicon.contrasts.search(
        first.masked
    )
    if is_plain_yes(first, lexicon) and not is_contradicted:
        said.insert(0, Intent.ACCEPT)
    if {Intent.WANT_CHANGE, Intent.DECLINE} & set(said):
        said = [intent for intent in said if intent is not Intent.ACCEPT]
    if updates:
        is_correction = any(getattr(conversation.profile, update.slot) is not None for update in updates)
        said.insert(0, Intent.CORRECT if is_correction else Intent.ANSWER)
    if conversation.booking_url is not None:
        said = [Intent.OTHER if intent is Intent.STOP and Intent.THANK in said else intent for intent in said]
    return tuple(dict.fromkeys(said)) or (Intent.OTHER,)


def _meaning_of_no(conversation: Conversation) -> Intent:
    """A plain no is an answer to what was offered; where nothing is offered or asked it is final."""
    offered = [reply.means for reply in conversation.quick_replies]
    for intent in (Intent.DECLINE, Intent.SKIP):
        if any(means.wants(intent) for means in offered):
            return intent
    return Intent.SKIP if conversation.open_question else Intent.DECLINE


def _wish(readings: Sequence[SentenceReading]) -> str | None:
    wishes = [one.sentence.raw for one in readings if Intent.WANT_CHANGE in one.intents]
    return " ".join(wishes)[:500] or None


def _said(slot: str, values: tuple[str, ...], quote: str, operation: Operation = Operation.SET) -> SlotUpdate:
    return SlotUpdate.model_validate({"slot": slot, "operation": operation, "values": values, "quote": quote})


def _language_of(messages: Sequence[Message], conversation: Conversation, playbook: Playbook) -> str | None:
    known = conversation.profile.language
    spoken = (known.value if known else playbook.language.code).casefold().partition("-")[0]
    new = {message.turn_id for message in messages}
    earlier = [one.text for one in conversation.visitor_messages if one.turn_id not in new]
    is_first = known is None and not any(tells_language(text, playbook) for text in earlier)
    text = "\n".join(message.text for message in messages)
    return recognise(text, playbook, spoken, is_first=is_first)


def _joined(understood: Sequence[Understanding], language: str | None) -> Understanding:
    """Several messages as one; the newest word of a slot wins."""
    intents = dict.fromkeys(intent for one in understood for intent in one.intents)
    if len(intents) > 1:
        intents.pop(Intent.OTHER, None)
    wishes = [one.change_wish for one in understood if one.change_wish]
    tiers = [one.tier for one in understood if one.tier]
    return Understanding(
        intents=tuple(intents) or (Intent.OTHER,),
        updates=tuple(update for one in understood for update in one.updates),
        questions=tuple(dict.fromkeys(question for one in understood for question in one.questions)),
        language=language,
        change_wish=" ".join(wishes) or None,
        tier=tiers[-1] if tiers else None,
    )
