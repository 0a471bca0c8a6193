"""Understands a visitor's messages without a language model: little, for certain; the rest is asked back."""

from collections.abc import Sequence
from typing import Final

from playbook import Playbook
from playbook.lexicon import Lexicon, Phrases
from playbook.reading.answers import is_plain
from playbook.reading.counting import says_only_numbers
from playbook.reading.edits import part_named, read_edits
from playbook.reading.language import recognise, tells_language
from playbook.reading.meaning import (
    CONTACT_SLOTS,
    NUMBER_SLOTS,
    SLOT_NAMES,
    UNKNOWN_QUESTION,
    WHAT_IS_NOTED,
    Intent,
    SlotName,
    SlotUpdate,
    Understanding,
)
from playbook.reading.numbers import NumbersRead, read_numbers
from playbook.reading.picking import picked
from playbook.reading.sentences import Scene, SentenceReading, parted, read_sentence
from playbook.reading.talk import Message, Talk
from playbook.reading.text import is_only, parsed
from playbook.reading.told import answer_told, contact_told, names_only, tools_told

_MOST_WORDS_OF_AN_INTRODUCTION: Final = 12
_CURRENCY: Final = ("US$", "$")


def understand(messages: Sequence[Message], conversation: Talk, playbook: Playbook) -> Understanding:
    """What the messages mean that one reply answers: picked replies, answers, certain facts, wishes."""
    language = _language_of(messages, conversation, playbook)
    known = conversation.profile.language.value if conversation.profile.language else playbook.language.code
    code = (language or known).casefold().partition("-")[0]
    spoken = playbook.spoken_in(code)
    said_back = _said_back(messages, conversation)
    understood = [
        picked(message.text, conversation, spoken, code)
        or _Reader(message.text, conversation, spoken, code=code, said_back=said_back).understanding()
        for message in messages
    ]
    if len(understood) == 1:
        return understood[0].model_copy(update={"language": understood[0].language or language})
    return _joined(understood, language)


