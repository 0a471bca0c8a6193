"""The slots of text that a message fills: what it names, what stays with people, and what was asked."""

from collections.abc import Sequence, Set
from typing import Final

from playbook.lexicon import Lexicon, plain
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.answers import answer_to, refers_back
from services.dialogue.domain.reader.edits import step_meant
from services.dialogue.domain.reader.text import Part, Sentence
from services.dialogue.domain.understanding import (
    CONTACT_SLOTS,
    LIST_SLOTS,
    NUMBER_SLOTS,
    Operation,
    SlotUpdate,
)

_MOST_WORDS_OF_A_BUSINESS: Final = 8
_FEWEST_STEPS: Final = 3
_MOST_WORDS_OF_A_WASTER: Final = 4
_WORDS_A_STEP: Final = 2.5
_LONGEST_LIGHT_WORD: Final = 3
_ALWAYS_NAMED: Final = frozenset({"success_measure", "out_of_scope", "steps", "tools"})
_BEFORE_STEPS: Final = frozenset({"challenge", "steps"})
_READ_ELSEWHERE: Final = NUMBER_SLOTS | CONTACT_SLOTS | {"tools"}


def text_told(
    sentences: Sequence[Part], conversation: Conversation, lexicon: Lexicon, filled: Set[str]
) -> list[SlotUpdate]:
    """The answer to the open question at its word, and what is announced by the name of its slot."""
    updates, left, heading = list[SlotUpdate](), list[Part](), None
    sentences, slot = _not_rejected(sentences, conversation, lexicon)
    for sentence in sentences:
        is_moved = any(phrases.search(sentence.masked) for phrases in lexicon.answers.moves.values())
        if is_moved or ("name" in filled and lexicon.names.my_name_is.search(sentence.plain)):
            continue
        kept, others = _kept(sentence, conversation, lexicon)
        updates += kept
        for part in others:
            named, heading = _named(part, heading, conversation, lexicon)
            updates += named or []
            is_heading = isinstance(part, Sentence) and part.is_introduction
            if named is None and not heading and not is_heading:
                left.append(part)
    told = {update.slot for update in updates}
    is_taken = slot in told or (slot != conversation.open_question and "task" in told)
    if slot and slot not in _READ_ELSEWHERE and not is_taken:
        updates += _told_of(slot, left, conversation, lexicon)
    elif slot == "out_of_scope" and (more := answer_to(slot, _without_comments(left, lexicon), lexicon)):
        # Beside `refunds stay with us` the rest of the list stays, too.
        updates.append(said(slot, more.values, more.quote, Operation.ADD))
    return [update for update in updates if update.slot not in filled]


def moved(sentences: Sequence[Part], conversation: Conversation, lexicon: Lexicon) -> list[SlotUpdate]:
    """`No, those are the steps`: the list that the last message gave to another slot."""
    earlier = conversation.visitor_messages
    last = earlier[-1].turn_id if earlier else None
    for slot, phrases in lexicon.answers.moves.items():
        if any(phrases.search(sentence.masked) for sentence in sentences):
            for other in sorted(LIST_SLOTS - {slot}):
                known = getattr(conversation.profile, other)
                if known is not None and known.turn_id == last:
                    taken = said(other, (), known.words, Operation.REMOVE)
                    return [taken, said(slot, known.value, known.words)]
    return []


def said(slot: str, values: tuple[str, ...], quote: str, operation: Operation = Operation.SET) -> SlotUpdate:
    """An update of a slot that is given by its name."""
    return SlotUpdate.model_validate({"slot": slot, "operation": operation, "values": values, "quote": quote})


