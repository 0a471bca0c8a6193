"""Which of the replies that were offered a message picks: by its label, or a number among numbers."""

from collections.abc import Sequence
from typing import Final

from playbook import Playbook
from playbook.lexicon import NUMBER, Lexicon, Phrases, plain
from playbook.reading.answers import is_plain
from playbook.reading.meaning import Intent, Understanding
from playbook.reading.numbers import NUMBERS
from playbook.reading.talk import QuickReply, Talk
from playbook.reading.text import Part, is_only, parsed

_EDGES: Final = " .!\u2026"
_MOST_WORDS: Final = 6


def picked(text: str, conversation: Talk, playbook: Playbook, code: str) -> Understanding | None:
    """The meaning of the reply that is picked, None where none is or it is not clear which."""
    label = plain(text).strip(_EDGES)
    for offered in conversation.quick_replies:
        if plain(offered.label).strip(_EDGES) == label:
            return offered.means
    named = [one for one in conversation.quick_replies if one.is_named and not one.means.change_slot]
    said, lexicon = parsed(text, playbook.lexicon, code), playbook.lexicon
    if not named or len(said.raw.split()) > _MOST_WORDS:
        return None
    if is_plain(said, lexicon.refuses, lexicon):
        return _none_of(named)
    if len(named) == 1 and lexicon.agrees.search(said.masked) and is_only(said.masked, _light(lexicon)):
        return named[0].means
    chosen = _by_number(said, named, lexicon)
    return chosen.means if chosen else None


def _none_of(named: Sequence[QuickReply]) -> Understanding | None:
    """A no to the numbers that were asked back: it is asked for anew."""
    slots = {update.slot for one in named for update in one.means.updates}
    if len(slots) == 1 and slots <= set(NUMBERS):
        return Understanding(intents=(Intent.CORRECT,), change_slot=slots.pop())
    return None


def _by_number(said: Part, named: Sequence[QuickReply], lexicon: Lexicon) -> QuickReply | None:
    if len(said.figures) != 1 or not is_only(said.masked, _light(lexicon), ignored=NUMBER):
        return None
    value = said.figures[0].value
    values = [
        float(update.values[0])
        for one in named
        for update in one.means.updates
        if update.slot in NUMBERS and update.values
    ]
    if values:
        return named[values.index(value)] if values.count(value) == 1 and len(values) == len(named) else None
    return named[int(value) - 1] if value % 1 == 0 and 1 <= value <= len(named) else None


def _light(lexicon: Lexicon) -> Sequence[Phrases]:
    return (*lexicon.polite, lexicon.answers.light, lexicon.numbers.fillers, lexicon.choose)