class _Reader:
    """One message, read against a conversation."""

    def __init__(
        self,
        text: str,
        conversation: Talk,
        playbook: Playbook,
        *,
        code: str,
        said_back: Sequence[str],
    ) -> None:
        self._conversation, self._playbook, self._lexicon = conversation, playbook, playbook.lexicon
        self._has_words = playbook.language.code == code
        self._said_back = said_back
        self._whole = parsed(text, self._lexicon, code)
        replies = [one.text for one in conversation.history if one.role == "bot"]
        scene = Scene(
            asked=conversation.open_question,
            has_proposal=conversation.proposal is not None,
            has_price=bool(replies) and any(sign in replies[-1] for sign in _CURRENCY),
        )
        self._readings = [
            read_sentence(sentence, self._lexicon, scene)
            for whole in self._whole.sentences
            for sentence in parted(whole, self._lexicon)
        ]

    def understanding(self) -> Understanding:
        """What the message means."""
        edits = read_edits([one.sentence for one in self._readings], self._conversation, self._lexicon)
        readings = [one for one in self._readings if one.sentence not in edits.sentences]
        statements = [one for one in readings if not one.wants(Intent.ASK)]
        numbers = self._numbers(statements)
        updates = [*edits.updates, *numbers.updates]
        updates += contact_told(self._whole, self._conversation, self._lexicon)
        texts = self._texts(statements, numbers, updates) if self._has_words else []
        updates += texts
        candidates = edits.candidates or numbers.candidates
        change_slot = None if updates or candidates else numbers.change_slot or self._part_meant(statements)
        return Understanding(
            intents=self._intents(readings, updates, has_candidates=bool(candidates)),
            updates=tuple(updates),
            questions=self._questions(readings),
            tier=self._tier(statements),
            candidates=candidates,
            change_slot=change_slot,
        )

    def _numbers(self, statements: Sequence[SentenceReading]) -> NumbersRead:
        sentences = [one.sentence for one in statements]
        if self._conversation.open_question == "success_measure":
            # How it is to be afterwards is no amount of today.
            lexicon = self._lexicon
            words = (lexicon.intents["correct"], lexicon.refuses, lexicon.team.people, lexicon.team.staff)
            is_said_back = set(self._said_back) & NUMBER_SLOTS
            sentences = [
                one
                for one in sentences
                if any(phrases.search(one.masked) for phrases in words)
                or (
                    is_said_back
                    and says_only_numbers(one, lexicon)
                    and not lexicon.hours.hour.search(one.masked)
                )
            ]
        return read_numbers(sentences, self._conversation, self._said_back, self._lexicon)

    def _texts(
        self, statements: Sequence[SentenceReading], numbers: NumbersRead, updates: Sequence[SlotUpdate]
    ) -> list[SlotUpdate]:
        """The answer to the open question, and the programs that are named."""
        slot, answers = self._slot_answered(), [one.sentence for one in statements if one.is_answer]
        elsewhere = [one.values[0] for one in updates if one.slot in CONTACT_SLOTS]
        answers = [
            one
            for one in answers
            if not says_only_numbers(one, self._lexicon)
            and not any(one.holds(part.start) for part in numbers.sentences)
            and not any(value in one.raw for value in elsewhere)
        ]
        sentences = [one.sentence for one in statements]
        texts = [
            *tools_told(sentences, answers, self._conversation, self._playbook, said_back=self._said_back)
        ]
        if slot is None or any(update.slot == slot for update in updates):
            return texts
        if slot != "business_type":
            answers = [one for one in answers if not names_only(one, self._playbook)]
        told = answer_told(self._whole, answers, slot, conversation=self._conversation, lexicon=self._lexicon)
        return [*texts, *told]

    def _slot_answered(self) -> SlotName | None:
        """The slot whose question is open; a short first message is taken for what the business is."""
        conversation = self._conversation
        slot = next((name for name in SLOT_NAMES if name == conversation.open_question), None)
        if slot is not None:
            has_named = any(offered.is_named for offered in conversation.quick_replies)
            is_known = getattr(conversation.profile, slot) is not None
            return None if is_known and has_named else slot
        is_first = not conversation.is_introduced and not conversation.profile.known() - {"language"}
        introduces = self._lexicon.names
        said = [
            one.sentence
            for one in self._readings
            if one.is_answer and not introduces.my_name_is.search(one.sentence.plain)
        ]
        is_short = bool(said) and len(said[0].raw.split()) <= _MOST_WORDS_OF_AN_INTRODUCTION
        asks = any(one.wants(Intent.ASK) for one in self._readings)
        asks = asks or (bool(said) and self._lexicon.answers.needs.search(said[0].masked) is not None)
        return "business_type" if is_first and is_short and not asks and not conversation.proposal else None

    def _part_meant(self, statements: Sequence[SentenceReading]) -> SlotName | None:
        """The part that is said to be wrong, or that is named where it was asked which."""
        conversation, lexicon = self._conversation, self._lexicon
        is_asked = any(one.is_named and one.means.change_slot for one in conversation.quick_replies)
        may_change = {*conversation.profile.known(), *conversation.asked, *(SLOT_NAMES if is_asked else ())}
        for one in statements:
            is_wish = one.wants(Intent.WANT_CHANGE) or lexicon.edits.replaces.search(one.sentence.masked)
            part = part_named(one.sentence, lexicon) if is_asked or is_wish else None
            if part in may_change:
                return part
        return None

    def _questions(self, readings: Sequence[SentenceReading]) -> tuple[str, ...]:
        """What is asked; a fact that the sheet of this playbook lacks is unknown."""
        known = {WHAT_IS_NOTED, *self._playbook.facts.ids}
        asked = (question for one in readings for question in one.questions)
        return tuple(dict.fromkeys(one if one in known else UNKNOWN_QUESTION for one in asked))

    def _intents(
        self, readings: Sequence[SentenceReading], updates: Sequence[SlotUpdate], *, has_candidates: bool
    ) -> tuple[Intent, ...]:
        """What is wanted, in order. What is answered, and a yes or a no, stand first."""
        said = [intent for one in readings for intent in one.intents]
        first = next((one.sentence.clauses[0] for one in readings if one.sentence.clauses), self._whole)
        conversation, lexicon = self._conversation, self._lexicon
        if is_plain(self._whole, lexicon.refuses, lexicon):
            said.insert(0, _meaning_of_no(conversation))
        elif is_plain(first, lexicon.refuses, lexicon) and not (updates or has_candidates):
            said.insert(0, Intent.DECLINE if Intent.OBJECT in said else Intent.WANT_CHANGE)
        elif is_plain(first, lexicon.agrees, lexicon) and not _is_limited(readings, lexicon):
            said.insert(0, Intent.ACCEPT)
        dropped = set[Intent]()
        if {Intent.WANT_CHANGE, Intent.DECLINE, Intent.STOP, Intent.OBJECT} & {*said} or updates:
            dropped.add(Intent.ACCEPT)
        is_answered = any(update.slot == conversation.open_question for update in updates)
        if Intent.ASK in said or is_answered or has_candidates:
            dropped.add(Intent.SKIP)
        if updates:
            dropped.add(Intent.WANT_CHANGE)
        if conversation.booking_url is not None and Intent.THANK in said:
            dropped.add(Intent.STOP)
        if updates:
            is_known = any(getattr(conversation.profile, update.slot) is not None for update in updates)
            said.insert(0, Intent.CORRECT if is_known else Intent.ANSWER)
        return tuple(one for one in dict.fromkeys(said) if one not in dropped) or (Intent.OTHER,)

    def _tier(self, statements: Sequence[SentenceReading]) -> str | None:
        """The key of the one tier that the visitor picks: its name, and words of choice at most."""
        if self._conversation.proposal is None:
            return None
        words, chosen = self._lexicon, set[str]()
        light = (words.choose, words.answers.light, words.answers.articles, *words.polite)
        for clause in (clause for one in statements for clause in one.sentence.clauses):
            for tier in self._playbook.catalogue:
                name = Phrases((tier.name,))
                if name.search(clause.masked) and is_only(clause.masked, (name, *light)):
                    chosen |= set() if words.negations.search(clause.masked) else {tier.key}
        return chosen.pop() if len(chosen) == 1 else None


