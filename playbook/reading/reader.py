"""Understands a visitor's messages without a language model."""

from collections.abc import Iterator, Sequence
from typing import Final

from contracts.mail import unsigned
from playbook import Playbook
from playbook.lexicon import Lexicon, Phrases
from playbook.reading.answers import is_empty, is_plain, names_program
from playbook.reading.contact import contact_told, phone_numbers
from playbook.reading.earlier import language_of, said_back
from playbook.reading.meaning import (
    UNKNOWN_QUESTION,
    WHAT_IS_NOTED,
    Intent,
    Operation,
    SlotName,
    SlotUpdate,
    Understanding,
)
from playbook.reading.measures import says_only_numbers
from playbook.reading.numbered import LinesRead, line_named, read_lines
from playbook.reading.numbers import NumbersRead, read_numbers
from playbook.reading.picking import pick_before, picked
from playbook.reading.sentences import Kind, Scene, SentenceReading, parted, read_sentence
from playbook.reading.talk import Message, Talk
from playbook.reading.text import Part, Sentence, is_only, parsed
from playbook.reading.texts import UNCLEAN, Texts
from playbook.task_kinds import task_kind

_MOST_WORDS_OF_A_GOODBYE: Final = 6
_ENDS: Final = frozenset({Intent.STOP, Intent.TAKE_LEAVE})
_CURRENCY: Final = ("US$", "$")


def understand(messages: Sequence[Message], conversation: Talk, playbook: Playbook) -> Understanding:
    """What the messages mean that one reply answers: picked replies, lines, answers, facts, wishes."""
    language = language_of(messages, conversation, playbook)
    known = conversation.profile.language.value if conversation.profile.language else playbook.language.code
    code = (language or known).casefold().partition("-")[0]
    spoken = playbook.spoken_in(code)
    noted = said_back(messages, conversation)
    understood = list[Understanding]()
    for message in messages:
        text = unsigned(message.text)
        if whole := picked(text, conversation, spoken, code):
            understood.append(whole)
            continue
        read = _Reader(message.text, conversation, spoken, code=code, said_back=noted).understanding()
        chosen = pick_before(text, conversation, spoken, code)
        understood.append(_joined((chosen, _without(read, "task")), None) if chosen else read)
    joined = _joined(understood, language) if len(understood) > 1 else understood[0]
    joined = joined.model_copy(update={"language": joined.language or language})
    return _with_kind_of_task(joined, conversation, spoken)