def _told_of(
    slot: str, left: Sequence[Part], conversation: Conversation, lexicon: Lexicon
) -> list[SlotUpdate]:
    """The answer to this question; a task that was named before, or is told by its steps, is that."""
    challenge = conversation.profile.challenge
    if slot == "task" and challenge is not None:
        steps = answer_to("steps", left, lexicon)
        items = steps.values if steps else ()
        are_steps = len(items) >= _FEWEST_STEPS and len(" ".join(items).split()) >= len(items) * _WORDS_A_STEP
        if are_steps or any(refers_back(part, lexicon) for part in left):
            task = [said("task", (challenge.value,), challenge.words)]
            return task + ([said("steps", items, steps.quote)] if steps and are_steps else [])
    answer = answer_to(slot, left, lexicon)
    if answer is None:
        return []
    updates = [said(slot, answer.values, answer.quote)]
    if slot == "challenge":
        updates += _time_wasters(left, lexicon)
    clauses = [clause.masked for part in left for clause in part.clauses[1:]]
    words = lexicon.answers
    if slot == "challenge" and any(words.same.search(one) and words.asides.search(one) for one in clauses):
        # `Late invoices, I'd start with that`
        updates.append(said("task", answer.values, answer.quote))
    return updates


def _time_wasters(left: Sequence[Part], lexicon: Lexicon) -> list[SlotUpdate]:
    """A sentence that lists several things: what takes time. Who does them in turn tells steps instead."""
    for part in left:
        listed = answer_to("time_wasters", (part,), lexicon)
        items = listed.values if listed else ()
        are_things = all(
            len(item.split()) <= _MOST_WORDS_OF_A_WASTER and not lexicon.answers.subjects.begin(plain(item))
            for item in items
        )
        if listed and len(items) >= _FEWEST_STEPS and are_things:
            return [said("time_wasters", items, listed.quote)]
    return []


def _not_rejected(
    sentences: Sequence[Part], conversation: Conversation, lexicon: Lexicon
) -> tuple[Sequence[Part], str | None]:
    """What follows the last clause that takes something back, and the slot that it is the answer to."""
    slot = conversation.open_question
    clauses = [clause for sentence in sentences for clause in sentence.clauses]
    named = [
        plain(value.value) for name in ("task", "challenge") if (value := getattr(conversation.profile, name))
    ]
    rejected = [
        at
        for at, one in enumerate(clauses)
        if lexicon.answers.rejects.search(one.masked) or _denies(one, named, lexicon)
    ]
    after = clauses[rejected[-1] + 1 :] if rejected else []
    if len(rejected) > 1 and not after:
        # `Hold on, the rotas, not the payroll`
        after = clauses[rejected[-2] + 1 :]
        rejected.pop()
    if not after:
        return sentences, slot
    denied = [one for one in after if lexicon.negations.begin(one.masked)]
    taken_back = (word for one in (*clauses[: rejected[-1] + 1], *denied) for word in one.raw.split())
    words = {plain(word) for word in taken_back if len(word) > _LONGEST_LIGHT_WORD}
    for name in ("task", "challenge"):
        value = getattr(conversation.profile, name)
        if value and words & {*plain(value.value).split()}:
            slot = name
            break
    rest = [one for one in after if one not in denied]
    if slot in LIST_SLOTS - {"tools"} and len(rest) == 1 and conversation.profile.task is not None:
        # One thing is no list: it stands against the task.
        slot = "task"
    return rest, slot


def _denies(clause: Part, named: Sequence[str], lexicon: Lexicon) -> bool:
    """`Not invoices`, where invoices is what was understood."""
    denial = lexicon.negations.begin(clause.masked)
    words = {word for word in clause.plain.split() if len(word) > _LONGEST_LIGHT_WORD}
    return denial is not None and any(words & {*value.split()} for value in named)