def _is_limited(readings: Sequence[SentenceReading], lexicon: Lexicon) -> bool:
    return bool(readings) and lexicon.contrasts.search(readings[0].sentence.masked) is not None


def _meaning_of_no(conversation: Talk) -> Intent:
    """A plain no answers what was offered; where nothing is offered or asked it is final."""
    offered = [reply.means for reply in conversation.quick_replies]
    for intent in (Intent.DECLINE, Intent.SKIP):
        if any(means.wants(intent) for means in offered):
            return intent
    return Intent.SKIP if conversation.open_question else Intent.DECLINE


def _said_back(messages: Sequence[Message], conversation: Talk) -> list[str]:
    """The slots that the visitor's message before filled, which the last reply said back."""
    new = {message.turn_id for message in messages}
    earlier = [one.turn_id for one in conversation.visitor_messages if one.turn_id not in new]
    known = ((slot, getattr(conversation.profile, slot)) for slot in SLOT_NAMES)
    return [slot for slot, value in known if value and earlier and value.turn_id == earlier[-1]]


def _language_of(messages: Sequence[Message], conversation: Talk, playbook: Playbook) -> str | None:
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
    tiers = [one.tier for one in understood if one.tier]
    last = understood[-1]
    return last.model_copy(
        update={
            "intents": tuple(intents) or (Intent.OTHER,),
            "updates": tuple(update for one in understood for update in one.updates),
            "questions": tuple(dict.fromkeys(question for one in understood for question in one.questions)),
            "language": language,
            "tier": tiers[-1] if tiers else None,
        }
    )