class _Reader:
    """One message, read against a conversation."""

    def __init__(
        self, text: str, conversation: Talk, playbook: Playbook, *, code: str, said_back: Sequence[str]
    ) -> None:
        self._conversation, self._playbook, self._lexicon = conversation, playbook, playbook.lexicon
        self._has_words = playbook.language.code == code
        self._said_back = said_back
        self._signed = parsed(text, self._lexicon, code)
        text = unsigned(text)
        self._whole = parsed(text, self._lexicon, code)
        self._lines = read_lines(self._whole, conversation, self._lexicon)
        replies = [one.text for one in conversation.history if one.role == "bot"]
        scene = Scene(
            asked=conversation.open_question,
            has_proposal=conversation.proposal is not None,
            has_price=bool(replies) and any(sign in replies[-1] for sign in _CURRENCY),
            has_link=conversation.booking_url is not None,
            last_reply=replies[-1] if replies else "",
        )
        sentences = self._whole.sentences if self._lines is None else self._lines.rest
        readings = [
            read_sentence(sentence, self._lexicon, scene)
            for whole in sentences
            for sentence in parted(whole, self._lexicon)
        ]
        is_call = any(Intent.WANT_PERSON in one.intents for one in readings) or bool(phone_numbers(text))
        said = [one for one in readings if is_call and one.kind is not Kind.QUESTION]
        self._when = [part for one in said for part in self._times_in(one)]
        # When somebody wants to be called is no answer.
        self._readings = [one for one in readings if one.sentence not in self._when]
        self._statements = [one.sentence for one in self._readings if one.is_statement]
        self._texts = Texts(self._whole, self._readings, conversation, playbook)

    def understanding(self) -> Understanding:
        """What the message means."""
        told = contact_told(self._signed, self._conversation, self._lexicon)
        programs = self._playbook
        contact = [one for one in told if one.slot != "name" or not names_program(one.values[0], programs)]
        lines = self._lines or LinesRead()
        numbers = self._numbers() if self._lines is None else NumbersRead()
        contact += [
            SlotUpdate(slot="contact_time", values=(one.raw,), quote=one.raw) for one in self._when[:1]
        ]
        facts = [*lines.updates, *numbers.updates, *contact]
        facts += self._texts.updates(contact) if self._has_words and self._lines is None else []
        clear = [one for one in facts if one.operation is not Operation.ADD]
        is_settled = bool(clear or numbers.candidates or lines.asked)
        change_slot = (
            None if facts or numbers.candidates else lines.asked or numbers.change_slot or self._part()
        )
        return Understanding(
            intents=self._intents(facts, is_settled=is_settled or change_slot is not None),
            updates=tuple(facts),
            questions=self._questions(),
            tier=self._tier(),
            candidates=numbers.candidates,
            change_slot=lines.asked or change_slot,
            leaves_open=(*lines.emptied, *(() if facts or numbers.candidates else self._texts.left_open())),
        )

    def _numbers(self) -> NumbersRead:
        said = [one.sentence for one in self._readings if one.kind is not Kind.QUESTION]
        sentences = [one for one in said if not self._tells_when(one)]
        is_correction = any(one.kind in UNCLEAN for one in self._readings)
        is_correction = is_correction or any(map(self._begins_with_no, sentences))
        # `I said 10`
        is_correction = is_correction or (
            bool(sentences) and self._lexicon.answers.said_before.search(self._whole.masked) is not None
        )
        # `used to be 40, now 12`
        is_correction = is_correction or any(
            self._lexicon.numbers.past.search(one.masked) for one in sentences
        )
        if self._conversation.open_question == "success_measure":
            # How it is to be afterwards is no amount of today.
            corrections = [one.sentence for one in self._readings if one.kind in UNCLEAN]
            weeks = [
                one for one in sentences if is_correction and self._lexicon.hours.hour.search(one.masked)
            ]
            weeks = [one for one in weeks if self._lexicon.hours.periods["week"].search(one.masked)]
            anew = [
                one
                for one in sentences
                if "hours_per_week" in self._said_back and _is_bare(one, self._lexicon)
            ]
            told = (*corrections, *weeks, *anew)
            today = [one for one in sentences if one in told or self._tells_of_today(one)]
            # It tells of afterwards.
            sentences = [one for one in today if not self._says_instead(one)]
        return read_numbers(
            sentences, self._conversation, self._said_back, self._lexicon, is_correction=is_correction
        )

    def _times_in(self, one: SentenceReading) -> Iterator[Part]:
        """A sentence that tells when, or the clauses that do beside a wish or a number to call."""
        is_whole = one.is_statement and not phone_numbers(one.sentence.raw)
        parts = (one.sentence,) if is_whole else one.sentence.clauses
        when = self._lexicon.numbers.times_of_day
        yield from (part for part in parts if when.search(part.masked))

    def _tells_when(self, sentence: Part) -> bool:
        """`mornings after 10`: its numbers are times, unless they say what they count."""
        team, hours = self._lexicon.team, self._lexicon.hours
        counted = (team.people, team.staff, team.we, hours.hour, hours.minute)
        has_unit = any(one.search(sentence.masked) for one in counted)
        return not has_unit and self._lexicon.numbers.times_of_day.search(sentence.masked) is not None

    def _says_instead(self, sentence: Part) -> bool:
        """`20 instead of 6`"""
        is_bare = len(sentence.figures) > 1 and _is_bare(sentence, self._lexicon)
        return is_bare and self._lexicon.orders.search(sentence.masked) is not None

    def _tells_of_today(self, sentence: Sentence) -> bool:
        """Whether it counts people, or repeats a number that is noted."""
        people = (self._lexicon.team.people, self._lexicon.team.staff)
        profile = self._conversation.profile
        noted = {one.value for one in (profile.team_size, profile.hours_per_week) if one is not None}
        words = (self._lexicon.intents["correct"], self._lexicon.hours.hour)
        is_repeated = len(sentence.figures) > 1 and any(one.value in noted for one in sentence.figures)
        is_repeated = is_repeated and any(one.search(sentence.masked) for one in words)
        return is_repeated or any(words.search(sentence.masked) for words in people)

    def _part(self) -> SlotName | None:
        """The part that is said to be wrong, and nothing else."""
        corrections = [one.sentence for one in self._readings if one.kind is Kind.CORRECTION]
        known = self._conversation.profile.known()
        slot = line_named(corrections[0], self._lexicon) if len(corrections) == 1 else None
        return slot if slot in known else None

    def _questions(self) -> tuple[str, ...]:
        """What is asked; a fact that the sheet of this playbook lacks is unknown."""
        known = {WHAT_IS_NOTED, *self._playbook.facts.ids}
        asked = (question for one in self._readings for question in one.questions)
        return tuple(dict.fromkeys(one if one in known else UNKNOWN_QUESTION for one in asked))

    def _begins_with_no(self, sentence: Part) -> bool:
        lead = sentence.clauses[0] if sentence.clauses else None
        return lead is not None and is_plain(lead, self._lexicon.refuses, self._lexicon)

    def _intents(self, updates: Sequence[SlotUpdate], *, is_settled: bool) -> tuple[Intent, ...]:
        """What is wanted, in order. What is answered, and a yes or a no, stand first."""
        said = [intent for one in self._readings for intent in one.intents]
        if (
            self._lines is None
            and not updates
            and is_plain(self._whole, self._lexicon.refuses, self._lexicon)
        ):
            return (_meaning_of_no(self._conversation),)
        conversation = self._conversation
        content = [one.sentence for one in self._readings if one.is_statement or one.kind in UNCLEAN]
        has_content = sum(len(one.raw.split()) for one in content) > _MOST_WORDS_OF_A_GOODBYE
        dropped = set[Intent]()
        if (has_content and not self._says_no()) or updates:
            # A goodbye is for a message that says nothing else, or has a sentence of its own for the no.
            is_object = Intent.OBJECT in said and not self._statements
            dropped |= _ENDS if is_object else {Intent.DECLINE, *_ENDS}
        begins_with_no = any(self._begins_with_no(one.sentence) for one in self._readings[:1])
        if begins_with_no and Intent.OBJECT in said and not has_content:
            said.insert(0, Intent.DECLINE)
        elif not updates and self._agrees():
            said.insert(0, Intent.ACCEPT)
        corrects = any(one.kind is Kind.CORRECTION for one in self._readings)
        if corrects or (begins_with_no and Intent.DECLINE not in said):
            # `Sorry, what does it cost?`
            is_lead = Intent.ASK in said and all(is_empty(one, self._lexicon) for one in content)
            said += [] if is_settled or is_lead or not content else [Intent.WANT_CHANGE]
        if {Intent.WANT_CHANGE, Intent.DECLINE, *_ENDS, Intent.OBJECT} & {*said} - dropped or updates:
            dropped.add(Intent.ACCEPT)
        if Intent.ASK in said or any(update.slot == conversation.open_question for update in updates):
            dropped.add(Intent.SKIP)
        if conversation.booking_url is not None and Intent.THANK in said:
            dropped |= _ENDS
        if updates:
            is_known = any(getattr(conversation.profile, update.slot) is not None for update in updates)
            said.insert(0, Intent.CORRECT if is_known else Intent.ANSWER)
        return tuple(one for one in dict.fromkeys(said) if one not in dropped) or (Intent.OTHER,)

    def _says_no(self) -> bool:
        """Whether a sentence is nothing but a no that ends it."""
        words = self._lexicon.intents
        noes = [one.sentence for one in self._readings if Intent.DECLINE in one.intents]
        light = (words["decline"], self._lexicon.answers.light, *self._lexicon.polite)
        return any(is_only(one.masked, light) for one in noes)

    def _agrees(self) -> bool:
        first = self._readings[0].sentence if self._readings else None
        if (
            first is None
            or not first.clauses
            or not is_plain(first.clauses[0], self._lexicon.agrees, self._lexicon)
        ):
            return False
        return self._lexicon.contrasts.search(first.masked) is None

    def _tier(self) -> str | None:
        """The key of the one tier that the visitor picks: its name, and words of choice at most."""
        if self._conversation.proposal is None:
            return None
        words, chosen = self._lexicon, set[str]()
        light = (words.choose, words.answers.light, words.answers.articles, *words.polite)
        said = [one.sentence for one in self._readings if one.kind is not Kind.QUESTION]
        for clause in (clause for one in said for clause in one.clauses):
            for tier in self._playbook.catalogue:
                name = Phrases((tier.name,))
                if name.search(clause.masked) and is_only(clause.masked, (name, *light)):
                    chosen |= set() if words.negations.search(clause.masked) else {tier.key}
        return chosen.pop() if len(chosen) == 1 else None


