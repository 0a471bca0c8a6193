"""Which language a message is in, by its everyday words; unclear stays unclear."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from playbook import Playbook, folded, once_for_each
from services.dialogue.domain.reading.text import searchable

# Two words of its own make a language clear, or one and some that it shares.
_ENOUGH = 1.5
# Before anything told a language, one word of its own does.
_ENOUGH_AT_FIRST = 1.0
_TIMES_THE_NEXT = 2.0
# A few known words in a long text of others are names or quotations.
_SHARE = 0.34
# A language that only a model could tell is left for a sentence that is plainly in another one.
_ENOUGH_TO_TAKE_BACK, _SHARE_TO_TAKE_BACK = 3.0, 0.5
# The marks that open a Spanish question tell as much as a word.
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|[\u00bf\u00a1]")
_GREETING = 3


@dataclass(frozen=True, slots=True)
class Recognised:
    """A language and the visitor's words it was recognised by."""

    code: str
    words: str


def recognise(message: str, playbook: Playbook, spoken: str, *, is_open: bool) -> Recognised | None:
    """The language of a message when it is clearly another one than `spoken`.

    Args:
        is_open: nothing said before told a language, so that a greeting or one word tells it.
    """
    words = _words_in(message)
    known = _words_of(playbook)
    scores = {code: _score(set(words), own, known) for code, own in known.items()}
    code, best = max(scores.items(), key=lambda scored: scored[1])
    others = max((score for other, score in scores.items() if other != code), default=0.0)
    share = sum(word in known[code] for word in words) / max(len(words), 1)
    enough, least = (_ENOUGH, _SHARE) if spoken in known else (_ENOUGH_TO_TAKE_BACK, _SHARE_TO_TAKE_BACK)
    enough = _ENOUGH_AT_FIRST if is_open else enough
    is_clear = best >= enough and share >= least and best >= _TIMES_THE_NEXT * others
    is_greeting = is_open and len(words) <= _GREETING and share == 1 and best > others
    if code == spoken or not (is_clear or is_greeting):
        return None
    return Recognised(code, message.strip())


def tells(message: str, playbook: Playbook, language: str) -> bool:
    """Whether a message has words of this language and none that speak more for another one."""
    said, known = set(_words_in(message)), _words_of(playbook)
    scores = {code: _score(said, own, known) for code, own in known.items()}
    return scores.get(language, 0.0) > max((s for code, s in scores.items() if code != language), default=0.0)


def _words_in(message: str) -> list[str]:
    return [folded(word).casefold() for word in _WORD.findall(searchable(message))]


def _listed(playbook: Playbook) -> Iterable[tuple[str, tuple[str, ...]]]:
    yield playbook.language.code, playbook.language.recognised_by
    for code, pack in playbook.languages.items():
        numbers = pack.listening.numbers if pack.listening else None
        counted = (*numbers.ones, *numbers.tens, *numbers.hundreds) if numbers else ()
        yield code, (*pack.language.recognised_by, *counted)
    yield from playbook.also_recognised.items()


@once_for_each
def _words_of(playbook: Playbook) -> Mapping[str, frozenset[str]]:
    listed = _listed(playbook)
    return {code: frozenset(folded(word).casefold() for word in words) for code, words in listed}


def _score(said: set[str], own: frozenset[str], known: Mapping[str, frozenset[str]]) -> float:
    """How much speaks for a language: a word that several know weighs less."""
    return sum(1 / sum(word in words for words in known.values()) for word in said & own)
