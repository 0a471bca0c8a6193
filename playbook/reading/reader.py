"""Understands a visitor's messages without a language model: a clean answer or none."""

from collections.abc import Sequence
from typing import Final

from playbook import Playbook
from playbook.lexicon import Phrases
from playbook.reading.answers import (
    MOST_WORDS_OF_A_NAME,
    business_told,
    is_empty,
    is_plain,
    listed_briefly,
    named,
    quoted,
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
from playbook.reading.sentences import Kind, Scene, SentenceReading, parted, read_sentence
from playbook.reading.talk import Message, Talk
from playbook.reading.text import Part, Sentence, is_only, parsed
from playbook.task_kinds import task_kind

_LONG_WITH_A_NAME: Final = 10
# A first message that is longer is a story of its own.
_LONG: Final = 25
_FEWEST_WORDS_OF_A_TALE: Final = 5
_MOST_WORDS_OF_A_GOODBYE: Final = 6
_ENDS: Final = frozenset({Intent.STOP, Intent.TAKE_LEAVE})
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
            leaves_open=(*lines.emptied, *(() if facts or numbers.candidates else self._left_open())),
        )

    def _numbers(self) -> NumbersRead:
        others = {Kind.QUESTION}
        sentences = [one.sentence for one in self._readings if one.kind not in others]
        is_correction = any(one.kind in _UNCLEAN for one in self._readings)
        is_correction = is_correction or any(map(self._begins_with_no, sentences))
        # `used to be 40, now 12`
        is_correction = is_correction or any(
            self._lexicon.numbers.past.search(one.masked) for one in sentences
        )
        if self._conversation.open_question == "success_measure":
            # How it is to be afterwards is no amount of today.
            corrections = [one.sentence for one in self._readings if one.kind is Kind.CORRECTION]
            sentences = [one for one in sentences if one in corrections or self._tells_of_today(one)]
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
        """The answer to the open question in the visitor's words, and what is certain beside it."""
        slot, lexicon, whole = self._open_slot(), self._lexicon, self._whole
        told = [update.values[0] for update in contact]
        names = [one for one in self._content() if any(value in one.raw for value in told)]
        said = [
            one for one in self._content() if one not in names or len(one.raw.split()) > _LONG_WITH_A_NAME
        ]
        updates = list[SlotUpdate]()
        if slot not in {"success_measure", "team_size"}:
            kept = [one.sentence for one in self._readings if self._keeps(one)]
            said = [one for one in said if not any(each.holds(one.start) for each in kept)]
            updates += self._set("out_of_scope", (quoted(kept, whole, lexicon),), Operation.ADD)
        plain = [one for one in said if not (says_only_numbers(one, lexicon) or is_empty(one, lexicon))]
        others = (
            plain if slot == "tools" else [one for one in plain if not tells_of_tools(one, self._playbook)]
        )
        business = "" if self._conversation.profile.business_type else business_told(others, lexicon)
        if slot is None and self._is_first():
            updates += self._introduction(others, business)
        elif slot is not None and slot not in NUMBER_SLOTS:
            updates += self._answer(slot, others)
        elif slot != "hours_per_week" and not (
            self._conversation.profile.challenge or self._conversation.proposal
        ):
            updates += self._answer("challenge", [one for one in others if self._tells_of_work(one, slot)])
        if business and not any(update.slot == "business_type" for update in updates):
            updates += self._set("business_type", (business,))
        if not any(update.slot == "tools" for update in updates):
            updates += self._tools(said, is_asked=slot == "tools")
        return updates

    def _keeps(self, one: SentenceReading) -> bool:
        """Whether a sentence says what stays with people, and not that something does not."""
        words, text = self._lexicon, one.sentence.masked
        is_order = one.kind in _UNCLEAN and not words.negations.search(text)
        return (one.is_statement or is_order) and words.answers.keeps.search(text) is not None

    def _tells_of_work(self, sentence: Part, asked: SlotName | None) -> bool:
        """Whether a sentence beside a number that was asked for tells something else, at some length."""
        team = self._lexicon.team
        counts = (team.people, team.staff, team.me, team.one_person, team.alone) if asked else ()
        is_long = len(sentence.raw.split()) >= _FEWEST_WORDS_OF_A_TALE
        return (
            is_long
            and not any(map(str.isdigit, sentence.raw))
            and not any(one.search(sentence.masked) for one in counts)
        )

    def _answer(self, slot: SlotName, said: Sequence[Part]) -> list[SlotUpdate]:
        lexicon = self._lexicon
        updates = self._set(slot, values_said(slot, said, self._whole, self._playbook))
        if slot == "challenge" and updates:
            wasters = listed_briefly(said, lexicon)
            updates += self._set("time_wasters", wasters, Operation.ADD)
        return updates

    def _introduction(self, said: Sequence[Part], business: str) -> list[SlotUpdate]:
        """A first message: what the business is where it says so, and what they need, or a story."""
        lexicon, whole = self._lexicon, self._whole
        words = sum(len(one.raw.split()) for one in said)
        needs = [one for one in said if lexicon.answers.needs.search(one.masked)]
        story = said if words > _LONG and not needs else needs
        updates = self._set("challenge", (quoted(story, whole, lexicon),))
        others = [one for one in said if one not in needs]
        first = named(others[0], lexicon).raw if others else ""
        is_name = 0 < len(first.split()) <= MOST_WORDS_OF_A_NAME and words <= _LONG
        is_name = is_name and not lexicon.answers.subjects.search(others[0].masked)
        return [*updates, *self._set("business_type", (business or (first if is_name else ""),))]

    def _content(self) -> list[Part]:
        """What may be content; to an open question `no, the quotes` is an answer as well."""
        slot = self._open_slot()
        may_correct = slot is not None and slot not in NUMBER_SLOTS
        content = list[Part]()
        for one in self._readings:
            if one.is_statement:
                content.append(one.sentence)
            elif may_correct and one.kind is Kind.CORRECTION and (rest := self._corrected(one.sentence)):
                content.append(rest)
        return content

    def _corrected(self, sentence: Sentence) -> Part | None:
        """What stands behind a no or a sorry, where that is no further correction, order or number."""
        corrects = self._lexicon.intents["correct"]
        bare = without_courtesies(sentence, self._lexicon)
        lead = corrects.begin(bare.masked)
        rest = without_courtesies(bare.cut(lead.end(), len(bare.raw)) if lead else bare, self._lexicon)
        words = (corrects, self._lexicon.orders)
        is_other = bool(rest.figures) or any(one.search(rest.masked) for one in words)
        return None if is_other or not rest.raw else rest

    def _set(
        self, slot: SlotName, values: Sequence[str], operation: Operation = Operation.SET
    ) -> list[SlotUpdate]:
        values = tuple(filter(None, values))
        return (
            [SlotUpdate(slot=slot, operation=operation, values=values, quote=self._whole.raw)]
            if values
            else []
        )

    def _tools(self, said: Sequence[Part], *, is_asked: bool) -> list[SlotUpdate]:
        """Programs that are used, and those that are noted and are not: `Gmail, not Outlook`."""
        profile, playbook = self._conversation.profile, self._playbook
        known = {name.casefold(): name for name in profile.tools.value} if profile.tools else {}
        kept = {name.casefold() for name in profile.out_of_scope.value} if profile.out_of_scope else set()
        is_told = is_asked or any(tells_of_tools(one, playbook) for one in said)
        others = [one.sentence for one in self._readings if one.kind in _UNCLEAN and one.sentence not in said]
        names, denied = tools_named([*said, *others], playbook, is_asked=is_told)
        new = [name for name in names if name.casefold() not in kept | known.keys()]
        wrong = [known[name.casefold()] for name in denied if name.casefold() in known]
        updates = self._set("tools", wrong, Operation.REMOVE)
        return [*updates, *self._set("tools", new, Operation.ADD)]

    def _open_slot(self) -> SlotName | None:
        """The slot whose question is open, and that is not known."""
        conversation = self._conversation
        slot = next((name for name in SLOT_NAMES if name == conversation.open_question), None)
        return slot if slot is not None and getattr(conversation.profile, slot) is None else None

    def _is_first(self) -> bool:
        conversation = self._conversation
        is_new = not conversation.is_introduced and conversation.proposal is None
        return is_new and not conversation.profile.known() - {"language"}

    def _part(self) -> SlotName | None:
        """The part that is said to be wrong, and nothing else."""
        corrections = [one.sentence for one in self._readings if one.kind is Kind.CORRECTION]
        known = self._conversation.profile.known()
        slot = line_named(corrections[0], self._lexicon) if len(corrections) == 1 else None
        return slot if slot in known else None

    def _left_open(self) -> tuple[SlotName, ...]:
        """A text is asked for once: what was said instead of it stays in the chat."""
        slot = self._open_slot()
        says_something = any(one.kind in {Kind.STATEMENT, *_UNCLEAN} for one in self._readings)
        return (slot,) if slot and slot not in NUMBER_SLOTS and says_something else ()

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
            said += [] if is_settled or not content else [Intent.WANT_CHANGE]
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
