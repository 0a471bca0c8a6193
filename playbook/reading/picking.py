"""Which of the replies that were offered a message picks: by its label, its place, or an unambiguous part."""

from collections.abc import Sequence
from typing import Final

from playbook import Playbook
from playbook.lexicon import NUMBER, Lexicon, Phrases, plain
from playbook.reading.answers import is_plain, the_one_meant
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
    named = [offered for offered in conversation.quick_replies if offered.is_named]
    said, lexicon = parsed(text, playbook.lexicon, code), playbook.lexicon
    if not named or len(said.raw.split()) > _MOST_WORDS:
        return None
    if is_plain(said, lexicon.refuses, lexicon):
        return _none_of(named)
    is_yes = lexicon.agrees.search(said.masked) and is_only(said.masked, _light(lexicon))
    if len(named) == 1 and is_yes:
        return named[0].means
    chosen = _by_number(said, named, lexicon) or _by_words(said, named, lexicon)
    return chosen.means if chosen else None


def _none_of(named: Sequence[QuickReply]) -> Understanding | None:
    """A no to what was asked back: a number is asked for anew, anything else stays as it is."""
    slots = {update.slot for one in named for update in one.means.updates}
    if len(slots) == 1 and slots <= set(NUMBERS):
        return Understanding(intents=(Intent.CORRECT,), change_slot=slots.pop())
    return Understanding(intents=(Intent.SKIP,)) if slots else None


def _by_number(said: Part, named: Sequence[QuickReply], lexicon: Lexicon) -> QuickReply | None:
    for place, phrases in enumerate(lexicon.edits.one_of):
        if phrases.search(said.plain) and is_only(said.plain, (phrases, *_light(lexicon))):
            is_last = place == len(lexicon.edits.one_of) - 1
            return named[-1] if is_last else named[place] if place < len(named) else None
    if len(said.figures) != 1 or not is_only(said.masked, _light(lexicon), ignored=NUMBER):
        return None
    value = said.figures[0].value
    values = [
        float(u.values[0]) for one in named for u in one.means.updates if u.slot in NUMBERS and u.values
    ]
    if values:
        return named[values.index(value)] if values.count(value) == 1 and len(values) == len(named) else None
    return named[int(value) - 1] if value % 1 == 0 and 1 <= value <= len(named) else None


def _by_words(said: Part, named: Sequence[QuickReply], lexicon: Lexicon) -> QuickReply | None:
    if said.figures or lexicon.negations.search(said.masked):
        return None
    labels = {offered.label: offered for offered in named}
    meant = the_one_meant(said.raw, [*labels])
    return labels[meant] if meant else None


def _light(lexicon: Lexicon) -> Sequence[Phrases]:
    return (*lexicon.polite, lexicon.answers.light, lexicon.numbers.fillers, lexicon.choose)
