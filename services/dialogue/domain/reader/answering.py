"""Says what of a message may be an answer in words, and leaves out what is read elsewhere."""

from collections.abc import Sequence
from typing import Final

from playbook import Playbook
from playbook.lexicon import Lexicon, Phrases, plain
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.answers import courtesies
from services.dialogue.domain.reader.intents import SentenceReading, is_negated
from services.dialogue.domain.reader.text import Part, Sentence, fields_of, is_only
from services.dialogue.domain.reader.tools import names_only
from services.dialogue.domain.understanding import (
    CONTACT_SLOTS,
    LIST_SLOTS,
    NUMBER_SLOTS,
    Intent,
    Operation,
    SlotUpdate,
)

# A business and a task may be told with the number in the same sentence.
_MAY_HOLD_NUMBERS: Final = frozenset({None, "business_type", "challenge", "task"})
_NO_PRAISE: Final = frozenset({"business_type", "challenge", "success_measure"})
_MOST_WORDS_OF_A_NUMBER: Final = 7
# What a few words answer, also in front of a wish.
_SHORT: Final = frozenset({"business_type", "task"})


def answers_in(
    readings: Sequence[SentenceReading],
    with_number: Sequence[Part],
    updates: Sequence[SlotUpdate],
    *,
    conversation: Conversation,
    playbook: Playbook,
) -> list[Part]:
    """The sentences, or what of them, may be an answer in words."""
    wishes = [at for at, one in enumerate(readings) if one.wants(Intent.WANT_DEMO, Intent.WANT_PERSON)]
    if wishes:
        # `Wig hire. No time for this, just send me the link`
        before = readings[: wishes[0]] if conversation.open_question in _SHORT else ()
        readings = [one for one in before if not is_negated(one.sentence, playbook.lexicon)]
    known = {slot: one.value for slot in NUMBER_SLOTS if (one := getattr(conversation.profile, slot))}
    new = {
        update.slot: float(update.values[0]) for update in updates if update.slot in known and update.values
    }
    corrected = {*known.values(), *new.values()} if new else set()
    asked = conversation.open_question
    elsewhere = [update.values[0] for update in updates if update.slot in CONTACT_SLOTS]
    elsewhere += [update.quote for update in updates if update.operation is Operation.REMOVE]
    answers = list[Part]()
    for reading in readings:
        sentence = reading.sentence
        is_wish = conversation.proposal is not None and reading.wants(Intent.WANT_CHANGE)
        if not (reading.is_answer or sentence.is_introduction or is_wish):
            sentence = _up_to(sentence, playbook.lexicon.answers.keeps)
        has_number = any(sentence.holds(part.start) for part in with_number)
        repeats = any(figure.value in corrected for figure in sentence.figures)
        if new and (has_number or repeats):
            sentence = _before_number(sentence)
        if not sentence.raw or _is_no_text(sentence, updates, conversation, playbook):
            continue
        is_long = asked in _MAY_HOLD_NUMBERS and len(sentence.raw.split()) > _MOST_WORDS_OF_A_NUMBER
        sentence = _beside(sentence, elsewhere, playbook.lexicon, has_number=has_number and not is_long)
        answers += [sentence] if sentence.raw else []
    return answers


def _is_no_text(
    sentence: Sentence, updates: Sequence[SlotUpdate], conversation: Conversation, playbook: Playbook
) -> bool:
    """Whether a sentence only says who the visitor is, praises, or names software that goes elsewhere."""
    asked = conversation.open_question
    if asked in LIST_SLOTS | {"task"} and names_only(sentence, playbook):
        return True
    praise = (playbook.lexicon.intents["accept_proposal"], *courtesies(playbook.lexicon))
    if asked in _NO_PRAISE and is_only(sentence.masked, praise):
        return True
    is_added = playbook.lexicon.adds.search(sentence.masked) is not None
    tools = [one for one in updates if one.slot == "tools"]
    gone = [one for one in tools if is_added or one.operation is Operation.REMOVE]
    return any(plain(tool) in sentence.plain for update in gone for tool in update.values)


def _beside(sentence: Sentence, elsewhere: Sequence[str], lexicon: Lexicon, *, has_number: bool) -> Sentence:
    """A sentence without the clauses that are read elsewhere, or the number that is stored."""
    light = (lexicon.numbers.fillers, *courtesies(lexicon))
    left = [
        clause
        for clause in sentence.clauses
        if not any(said in clause.raw for said in elsewhere)
        and not (has_number and (clause.figures or is_only(clause.masked, light)))
    ]
    if len(left) == len(sentence.clauses):
        return sentence
    if not left:
        return Sentence("", "", "", ())
    start, end = left[0].start - sentence.start, left[-1].start + len(left[-1].raw) - sentence.start
    rest = sentence.cut(start, end)
    return Sentence(*fields_of(left[0] if has_number and rest.figures else rest))


def _before_number(sentence: Sentence) -> Sentence:
    """The clauses before the first that counts something; what follows belongs to it."""
    counting = [at for at, one in enumerate(sentence.clauses) if one.figures]
    return _first(sentence, counting[0] if counting else 0)


def _up_to(sentence: Sentence, phrases: Phrases) -> Sentence:
    """The clauses up to the last with one of these phrases."""
    holding = [at for at, one in enumerate(sentence.clauses) if phrases.search(one.masked)]
    return _first(sentence, holding[-1] + 1 if holding else 0)


def _first(sentence: Sentence, count: int) -> Sentence:
    if not count:
        return Sentence("", "", "", ())
    last = sentence.clauses[count - 1]
    return Sentence(*fields_of(sentence.cut(0, last.start + len(last.raw) - sentence.start)))
