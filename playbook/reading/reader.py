"""Understands a visitor's messages without a language model: a clean answer or none."""

from collections.abc import Mapping, Sequence
from typing import Final

from playbook import Playbook
from playbook.lexicon import Lexicon, Phrases
from playbook.reading.answers import (
    is_empty,
    is_plain,
    kept_by_people,
    listed_briefly,
    names_tool,
    tells_of_tools,
    tools_named,
    values_said,
    without_courtesies,
)
from playbook.reading.contact import contact_told
from playbook.reading.language import recognise, tells_language
from playbook.reading.meaning import (
    NUMBER_SLOTS,
    SLOT_NAMES,
    UNKNOWN_QUESTION,
    WHAT_IS_NOTED,
    Intent,
    Operation,
    SlotName,
    SlotUpdate,
    Understanding,
)
from playbook.reading.numbered import LinesRead, line_named, read_lines
from playbook.reading.numbers import NumbersRead, read_numbers, says_only_numbers
from playbook.reading.picking import picked
from playbook.reading.sentences import Kind, Scene, parted, read_sentence
from playbook.reading.talk import Message, Talk
from playbook.reading.text import Part, Sentence, is_only, parsed

_MOST_WORDS_OF_AN_INTRODUCTION: Final = 12
# A first message that is longer is kept as it is written.
_LONG: Final = 25
_MOST_WORDS_OF_A_GOODBYE: Final = 6
_CURRENCY: Final = ("US$", "$")
_UNCLEAN: Final = frozenset({Kind.CORRECTION, Kind.COMPLAINT})


