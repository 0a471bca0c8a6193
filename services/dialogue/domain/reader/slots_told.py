"""The slots besides numbers that a message fills: contact, tools, and the open question's answer."""

from collections.abc import Sequence, Set
from typing import Final

from playbook import Playbook
from playbook.lexicon import Lexicon, plain
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.answers import (
    Answer,
    list_answer,
    refers_back,
    sentence_answer,
    text_answer,
)
from services.dialogue.domain.reader.contact import (
    announced_name,
    answered_name,
    email_address,
    name_beside_address,
)
from services.dialogue.domain.reader.intents import SentenceReading
from services.dialogue.domain.reader.text import Part, Sentence
from services.dialogue.domain.reader.tools import known_tools, names_only
from services.dialogue.domain.understanding import (
    CONTACT_SLOTS,
    LIST_SLOTS,
    NUMBER_SLOTS,
    Intent,
    Operation,
    SlotUpdate,
)

_MOST_WORDS_OF_A_BUSINESS: Final = 8
_FEWEST_STEPS: Final = 3
_WORDS_A_STEP: Final = 2.5
_LONGEST_LIGHT_WORD: Final = 3
_ALWAYS_NAMED: Final = frozenset({"success_measure", "out_of_scope", "steps", "tools"})
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
    whole: Part, readings: Sequence[SentenceReading], conversation: Conversation, playbook: Playbook
) -> list[SlotUpdate]:
    """The tools that are named, and those that are taken out."""
    tools: list[str] = []
    is_asked = conversation.open_question == "tools"
    for reading in (one for one in readings if Intent.ASK not in one.intents):
        clauses = reading.sentence.clauses
        used = [one for one in clauses if not playbook.lexicon.removes.search(one.masked)]
        if len(used) == len(clauses):
            kept = conversation.profile.out_of_scope
            named = _tools_of(reading, playbook, is_asked=is_asked)
            tools += (tool for tool in named if not kept or tool not in kept.value)
        elif used:
            tools += (tool for one in used for tool in known_tools(one, playbook, is_asked=is_asked))
    values = tuple(dict.fromkeys(tools))
    places = [whole.raw.find(value) for value in values]
    end = max((place + len(value) for place, value in zip(places, values, strict=True)), default=0)
    quote = whole.raw[min(places, default=0) : end]
    updates = [_said("tools", values, quote, Operation.ADD)] if values else []
    return updates + _removed_tools(readings, conversation, playbook.lexicon)


def _tools_of(reading: SentenceReading, playbook: Playbook, *, is_asked: bool) -> list[str]:
    """The known tools of a sentence, and the names beside them where it lists what is used."""
    sentence, lexicon = reading.sentence, playbook.lexicon
    known = [*known_tools(sentence, playbook, is_asked=is_asked)]
    lead = lexicon.answers.named["tools"].search(sentence.masked)
    others = (phrases for slot, phrases in lexicon.answers.named.items() if slot != "tools")
    groups = (lexicon.answers.keeps, *others, *lexicon.answers.moves.values())
    is_of_another = any(phrases.search(sentence.masked) for phrases in groups)
    is_list = is_asked or lead or names_only(sentence, playbook)
    if not reading.is_answer or is_of_another or not is_list:
        return known
    rest = sentence.cut(lead.end(), len(sentence.raw)) if lead else sentence
    answer = list_answer((rest,), lexicon, of_tools=True) if rest.raw else None
    return known + [
        item
        for item in (answer.values if answer else ())
        if not any(plain(tool) in plain(item) for tool in known)
        and not lexicon.negations.search(plain(item))
        and (not (known or lead) or sentence.raw.islower() or all(w[0].isupper() for w in item.split()))
    ]


def _removed_tools(
    readings: Sequence[SentenceReading], conversation: Conversation, lexicon: Lexicon
) -> list[SlotUpdate]:
    """The tools that are known and that a sentence takes out."""
    known = conversation.profile.tools.value if conversation.profile.tools else ()
    found = [
        tool
        for reading in readings
        for clause in reading.sentence.clauses
        for tool in known
        if lexicon.removes.search(clause.masked) and plain(tool) in clause.plain
    ]
    return [_said("tools", tuple(found), found[0], Operation.REMOVE)] if found else []


def text_told(
    answers: Sequence[SentenceReading], conversation: Conversation, lexicon: Lexicon, filled: Set[str]
) -> list[SlotUpdate]:
    """The answer to the open question at its word, and what is announced by the name of its slot."""
    updates: list[SlotUpdate] = []
    left: list[Part] = []
    heading: str | None = None
    sentences, slot = _not_rejected([one.sentence for one in answers], conversation, lexicon)
    for sentence in sentences:
        is_moved = any(phrases.search(sentence.masked) for phrases in lexicon.answers.moves.values())
        if is_moved or lexicon.names.my_name_is.search(sentence.plain):
            continue
        kept, others = _kept(sentence, lexicon)
        updates += kept
        for part in others:
            named, heading = _named(part, heading, conversation, lexicon)
            updates += named or []
            is_heading = isinstance(part, Sentence) and part.is_introduction
            if named is None and not heading and not is_heading:
                left.append(part)
    is_open = slot is not None and slot not in (NUMBER_SLOTS | CONTACT_SLOTS | {"tools"})
    if slot != conversation.open_question and any(update.slot == "task" for update in updates):
        is_open = False
    if slot and is_open and not any(update.slot == slot for update in updates):
        updates += _told_of(slot, left, conversation, lexicon)
    return [update for update in updates if update.slot not in filled]


