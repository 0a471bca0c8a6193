"""Reads what is to go out of a list, to come into it, or to stand in place of something in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playbook.lexicon import Lexicon, Phrases, plain
from playbook.reading.answers import named, stems, the_one_meant
from playbook.reading.meaning import LIST_SLOTS, SLOT_NAMES, Operation, SlotName, SlotUpdate
from playbook.reading.talk import Talk
from playbook.reading.text import Part, Sentence, fields_of

_WORD: Final = re.compile(r"\w[\w.'-]*")
_TEXTS: Final = frozenset({"task", "success_measure"})
_MOST_WORDS_IN_AN_ANSWER: Final = 12


@dataclass(frozen=True, slots=True)
class EditsRead:
    """What is to change in the lists; of `candidates` one is meant. `sentences` say nothing else."""

    updates: tuple[SlotUpdate, ...] = ()
    candidates: tuple[SlotUpdate, ...] = ()
    sentences: tuple[Sentence, ...] = ()


def read_edits(sentences: Sequence[Sentence], conversation: Talk, lexicon: Lexicon) -> EditsRead:
    """The edits of a message. One that fits no item, or several, leads to the question which is meant."""
    lists = {slot: _items(slot, conversation) for slot in SLOT_NAMES if slot in LIST_SLOTS}
    lists = {slot: items for slot, items in lists.items() if items}
    read = EditsRead()
    is_noted = bool(lists) or conversation.profile.task is not None or may_edit(conversation)
    for sentence in sentences if is_noted else ():
        for part in _orders(sentence, lexicon):
            edit = _placed(part, lists, conversation, lexicon) or _replaced(part, lists, lexicon)
            edit = edit or _removed(part, lists, conversation, lexicon)
            edit = edit or _added(part, conversation, lexicon)
            if edit is not None:
                read = EditsRead((*read.updates, *edit.updates), edit.candidates, (*read.sentences, sentence))
    return read


def _orders(sentence: Sentence, lexicon: Lexicon) -> Sequence[Sentence]:
    """`Leave out the chart, and add reminders` in its two parts; any other sentence whole."""
    verbs = (lexicon.edits.removes, lexicon.edits.adds)
    clauses = [Sentence(*fields_of(clause)) for clause in sentence.clauses]
    telling = [clause for clause in clauses if any(verb.search(clause.masked) for verb in verbs)]
    return clauses if len(telling) == len(clauses) > 1 else [sentence]


def part_named(part: Part, lexicon: Lexicon) -> SlotName | None:
    """The slot that is named, where it is one."""
    found = [slot for slot in SLOT_NAMES if slot in lexicon.parts and lexicon.parts[slot].search(part.masked)]
    return found[0] if len(found) == 1 else None


def may_edit(conversation: Talk) -> bool:
    """Whether what is noted is being looked at: a proposal is there, or a known part was asked for anew."""
    asked = conversation.open_question
    return conversation.proposal is not None or bool(asked and getattr(conversation.profile, asked))


def _items(slot: str, conversation: Talk) -> tuple[str, ...]:
    known = getattr(conversation.profile, slot)
    return known.value if known is not None else ()


def _removed(
    sentence: Sentence,
    lists: Mapping[SlotName, tuple[str, ...]],
    conversation: Talk,
    lexicon: Lexicon,
) -> EditsRead | None:
    removal = lexicon.edits.removes.search(sentence.masked)
    if removal is None and conversation.open_question in lists and may_edit(conversation):
        removal = lexicon.edits.without.search(sentence.masked)
    is_long = len(sentence.raw.split()) > _MOST_WORDS_IN_AN_ANSWER
    if removal is None or not lists or (is_long and not may_edit(conversation)):
        return None
    part = part_named(sentence, lexicon)
    named_list = part if part is not None and part in lists else None
    lists = {named_list: lists[named_list]} if named_list else lists
    if (item := _by_place(sentence, lists, lexicon, conversation)) is not None:
        return EditsRead(updates=(item,))
    verb = removal.group().split()
    said = " ".join(word for word in sentence.plain.split() if word.strip(",.") not in {verb[0], verb[-1]})
    if found := _the_item(said, lists):
        return EditsRead(updates=tuple(_removal(slot, item, sentence) for slot, item in found.items()))
    slot = next((name for name in lists if name == "steps"), next(iter(lists)))
    if not may_edit(conversation) or len(lists[slot]) == 1:
        return None
    return EditsRead(candidates=tuple(_removal(slot, item, sentence) for item in lists[slot]))


def _the_item(said: str, lists: Mapping[SlotName, tuple[str, ...]]) -> Mapping[SlotName, str]:
    """The one item that is named, in each list that holds it."""
    meant = {slot: the_one_meant(said, items) for slot, items in lists.items()}
    found = {slot: item for slot, item in meant.items() if item}
    shared = {slot: len(stems(said) & stems(item)) for slot, item in found.items()}
    most = max(shared.values(), default=0)
    best = {slot: item for slot, item in found.items() if shared[slot] == most}
    return best if len(set(best.values())) == 1 else {}


def _by_place(
    sentence: Sentence,
    lists: Mapping[SlotName, tuple[str, ...]],
    lexicon: Lexicon,
    conversation: Talk,
) -> SlotUpdate | None:
    """`Remove step 2`, `take out the second one`: the item that stands there."""
    asked = conversation.open_question
    open_list: SlotName | None = next((name for name in lists if name == asked), None)
    if not may_edit(conversation) or (open_list is None and len(lists) > 1):
        return None
    slot = next(iter(lists)) if open_list is None else open_list
    items = lists[slot]
    places = [at + 1 for at, one in enumerate(lexicon.edits.one_of[:-1]) if one.search(sentence.plain)]
    places += [len(items)] if lexicon.edits.one_of[-1].search(sentence.plain) else []
    places = places or [int(one.value) for one in sentence.figures if one.value % 1 == 0 and not one.up_to]
    place = places[0] if len(places) == 1 else 0
    return _removal(slot, items[place - 1], sentence) if 1 <= place <= len(items) else None


def _placed(
    sentence: Sentence,
    lists: Mapping[SlotName, tuple[str, ...]],
    conversation: Talk,
    lexicon: Lexicon,
) -> EditsRead | None:
    """`2 should be: look it up`, where a list is looked at."""
    slot = next((name for name in lists if name == conversation.open_question), None)
    figure = sentence.figures[0] if len(sentence.figures) == 1 and may_edit(conversation) else None
    if slot is None or figure is None or figure.start > 0 or not 1 <= figure.value <= len(lists[slot]):
        return None
    new = named(sentence.cut(figure.end, len(sentence.raw)), lexicon)
    if not stems(new.raw) or figure.value % 1:
        return None
    place = int(figure.value) - 1
    values = (*lists[slot][:place], new.raw, *lists[slot][place + 1 :])
    return EditsRead(updates=(SlotUpdate(slot=slot, values=values, quote=sentence.raw),))


def _replaced(
    sentence: Sentence, lists: Mapping[SlotName, tuple[str, ...]], lexicon: Lexicon
) -> EditsRead | None:
    """`X instead of Y`, `replace Y by X`: in each list the one item that Y fits."""
    sides = _sides(sentence, lexicon)
    if sides is None:
        return None
    part = part_named(sides[0], lexicon)
    old, new = (named(side, lexicon) for side in sides)
    if part in _TEXTS and part is not None and stems(new.raw):
        # `Rename the task to new matters`
        return EditsRead(updates=(SlotUpdate(slot=part, values=(new.raw,), quote=new.raw),))
    updates = list[SlotUpdate]()
    for slot, items in lists.items():
        item = the_one_meant(old.raw, items)
        if item and new.raw and stems(new.raw) != stems(old.raw):
            changed = tuple(_swapped(one, old.raw, new.raw) if one == item else one for one in items)
            updates.append(SlotUpdate(slot=slot, values=changed, quote=sentence.raw))
    return EditsRead(updates=tuple(updates)) if updates else None


def _sides(sentence: Sentence, lexicon: Lexicon) -> tuple[Part, Part] | None:
    """The old and the new one."""
    words, text = lexicon.edits, sentence.masked
    if between := words.instead_of.search(text):
        old, new = sentence.cut(between.end(), len(text)), sentence.cut(0, between.start())
        if not stems(new.raw) and len(old.clauses) > 1:
            # `Not X but Y`, `instead of X, Y`
            first = old.clauses[0]
            old, new = first, old.cut(len(first.raw) + 1, len(old.raw))
        return (old.clauses[0], new.clauses[-1]) if old.raw and new.raw else None
    if (verb := words.replaces.search(text)) and (by := _last(words.by, text[verb.end() :])):
        start, end = (verb.end() + place for place in by)
        old, new = sentence.cut(verb.end(), start), sentence.cut(end, len(text))
        return (old, new) if old.raw and new.raw else None
    return None


def _last(phrases: Phrases, text: str) -> tuple[int, int] | None:
    matches = phrases.all_in(text)
    return matches[-1].span() if matches else None


def _added(sentence: Sentence, conversation: Talk, lexicon: Lexicon) -> EditsRead | None:
    """`Add X`, `X is missing`: to the list that is named or looked at, otherwise to the steps."""
    verb = lexicon.edits.adds.search(sentence.masked)
    is_denied = lexicon.negations.search(sentence.masked) is not None
    if verb is None or is_denied or not may_edit(conversation) or sentence.figures or sentence.is_marked:
        return None
    part, asked = part_named(sentence, lexicon), conversation.open_question
    slot: SlotName = part if part in LIST_SLOTS else asked if asked in LIST_SLOTS else "steps"  # type: ignore[assignment]
    behind, before = sentence.cut(verb.end(), len(sentence.raw)), sentence.cut(0, verb.start())
    item = named(behind if len(behind.raw) > 2 else before, lexicon)
    words = stems(lexicon.parts[slot].blanked_in(item.plain)) if slot in lexicon.parts else stems(item.raw)
    is_there = any(words <= stems(one) for one in _items(slot, conversation))
    update = SlotUpdate(slot=slot, operation=Operation.ADD, values=(item.raw,), quote=item.raw)
    return EditsRead(updates=(update,)) if words and not is_there else None


def _swapped(item: str, old: str, new: str) -> str:
    """The item with the old words replaced; the new ones alone where it says nothing else."""
    wanted = stems(old)
    words = [match for match in _WORD.finditer(item) if stems(match.group()) & wanted]
    left = stems(item) - wanted
    if not words or not left or plain(old) == plain(item):
        return new
    return f"{item[: words[0].start()]}{new}{item[words[-1].end() :]}"


def _removal(slot: SlotName, item: str, sentence: Part) -> SlotUpdate:
    return SlotUpdate(slot=slot, operation=Operation.REMOVE, values=(item,), quote=sentence.raw)