def understand(messages: Sequence[Message], conversation: Talk, playbook: Playbook) -> Understanding:
    """What the messages mean that one reply answers: picked replies, lines, answers, facts, wishes."""
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
        self, text: str, conversation: Talk, playbook: Playbook, *, code: str, said_back: Sequence[str]
    ) -> None:
        self._conversation, self._playbook, self._lexicon = conversation, playbook, playbook.lexicon
        self._has_words = playbook.language.code == code
        self._said_back = said_back
        self._whole = parsed(text, self._lexicon, code)
        self._lines = read_lines(self._whole, conversation, self._lexicon)
        replies = [one.text for one in conversation.history if one.role == "bot"]
        scene = Scene(
            asked=conversation.open_question,
            has_proposal=conversation.proposal is not None,
            has_price=bool(replies) and any(sign in replies[-1] for sign in _CURRENCY),
        )
        sentences = self._whole.sentences if self._lines is None else self._lines.rest
        self._readings = [
            read_sentence(sentence, self._lexicon, scene)
            for whole in sentences
            for sentence in parted(whole, self._lexicon)
        ]
        self._is_clean = not any(one.kind in _UNCLEAN for one in self._readings)
        self._statements = [one.sentence for one in self._readings if one.is_statement]

    def understanding(self) -> Understanding:
        """What the message means."""
        contact = [*contact_told(self._whole, self._conversation, self._lexicon)]
        lines = self._lines or LinesRead()
        numbers = self._numbers() if self._lines is None else NumbersRead()
        facts = [*lines.updates, *numbers.updates, *contact]
        facts += self._texts(contact) if self._has_words and self._lines is None else []
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
            leaves_open=(*lines.emptied, *self._kept_as_written()),
        )

    def _numbers(self) -> NumbersRead:
        others = {Kind.QUESTION}
        sentences = [one.sentence for one in self._readings if one.kind not in others]
        is_correction = any(one.kind in _UNCLEAN for one in self._readings)
        is_correction = is_correction or any(map(self._begins_with_no, sentences))
        if self._conversation.open_question == "success_measure":
            # How it is to be afterwards is no amount of today.
            sentences = [one for one in sentences if self._tells_of_today(one)]
        return read_numbers(
            sentences, self._conversation, self._said_back, self._lexicon, is_correction=is_correction
        )

    def _tells_of_today(self, sentence: Sentence) -> bool:
        """Whether it counts people, or repeats a number that is noted."""
        people = (self._lexicon.team.people, self._lexicon.team.staff)
        profile = self._conversation.profile
        noted = {one.value for one in (profile.team_size, profile.hours_per_week) if one is not None}
        words = (self._lexicon.intents["correct"], self._lexicon.hours.hour)
        is_repeated = len(sentence.figures) > 1 and any(one.value in noted for one in sentence.figures)
        is_repeated = is_repeated and any(one.search(sentence.masked) for one in words)
        return is_repeated or any(words.search(sentence.masked) for words in people)

    def _texts(self, contact: Sequence[SlotUpdate]) -> list[SlotUpdate]:
        """The answer to the open question, if the message is clean, and the programs that are named."""
        slot, playbook, lexicon = self._slot_answered(), self._playbook, self._lexicon
        told = [update.values[0] for update in contact]
        said = [one for one in self._statements if not any(value in one.raw for value in told)]
        is_asked = slot == "tools"
        updates = list[SlotUpdate]()
        wishes = {Intent.WANT_DEMO, Intent.WANT_PERSON}
        is_wish = any(wishes & {*one.intents} for one in self._readings)
        if slot is not None and slot not in NUMBER_SLOTS and self._is_clean and not is_wish:
            plain = [one for one in said if not says_only_numbers(one, lexicon)]
            others = plain if is_asked else [one for one in plain if not tells_of_tools(one, playbook)]
            answers = [part for one in others if (part := _without_numbers(one, lexicon)).raw]
            answers = [one for one in answers if not is_empty(one, lexicon)]
            if slot in {"steps", "task", "challenge"}:
                kept = {one: name for one in answers if (name := kept_by_people(one, lexicon))}
                answers = [one for one in answers if one not in kept or len(kept) == len(answers)]
                updates += self._kept(kept, answers)
            answers = [] if any(self._denies_tool(one) for one in answers) else answers
            if slot == "challenge" and (wasters := listed_briefly(answers, lexicon)):
                add, quote = Operation.ADD, self._whole.raw
                updates.append(SlotUpdate(slot="time_wasters", operation=add, values=wasters, quote=quote))
            if values := values_said(slot, answers, playbook):
                updates.append(SlotUpdate(slot=slot, values=values, quote=self._whole.raw))
        if not any(update.slot == "tools" for update in updates):
            updates += self._tools(said, is_asked=is_asked)
        return updates

    def _tools(self, said: Sequence[Sentence], *, is_asked: bool) -> list[SlotUpdate]:
        profile, is_told = self._conversation.profile, [tells_of_tools(one, self._playbook) for one in said]
        known = {name.casefold() for name in profile.tools.value} if profile.tools else set[str]()
        kept = (
            {name.casefold() for name in profile.out_of_scope.value} if profile.out_of_scope else set[str]()
        )
        denied = [one.sentence for one in self._readings if one.kind in _UNCLEAN]
        wrong = {name.casefold() for name in tools_named(denied, self._playbook, is_asked=True, is_any=True)}
        names = tools_named(said, self._playbook, is_asked=is_asked or any(is_told))
        names = [name for name in names if name.casefold() not in wrong]
        new = [
            name for name in names if (any(is_told) and self._is_clean) or name.casefold() not in known | kept
        ]
        if not new:
            return []
        return [SlotUpdate(slot="tools", operation=Operation.ADD, values=tuple(new), quote=new[0])]

    def _kept(self, kept: Mapping[Part, str], answers: Sequence[Part]) -> list[SlotUpdate]:
        values = tuple(name for one, name in kept.items() if one not in answers)
        add, quote = Operation.ADD, self._whole.raw
        return [SlotUpdate(slot="out_of_scope", operation=add, values=values, quote=quote)] if values else []

    def _denies_tool(self, part: Part) -> bool:
        """`Thunderbird is a program, not a step`"""
        return self._lexicon.negations.search(part.masked) is not None and names_tool(part, self._playbook)

    def _slot_answered(self) -> SlotName | None:
        """The slot whose question is open; a short first message is taken for what the business is."""
        conversation = self._conversation
        slot = next((name for name in SLOT_NAMES if name == conversation.open_question), None)
        if slot is not None:
            return slot if getattr(conversation.profile, slot) is None else None
        is_first = not conversation.is_introduced and not conversation.profile.known() - {"language"}
        said = self._statements[:1]
        is_short = (
            bool(said) and _words_without_numbers(said[0], self._lexicon) <= _MOST_WORDS_OF_AN_INTRODUCTION
        )
        is_short = is_short and not self._is_long() and not conversation.proposal
        asks = is_short and any(one.kind is Kind.QUESTION for one in self._readings)
        if (
            asks
            and self._lexicon.answers.subjects.begin(without_courtesies(said[0], self._lexicon).masked)
            is None
        ):
            return None
        needs = is_short and self._lexicon.answers.needs.search(said[0].masked) is not None
        return "business_type" if is_first and is_short and not needs else None

    def _part(self) -> SlotName | None:
        """The part that is said to be wrong, and nothing else."""
        corrections = [one.sentence for one in self._readings if one.kind is Kind.CORRECTION]
        known = self._conversation.profile.known()
        slot = line_named(corrections[0], self._lexicon) if len(corrections) == 1 else None
        return slot if slot in known else None

    def _kept_as_written(self) -> tuple[SlotName, ...]:
        """What a long first message may have said already."""
        is_first = not self._conversation.is_introduced and self._conversation.proposal is None
        return ("business_type", "challenge") if is_first and self._is_long() else ()

    def _is_long(self) -> bool:
        return sum(len(one.raw.split()) for one in self._statements) > _LONG

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
        content = [one.sentence for one in self._readings if one.is_statement or one.kind in _UNCLEAN]
        has_content = sum(len(one.raw.split()) for one in content) > _MOST_WORDS_OF_A_GOODBYE
        dropped = set[Intent]()
        if has_content or updates:
            # A goodbye is for a message that says nothing else.
            is_object = Intent.OBJECT in said and not self._statements
            dropped |= {Intent.STOP} if is_object else {Intent.DECLINE, Intent.STOP}
        begins_with_no = any(self._begins_with_no(one.sentence) for one in self._readings[:1])
        if begins_with_no and Intent.OBJECT in said and not has_content:
            said.insert(0, Intent.DECLINE)
        elif not updates and self._agrees():
            said.insert(0, Intent.ACCEPT)
        corrects = any(one.kind is Kind.CORRECTION for one in self._readings)
        if corrects or (begins_with_no and Intent.DECLINE not in said):
            said += [] if is_settled or not content else [Intent.WANT_CHANGE]
        if {Intent.WANT_CHANGE, Intent.DECLINE, Intent.STOP, Intent.OBJECT} & {*said} - dropped or updates:
            dropped.add(Intent.ACCEPT)
        if Intent.ASK in said or any(update.slot == conversation.open_question for update in updates):
            dropped.add(Intent.SKIP)
        if conversation.booking_url is not None and Intent.THANK in said:
            dropped.add(Intent.STOP)
        if updates:
            is_known = any(getattr(conversation.profile, update.slot) is not None for update in updates)
            said.insert(0, Intent.CORRECT if is_known else Intent.ANSWER)
        return tuple(one for one in dict.fromkeys(said) if one not in dropped) or (Intent.OTHER,)

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


def _without_numbers(part: Part, lexicon: Lexicon) -> Part:
    """Without the clauses at either end that say nothing but a number: `a bakery, 12 employees`."""
    clauses = [one for one in part.clauses if not says_only_numbers(one, lexicon)]
    if len(clauses) == len(part.clauses) or not clauses:
        return part
    last = clauses[-1]
    return part.cut(clauses[0].start - part.start, last.start + len(last.raw) - part.start)


def _words_without_numbers(part: Part, lexicon: Lexicon) -> int:
    return len(_without_numbers(part, lexicon).raw.split())


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
            "leaves_open": tuple(slot for one in understood for slot in one.leaves_open),
        }
    )