def _kept(
    sentence: Part, conversation: Conversation, lexicon: Lexicon
) -> tuple[list[SlotUpdate], list[Part]]:
    """`Refunds stay with us`: what people keep, and the clauses that say something else."""
    updates, others, is_kept = list[SlotUpdate](), list[Part](), False
    for clause in sentence.clauses:
        match = lexicon.answers.keeps.search(clause.masked)
        if match is None:
            others.append(clause)
            continue
        is_kept = True
        own = _without_lead(clause.cut(0, match.start()), lexicon)
        answer = answer_to("out_of_scope", (own,), lexicon) if own.raw else None
        if answer is None and others and not updates:
            own = _without_lead(others.pop(), lexicon)
            answer = answer_to("out_of_scope", (own,), lexicon)
        # Of a proposal the step itself is meant, in whatever words.
        step = step_meant(own.raw, conversation) if conversation.proposal is not None else None
        if step is not None:
            updates.append(said("out_of_scope", (step,), step, Operation.ADD))
        elif answer:
            updates.append(said("out_of_scope", answer.values, answer.quote, Operation.ADD))
        rest = clause.cut(match.end(), len(clause.raw))
        if join := lexicon.answers.joins.begin(rest.masked):
            # `Refunds stay with us and discounts too`
            others.append(rest.cut(join.end(), len(rest.raw)))
    return updates, (others if is_kept else [sentence])


def _without_lead(part: Part, lexicon: Lexicon) -> Part:
    """`Please check the tanks`, `it can't check the tanks`: the tanks."""
    for phrases in (lexicon.answers.courtesies, lexicon.answers.named["out_of_scope"], lexicon.removes):
        lead = phrases.search(part.masked)
        if lead and lead.end() == len(part.raw) and lead.start():
            part = part.cut(0, lead.start())
        elif lead and not part.masked[: lead.start()].strip():
            part = part.cut(lead.end(), len(part.raw)) if lead.end() < len(part.raw) else part
    return part


def _without_comments(parts: Sequence[Part], lexicon: Lexicon) -> list[Part]:
    clauses = (clause for part in parts for clause in part.clauses)
    return [one for one in clauses if not lexicon.answers.comments.begin(one.masked)]


def _business(told: Part, lexicon: Lexicon) -> Part:
    """What a long sentence names before it goes on with a place, or with what else is done."""
    for join in lexicon.answers.joins.all_in(told.masked):
        if lexicon.answers.subjects.begin(told.masked[join.end() :].lstrip()):
            told = told.cut(0, join.start())
            break
    place = lexicon.team.places.search(told.masked)
    is_long = len(told.clauses[0].raw.split()) > _MOST_WORDS_OF_A_BUSINESS if told.clauses else False
    return told.cut(0, place.start()) if is_long and place else told


def _named(
    sentence: Part, heading: str | None, conversation: Conversation, lexicon: Lexicon
) -> tuple[list[SlotUpdate] | None, str | None]:
    """`The task is ...`, and what follows a heading: `The steps are:`; a heading without more is returned.

    Without updates a sentence names nothing; an empty list says that it is no answer to anything else.
    """
    if heading is not None:
        answer = answer_to(heading, (sentence,), lexicon)
        return ([said(heading, answer.values, answer.quote)] if answer else []), None
    for slot, phrases in lexicon.answers.named.items():
        match = phrases.search(sentence.masked)
        known, is_open = getattr(conversation.profile, slot), conversation.open_question == slot
        is_free = slot in _ALWAYS_NAMED or conversation.proposal is not None or known is not None
        is_free = is_free or (slot == "task" and conversation.open_question in _BEFORE_STEPS)
        if slot == "business_type":
            is_free = known is None and conversation.open_question in {None, *NUMBER_SLOTS}
        if match is None or not (is_open or is_free):
            continue
        rest = sentence.cut(match.end(), len(sentence.raw))
        if not rest.raw:
            return [], slot
        if slot == "tools":
            # The tools themselves are read elsewhere.
            return [], None
        if slot == "business_type":
            rest = _business(rest, lexicon)
        answer = answer_to(slot, (rest,), lexicon) if rest.raw else None
        if answer:
            is_more = slot == "out_of_scope" and known is not None and not is_open
            operation = Operation.ADD if is_more else Operation.SET
            return [said(slot, answer.values, answer.quote, operation)], None
    return None, None
