"""Which of the replies that were offered a message picks: by label, place, or a number among numbers."""

import re
from collections.abc import Sequence
from typing import Final

from playbook import Playbook
from playbook.lexicon import NUMBER, Lexicon, Phrases, plain
from playbook.reading.answers import is_plain
from playbook.reading.meaning import Intent, Understanding
from playbook.reading.numbered import lists_lines
from playbook.reading.numbers import NUMBERS
from playbook.reading.talk import QuickReply, Talk
from playbook.reading.text import Part, is_only, parsed

_EDGES: Final = " .!\u2026"
_MOST_WORDS: Final = 6
_FEWEST_WORDS: Final = 2
_LETTERS: Final = "abcdefgh"
_PLACE: Final = re.compile(rf"^\W*(?:(\d{{1,2}})|([{_LETTERS}]))\W*$")


def picked(text: str, conversation: Talk, playbook: Playbook, code: str) -> Understanding | None:
    """The meaning of the reply that is picked, None where none is or it is not clear which."""
    label = plain(text).strip(_EDGES)
    for offered in conversation.quick_replies:
        if plain(offered.label).strip(_EDGES) == label:
            return _quoting(offered.means, text)
    if chosen := _by_place(text, conversation) or _by_beginning(label, conversation):
        return _quoting(chosen.means, text, anew=True)
    named = [one for one in conversation.quick_replies if one.is_named and not one.means.change_slot]
    said, lexicon = parsed(text, playbook.lexicon, code), playbook.lexicon
    if not named or len(said.raw.split()) > _MOST_WORDS:
        return None
    if is_plain(said, lexicon.refuses, lexicon):
        return _none_of(named)
    if len(named) == 1 and lexicon.agrees.search(said.masked) and is_only(said.masked, _light(lexicon)):
        return _quoting(named[0].means, text)
    chosen = _by_number(said, named, lexicon) or _by_unit(said, named, lexicon)
    return _quoting(chosen.means, text) if chosen else None


def pick_before(text: str, conversation: Talk, playbook: Playbook, code: str) -> Understanding | None:
    """The task that the first words pick by its number, where more follows: `2, but what does it cost?`."""
    sentences = parsed(text, playbook.lexicon, code).sentences
    lead = next((clause for one in sentences[:1] for clause in one.clauses), None)
    if lead is None or len(lead.figures) != 1:
        return None
    chosen = picked(lead.raw, conversation, playbook, code)
    slots = {update.slot for update in chosen.updates} if chosen else set[str]()
    return chosen if slots == {"task"} else None


def _quoting(means: Understanding, text: str, *, anew: bool = False) -> Understanding:
    """The meaning with these words of the visitor as its quotes, where it has none or `anew`."""
    updates = (
        one.model_copy(update={"quote": text.strip()}) if anew or not one.quote else one
        for one in means.updates
    )
    return means.model_copy(update={"updates": tuple(updates)})


def _by_place(text: str, conversation: Talk) -> QuickReply | None:
    """`2`, `2.` or `b)`, where no number is asked for, and none was just said back that it may put right."""
    place = _PLACE.match(plain(text))
    offered = conversation.quick_replies
    if place is None or not _asks_for_words(conversation):
        return None
    known = (getattr(conversation.profile, name) for name in NUMBERS)
    earlier = [one.turn_id for one in conversation.visitor_messages[-2:]]
    is_bare = text.strip() == place[1]
    if is_bare and any(one is not None and one.turn_id in earlier for one in known):
        return None
    at = int(place[1]) - 1 if place[1] else _LETTERS.index(place[2])
    # A program is noted only where the visitor names it.
    slots = {update.slot for one in offered[at : at + 1] for update in one.means.updates}
    return offered[at] if 0 <= at < len(offered) and "tools" not in slots else None


def _by_beginning(label: str, conversation: Talk) -> QuickReply | None:
    """`the last` of `The last check`; a single word is an answer of its own."""
    if not _asks_for_words(conversation) or len(label.split()) < _FEWEST_WORDS:
        return None
    found = [one for one in conversation.quick_replies if plain(one.label).startswith(f"{label} ")]
    return found[0] if len(found) == 1 else None


def _asks_for_words(conversation: Talk) -> bool:
    is_text = conversation.open_question is not None and conversation.open_question not in NUMBERS
    is_named = any(one.is_named for one in conversation.quick_replies)
    return is_text and not (is_named or conversation.has_open_line or lists_lines(conversation))


def _none_of(named: Sequence[QuickReply]) -> Understanding | None:
    """A no to the numbers that were asked back: it is asked for anew."""
    slots = {update.slot for one in named for update in one.means.updates}
    if len(slots) == 1 and slots <= set(NUMBERS):
        return Understanding(intents=(Intent.CORRECT,), change_slot=slots.pop())
    return None


def _by_number(said: Part, named: Sequence[QuickReply], lexicon: Lexicon) -> QuickReply | None:
    values = [
        float(update.values[0])
        for one in named
        for update in one.means.updates
        if update.slot in NUMBERS and update.values
    ]
    # `2 of us do that` picks no text.
    light = _light(lexicon) if values else (*_picking(lexicon), lexicon.agrees)
    if len(said.figures) != 1 or not is_only(said.masked, light, ignored=NUMBER):
        return None
    value = said.figures[0].value
    if values:
        return named[values.index(value)] if values.count(value) == 1 and len(values) == len(named) else None
    return named[int(value) - 1] if value % 1 == 0 and 1 <= value <= len(named) else None


def _by_unit(said: Part, named: Sequence[QuickReply], lexicon: Lexicon) -> QuickReply | None:
    """`the hours` of `15 people or 15 hours`"""
    slots = [update.slot for one in named for update in one.means.updates]
    light = (*_light(lexicon), lexicon.answers.articles)
    meant = [
        one
        for one, slot in zip(named, slots, strict=False)
        if slots.count(slot) == 1
        and lexicon.parts[slot].search(said.masked)
        and is_only(said.masked, (lexicon.parts[slot], *light))
    ]
    return meant[0] if len(slots) == len(named) and {*slots} <= {*NUMBERS} and len(meant) == 1 else None


def _light(lexicon: Lexicon) -> Sequence[Phrases]:
    return (*_picking(lexicon), lexicon.numbers.fillers)


def _picking(lexicon: Lexicon) -> Sequence[Phrases]:
    return (*lexicon.polite, lexicon.answers.light, lexicon.choose)
