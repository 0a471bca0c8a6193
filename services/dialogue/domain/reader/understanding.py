"""Understands a visitor's messages without a language model."""

from collections.abc import Sequence
from typing import Final

from playbook import Playbook
from playbook.lexicon import Lexicon, plain
from services.dialogue.domain.conversation import Conversation, Message, shortened
from services.dialogue.domain.reader.answering import answers_in
from services.dialogue.domain.reader.contact import contact_told
from services.dialogue.domain.reader.edits import taken_out
from services.dialogue.domain.reader.intents import (
    SentenceReading,
    intents_of,
    read_sentence,
    tier_chosen,
)
from services.dialogue.domain.reader.language import recognise, tells_language
from services.dialogue.domain.reader.numbers_told import numbers_told, team_perhaps
from services.dialogue.domain.reader.questions import parted
from services.dialogue.domain.reader.slots_told import moved, text_told
from services.dialogue.domain.reader.text import Part, is_only, parsed
from services.dialogue.domain.reader.tools import tools_told
from services.dialogue.domain.understanding import (
    LIST_SLOTS,
    NUMBER_SLOTS,
    UNKNOWN_QUESTION,
    WHAT_IS_NOTED,
    Intent,
    Operation,
    SlotUpdate,
    Understanding,
)
from services.dialogue.domain.variation import has_just_said

_MOST_WORDS_OF_AN_INTRODUCTION: Final = 12
_LONGEST_WISH: Final = 500


def understand(messages: Sequence[Message], conversation: Conversation, playbook: Playbook) -> Understanding:
    """What the messages mean that one reply answers: picked replies, answers, certain facts, wishes."""
    language = _language_of(messages, conversation, playbook)
    known = conversation.profile.language.value if conversation.profile.language else playbook.language.code
    code = (language or known).casefold().partition("-")[0]
    spoken = playbook.spoken_in(code)
    understood = [
        _picked(message, conversation, spoken) or _read(message, conversation, spoken, code)
        for message in messages
    ]
    if len(understood) == 1:
        return understood[0].model_copy(update={"language": understood[0].language or language})
    return _joined(understood, language)


def _picked(message: Message, conversation: Conversation, playbook: Playbook) -> Understanding | None:
    """The meaning of the quick reply whose label is repeated, or of a yes or no to what is asked back."""
    text, lexicon, labels = plain(message.text).strip(), playbook.lexicon, playbook.lines.quick_replies
    offered = {plain(reply.label).strip(): reply.means for reply in conversation.quick_replies}
    for phrases, label in ((lexicon.agrees, labels.everybody), (lexicon.refuses, labels.another_number)):
        if (
            text not in offered
            and phrases.search(text)
            and is_only(text, (phrases, lexicon.answers.courtesies))
        ):
            text = plain(label).strip() if plain(labels.everybody).strip() in offered else text
    return offered.get(text)