def _with_kind_of_task(understood: Understanding, conversation: Talk, playbook: Playbook) -> Understanding:
    """What takes their time tells the kind of the task: then it is not asked for."""
    told = [update.values[0] for update in understood.updates if update.slot == "challenge" and update.values]
    is_open = conversation.profile.task is None and not any(
        update.slot in {"task", "time_wasters"} for update in understood.updates
    )
    if not (told and is_open and task_kind(told, playbook)):
        return understood
    return understood.model_copy(update={"leaves_open": (*understood.leaves_open, "task")})


def _without(understood: Understanding, slot: SlotName) -> Understanding:
    updates = tuple(update for update in understood.updates if update.slot != slot)
    return understood.model_copy(update={"updates": updates})


def _is_bare(sentence: Part, lexicon: Lexicon) -> bool:
    """Whether nothing but numbers is said, none with hours: `10`, `10. Not 8`."""
    return says_only_numbers(sentence, lexicon) and not lexicon.hours.hour.search(sentence.masked)


def _meaning_of_no(conversation: Talk) -> Intent:
    """A plain no answers what was offered; where nothing is offered or asked it is final."""
    offered = [reply.means for reply in conversation.quick_replies]
    for intent in (Intent.DECLINE, Intent.SKIP):
        if any(means.wants(intent) for means in offered):
            return intent
    return Intent.SKIP if conversation.open_question else Intent.DECLINE


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
            "leaves_open": tuple(slot for one in understood for slot in one.leaves_open),
        }
    )
