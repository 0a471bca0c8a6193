"""Understands a visitor's messages without a language model."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from playbook import Playbook
from playbook.lexicon import Lexicon, plain
from services.dialogue.domain.conversation import Conversation, Message, shortened
from services.dialogue.domain.reader.answers import courtesies
from services.dialogue.domain.reader.intents import (
    SentenceReading,
    intents_of,
    read_sentence,
    tier_chosen,
)
from services.dialogue.domain.reader.language import recognise, tells_language
from services.dialogue.domain.reader.numbers_told import numbers_told
from services.dialogue.domain.reader.slots_told import contact_told, moved, text_told, tools_told
from services.dialogue.domain.reader.text import Part, Sentence, fields_of, is_only, parsed
from services.dialogue.domain.reader.tools import names_only
from services.dialogue.domain.understanding import (
    CONTACT_SLOTS,
    LIST_SLOTS,
    UNKNOWN_QUESTION,
    Intent,
    Operation,
    SlotUpdate,
    Understanding,
)
from services.dialogue.domain.variation import has_just_said

_LONGEST_WISH: Final = 500
# A business and a task may be told with the number in the same sentence.
_MAY_HOLD_NUMBERS: Final = frozenset({"business_type", "challenge", "task"})
_NO_PRAISE: Final = frozenset({"business_type", "challenge", "success_measure"})
_MOST_WORDS_OF_A_NUMBER: Final = 7


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
    statements = {id(one.sentence): one for one in readings if Intent.ASK not in one.intents}
    counted = [
        (statements[id(sentence)], update)
        for sentence, update in numbers_told(
            [one.sentence for one in statements.values()], conversation, lexicon
        )
    ]
    updates = [
        *_latest(update for _, update in counted),
        *contact_told(whole, readings, conversation, lexicon),
    ]
    is_spoken = playbook.language.code == code
    if is_spoken:
        is_corrected = any(getattr(conversation.profile, update.slot) is not None for _, update in counted)
        corrections = [reading for reading, _ in counted] if is_corrected else []
        told = [reading for reading, _ in counted]
        is_wish = any({Intent.WANT_DEMO, Intent.WANT_PERSON} & {*one.intents} for one in readings)
        answers = [
            _beside_a_number(one, conversation, lexicon) if one in told else one
            for one in readings
            if (one.is_answer or one.sentence.is_introduction)
            and one not in corrections
            and not (is_corrected and one.sentence.figures)
            and not is_wish
            and not _is_no_text(one, updates, conversation, playbook)
        ]
        updates += moved(readings, conversation, lexicon)
        updates += tools_told(whole, readings, conversation, playbook)
        filled: set[str] = {update.slot for update in updates if update.operation is not Operation.REMOVE}
        answers = [one for one in answers if one.sentence.raw]
        texts = text_told(answers, conversation, lexicon, filled - {"tools"})
        updates += [_quoted_whole(update, whole) for update in texts]
    intents = intents_of(whole, readings, updates, conversation=conversation, lexicon=lexicon)
    asks_change = any(has_just_said(line, conversation) for line in playbook.lines.change)
    if intents == (Intent.OTHER,) and asks_change and conversation.proposal is not None:
        intents = (Intent.WANT_CHANGE,)
    return Understanding(
        intents=intents,
        updates=tuple(updates),
        questions=_questions(readings, playbook),
        change_wish=(_wish(readings) or shortened(whole.raw, _LONGEST_WISH))
        if Intent.WANT_CHANGE in intents
        else None,
        tier=tier_chosen(readings, playbook) if conversation.proposal else None,
    )


def _quoted_whole(update: SlotUpdate, whole: Part) -> SlotUpdate:
    """An update whose quote holds all of its values, which may be spread over the message."""
    is_held = update.slot not in LIST_SLOTS or all(value in update.quote for value in update.values)
    return update if is_held else update.model_copy(update={"quote": whole.raw})


def _is_no_text(
    reading: SentenceReading, updates: Sequence[SlotUpdate], conversation: Conversation, playbook: Playbook
) -> bool:
    """Whether a sentence only says who the visitor is, or lists software where another list was asked for."""
    if conversation.open_question in LIST_SLOTS | {"task"} and names_only(reading.sentence, playbook):
        return True
    praise = (playbook.lexicon.intents["accept_proposal"], *courtesies(playbook.lexicon))
    if conversation.open_question in _NO_PRAISE and is_only(reading.sentence.masked, praise):
        return True
    tools, sentence = conversation.profile.tools, reading.sentence
    is_about_tools = playbook.lexicon.removes.search(sentence.masked) is not None and tools is not None
    if tools and is_about_tools and any(plain(tool) in sentence.plain for tool in tools.value):
        return True
    contact = [update.values[0] for update in updates if update.slot in CONTACT_SLOTS]
    clauses = reading.sentence.clauses
    return bool(contact) and all(any(said in clause.raw for said in contact) for clause in clauses)


def _beside_a_number(
    reading: SentenceReading, conversation: Conversation, lexicon: Lexicon
) -> SentenceReading:
    """A sentence that told a number, without the clauses that did."""
    sentence = reading.sentence
    light = (lexicon.numbers.fillers, *courtesies(lexicon))
    plain_ones = [one for one in sentence.clauses if not one.figures and not is_only(one.masked, light)]
    if (
        conversation.open_question in _MAY_HOLD_NUMBERS
        and len(sentence.raw.split()) > _MOST_WORDS_OF_A_NUMBER
    ):
        return reading
    start = plain_ones[0].start - sentence.start if plain_ones else 0
    end = plain_ones[-1].start - sentence.start + len(plain_ones[-1].raw) if plain_ones else 0
    if any(clause.figures for clause in sentence.cut(start, end).clauses):
        end = start + len(plain_ones[0].raw)
    return replace(reading, sentence=Sentence(*fields_of(sentence.cut(start, end))))


def _latest(updates: Iterable[SlotUpdate]) -> list[SlotUpdate]:
    """One update a slot: the newest word wins."""
    return list({(update.slot, update.operation): update for update in updates}.values())


def _questions(readings: Sequence[SentenceReading], playbook: Playbook) -> tuple[str, ...]:
    """The facts asked for; a fact that the sheet of this playbook lacks is unknown."""
    asked = (question for one in readings for question in one.questions)
    return tuple(dict.fromkeys(one if playbook.facts.fact(one) else UNKNOWN_QUESTION for one in asked))


def _wish(readings: Sequence[SentenceReading]) -> str | None:
    wishes = [one.sentence.raw for one in readings if Intent.WANT_CHANGE in one.intents]
    return " ".join(wishes)[:_LONGEST_WISH] or None


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