def _read(message: Message, conversation: Conversation, playbook: Playbook, code: str) -> Understanding:
    lexicon, has_proposal = playbook.lexicon, conversation.proposal is not None
    whole = parsed(message.text, lexicon, code)
    is_asked = conversation.open_question is not None
    readings = [
        read_sentence(sentence, lexicon, has_proposal=has_proposal, is_asked=is_asked)
        for one in whole.sentences
        for sentence in parted(one, lexicon)
    ]
    statements = [one for one in readings if Intent.ASK not in one.intents]
    counted = numbers_told([one.sentence for one in statements], conversation, lexicon)
    updates = [update for _, update in counted]
    again, unsure = team_perhaps([one.sentence for one in statements], conversation, lexicon)
    updates = updates or ([again] if again else [])
    updates += contact_told(whole, [one.sentence for one in readings if one.is_answer], conversation, lexicon)
    if playbook.language.code == code:
        updates += moved([one.sentence for one in readings], conversation, lexicon)
        with_number = [sentence for sentence, _ in counted]
        said = [
            (one.sentence, one.is_answer and not any(one.sentence.holds(part.start) for part in with_number))
            for one in statements
        ]
        updates += tools_told(whole, said, conversation, playbook)
        updates += taken_out([one.sentence for one in statements], conversation, lexicon)
        asked = _introducing(conversation, whole, readings)
        answers = answers_in(readings, with_number, updates, conversation=asked, playbook=playbook)
        filled: set[str] = {update.slot for update in updates if update.operation is not Operation.REMOVE}
        texts = text_told(answers, asked, lexicon, filled - {"tools"})
        if asked is not conversation:
            # A count is told of something else than the business.
            texts = [one for one in texts if not any(sign.isdigit() for sign in one.values[0])]
        updates += [_quoted_whole(update, whole) for update in texts]
    is_unclear = has_proposal and not updates and any(_corrects_a_number(one, lexicon) for one in statements)
    intents = intents_of(whole, readings, updates, conversation=conversation, lexicon=lexicon)
    asks_change = any(has_just_said(line, conversation) for line in playbook.lines.change)
    if is_unclear or (intents == (Intent.OTHER,) and asks_change and has_proposal):
        intents = (Intent.WANT_CHANGE,)
    # "We are 12 and not 9, forgot the weekend staff" is no wish beside the number it puts right.
    is_put_right = is_unclear or any(update.slot in NUMBER_SLOTS for update in updates)
    is_wish = Intent.WANT_CHANGE in intents and not is_put_right
    return Understanding(
        intents=intents,
        updates=tuple(updates),
        questions=_questions(readings, playbook),
        change_wish=_wish(whole, readings, updates, lexicon) if is_wish else None,
        tier=tier_chosen(readings, playbook) if has_proposal else None,
        unsure=None if counted else unsure,
    )


def _introducing(
    conversation: Conversation, whole: Part, readings: Sequence[SentenceReading]
) -> Conversation:
    """A short first message is read as the answer to what the business is; people say that unasked."""
    is_first = not conversation.is_introduced and not conversation.profile.known() - {"language"}
    is_short = len(whole.raw.split()) <= _MOST_WORDS_OF_AN_INTRODUCTION
    is_question = any(one.wants(Intent.ASK) for one in readings)
    if not is_first or not is_short or is_question or conversation.open_question or conversation.proposal:
        return conversation
    return conversation.model_copy(update={"open_question": "business_type"})


def _corrects_a_number(reading: SentenceReading, lexicon: Lexicon) -> bool:
    """Whether a number puts something right, though it is not clear what."""
    words = (lexicon.intents["correct"], lexicon.numbers.not_before)
    return bool(reading.sentence.figures) and any(one.search(reading.sentence.masked) for one in words)


def _quoted_whole(update: SlotUpdate, whole: Part) -> SlotUpdate:
    """An update whose quote holds all of its values, which may be spread over the message."""
    is_held = update.slot not in LIST_SLOTS or all(value in update.quote for value in update.values)
    return update if is_held else update.model_copy(update={"quote": whole.raw})


def _questions(readings: Sequence[SentenceReading], playbook: Playbook) -> tuple[str, ...]:
    """What is asked; a fact that the sheet of this playbook lacks is unknown."""
    asked = (question for one in readings for question in one.questions)
    known = {WHAT_IS_NOTED, *playbook.facts.ids}
    return tuple(dict.fromkeys(one if one in known else UNKNOWN_QUESTION for one in asked))


def _wish(
    whole: Part, readings: Sequence[SentenceReading], updates: Sequence[SlotUpdate], lexicon: Lexicon
) -> str | None:
    """What is to be different; None where it is only said that something is.

    What was understood is changed in the profile; what is wished for beside it is left to whoever drafts.
    """
    wishes: list[Part] = [one.sentence for one in readings if one.wants(Intent.WANT_CHANGE)] or [whole]
    wished, quotes = lexicon.intents["want_change"], [update.quote for update in updates]
    if quotes:
        wishes = [
            clause
            for one in wishes
            for clause in one.clauses
            if wished.search(clause.masked)
            and not any(quote in clause.raw or clause.raw in quote for quote in quotes)
        ]
    light = (
        wished, lexicon.intents["correct"], lexicon.answers.articles,
        lexicon.answers.courtesies, lexicon.answers.leads, lexicon.refuses, lexicon.contrasts,
    )  # fmt: skip
    said = [one for one in wishes if not is_only(one.masked, light)]
    return shortened(" ".join(one.raw for one in said), _LONGEST_WISH) or None


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
        unsure=understood[-1].unsure,
    )