def moved(
    readings: Sequence[SentenceReading], conversation: Conversation, lexicon: Lexicon
) -> list[SlotUpdate]:
    """`No, those are the steps`: the list that the last message gave to another slot."""
    earlier = conversation.visitor_messages
    last = earlier[-1].turn_id if earlier else None
    for slot, phrases in lexicon.answers.moves.items():
        if any(phrases.search(one.sentence.masked) for one in readings):
            for other in sorted(LIST_SLOTS - {slot}):
                known = getattr(conversation.profile, other)
                if known is not None and known.turn_id == last:
                    return [
                        _said(other, (), known.words, Operation.REMOVE),
                        _said(slot, known.value, known.words),
                    ]
    return []


def _told_of(
    slot: str, left: Sequence[Part], conversation: Conversation, lexicon: Lexicon
) -> list[SlotUpdate]:
    """The answer to this question; a task that was named before, or is told by its steps, is that."""
    challenge = conversation.profile.challenge
    if slot == "task" and challenge is not None:
        steps = list_answer(left, lexicon, of_steps=True)
        items = steps.values if steps else ()
        are_steps = len(items) >= _FEWEST_STEPS and len(" ".join(items).split()) >= len(items) * _WORDS_A_STEP
        if are_steps or refers_back(left, lexicon):
            task = [_said("task", (challenge.value,), challenge.words)]
            return task + ([_said("steps", items, steps.quote)] if steps and are_steps else [])
    answer = _answer_to(slot, left, lexicon)
    if answer is None:
        return []
    updates = [_said(slot, answer.values, answer.quote)]
    if slot == "challenge" and any(
        lexicon.answers.same.search(clause.masked) and lexicon.answers.asides.search(clause.masked)
        for part in left
        for clause in part.clauses[1:]
    ):
        updates.append(_said("task", answer.values, answer.quote))
    return updates


def _not_rejected(
    sentences: Sequence[Part], conversation: Conversation, lexicon: Lexicon
) -> tuple[Sequence[Part], str | None]:
    """What follows the last clause that takes something back, and the slot that it is the answer to."""
    slot = conversation.open_question
    clauses = [(at, clause) for at, sentence in enumerate(sentences) for clause in sentence.clauses]
    rejected = [one for one in clauses if lexicon.answers.rejects.search(one[1].masked)]
    after = [one for one in clauses if rejected and one[1].start > rejected[-1][1].start]
    if not after:
        return sentences, slot
    denied = [one for one in after if lexicon.negations.begin(one[1].masked)]
    words = {
        plain(word)
        for _, clause in (*clauses[: clauses.index(rejected[-1]) + 1], *denied)
        for word in clause.raw.split()
        if len(word) > _LONGEST_LIGHT_WORD
    }
    for name in ("task", "challenge"):
        value = getattr(conversation.profile, name)
        if value and words & {*plain(value.value).split()}:
            slot = name
            break
    rest = [clause for at, clause in after if (at, clause) not in denied]
    if slot in LIST_SLOTS and len(rest) == 1 and conversation.profile.task is not None:
        # One thing is no list: it stands against the task.
        slot = "task"
    return rest, slot


def _kept(sentence: Part, lexicon: Lexicon) -> tuple[list[SlotUpdate], list[Part]]:
    """`Refunds stay with us`: what people keep, and the clauses that say something else."""
    updates: list[SlotUpdate] = []
    others: list[Part] = []
    for clause in sentence.clauses:
        match = lexicon.answers.keeps.search(clause.masked)
        if match is None:
            others.append(clause)
            continue
        own = clause.cut(0, match.start())
        answer = list_answer((own,), lexicon) if own.raw else None
        if answer is None and others and not updates:
            answer = list_answer((others.pop(),), lexicon)
        if answer:
            updates.append(_said("out_of_scope", answer.values, answer.quote, Operation.ADD))
    return updates, (others if updates or len(others) < len(sentence.clauses) else [sentence])


def _answer_to(slot: str, sentences: Sequence[Part], lexicon: Lexicon) -> Answer | None:
    if slot in LIST_SLOTS:
        return list_answer(sentences, lexicon, of_steps=slot == "steps")
    read = sentence_answer if slot in _WHOLE_SENTENCES else text_answer
    return read(sentences, lexicon)


def _named(
    sentence: Part, heading: str | None, conversation: Conversation, lexicon: Lexicon
) -> tuple[list[SlotUpdate] | None, str | None]:
    """`The task is ...`, and what follows a heading: `The steps are:`; a heading without more is returned.

    Without updates a sentence names nothing; an empty list says that it is no answer to anything else.
    """
    if heading is not None:
        answer = _answer_to(heading, (sentence,), lexicon)
        return ([_said(heading, answer.values, answer.quote)] if answer else []), None
    for slot, phrases in lexicon.answers.named.items():
        match = phrases.search(sentence.masked)
        known, is_open = getattr(conversation.profile, slot), conversation.open_question == slot
        is_free = slot in _ALWAYS_NAMED or conversation.proposal is not None
        if slot == "business_type":
            is_free = known is None and (is_open or conversation.open_question is None)
        if match is None or not (is_open or known is not None or is_free):
            continue
        rest = sentence.cut(match.end(), len(sentence.raw))
        if not rest.raw and isinstance(sentence, Sentence) and sentence.is_introduction:
            return [], slot
        if slot == "tools":
            # The tools themselves are read elsewhere.
            return [], None if rest.raw else slot
        answer = _answer_to(slot, (rest,), lexicon) if rest.raw else None
        is_short = answer and (
            slot != "business_type" or len(answer.quote.split()) <= _MOST_WORDS_OF_A_BUSINESS
        )
        if answer and is_short:
            return [_said(slot, answer.values, answer.quote)], None
    return None, None


def _said(slot: str, values: tuple[str, ...], quote: str, operation: Operation = Operation.SET) -> SlotUpdate:
    return SlotUpdate.model_validate({"slot": slot, "operation": operation, "values": values, "quote": quote})
