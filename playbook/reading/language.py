"""Recognises the language of a message by its script and its everyday words, where they are clear."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from playbook.lexicon import IntentName, Lexicon, plain
from playbook.reading.text import is_only
from playbook.remembering import once_for_each
from playbook.whole import Playbook

# Two words of its own make a language clear, or one and some that it shares with others.
_ENOUGH: Final = 1.5
# Who was understood in one language is not switched by two words that happen to be of another.
_ENOUGH_TO_SWITCH: Final = 2.0
# Before anything told a language, one word of its own does.
_ENOUGH_AT_FIRST: Final = 1.0
_TIMES_THE_NEXT: Final = 2.0
_TIMES_AT_FIRST: Final = 1.5
# A few known words in a long text of others are names or quotations.
_SHARE: Final = 0.34
_SHARE_OF_ONE_WORD: Final = 0.5
_GREETING: Final = 3
_REFUSALS: Final[tuple[IntentName, ...]] = ("skip", "decline", "stop", "take_leave")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|[\u00bf\u00a1]")
_OPAQUE: Final = re.compile(r"\S*@\S*|https?://\S*|www\.\S*")
# The commonest language of a script, or of signs that only one language has; the first that occurs counts.
_SCRIPTS: Final = (
    ("ja", r"[\u3040-\u30ff]"), ("ko", r"[\uac00-\ud7af]"), ("zh", r"[\u4e00-\u9fff]"),
    ("th", r"[\u0e00-\u0e7f]"), ("el", r"[\u0370-\u03ff]"), ("he", r"[\u0590-\u05ff]"),
    ("hi", r"[\u0900-\u097f]"), ("uk", r"[\u0456\u0457\u0454\u0491]"),
    ("fa", r"[\u067e\u0686\u0698\u06af\u06cc]"), ("ar", r"[\u0600-\u06ff]"), ("ru", r"[\u0400-\u04ff]"),
)  # fmt: skip


def recognise(message: str, playbook: Playbook, spoken: str, *, is_first: bool) -> str | None:
    """The language of a message when it is clearly another one than `spoken`.

    Args:
        is_first: nothing said before told a language, so that a greeting or one word does.
    """
    text = _OPAQUE.sub(" ", message)
    if script := _script_of(text):
        return script if script != spoken else None
    words, known = [plain(word) for word in _WORD.findall(text)], _words_of(playbook)
    scores = {code: _score(set(words), own, known) for code, own in known.items()}
    code, best = max(scores.items(), key=lambda scored: scored[1])
    others = max((score for other, score in scores.items() if other != code), default=0.0)
    share = sum(word in known[code] for word in words) / max(len(words), 1)
    is_default = spoken == playbook.language.code
    is_spoken = code == playbook.language.code or code in playbook.languages
    enough = _ENOUGH_AT_FIRST if is_first and is_spoken else _ENOUGH if is_default else _ENOUGH_TO_SWITCH
    # `Yo, got a barbershop` is not Spanish.
    is_long = best < _ENOUGH and len(words) > _GREETING and share < _SHARE_OF_ONE_WORD
    is_clear = (
        not is_long
        and best >= enough
        and share >= _SHARE
        and best >= (_TIMES_AT_FIRST if is_first else _TIMES_THE_NEXT) * others
    )
    is_greeting = is_first and len(words) <= _GREETING and share == 1 and best > others
    if is_clear or is_greeting:
        return code if code != spoken else None
    return _by_what_is_wanted(text, playbook, spoken) if len(words) > 1 else None


def _by_what_is_wanted(text: str, playbook: Playbook, spoken: str) -> str | None:
    """The one language in which a text is nothing but a refusal to answer or to go on."""
    masked = plain(text)
    wants = [
        code
        for code in (playbook.language.code, *playbook.languages)
        if _only_refuses(masked, playbook.spoken_in(code).lexicon)
    ]
    return wants[0] if len(wants) == 1 and wants[0] != spoken else None


def _only_refuses(text: str, lexicon: Lexicon) -> bool:
    refusals = [lexicon.intents[name] for name in _REFUSALS]
    return any(one.search(text) for one in refusals) and is_only(text, (*refusals, *lexicon.polite))


def _script_of(text: str) -> str | None:
    if text.isascii():
        return None
    letters = Counter(
        next((code for code, signs in _SCRIPTS if re.match(signs, sign)), "latin")
        for sign in text
        if sign.isalpha()
    )
    foreign = {code for code in letters if code != "latin"}
    if sum(letters[code] for code in foreign) <= letters["latin"]:
        return None
    return next(code for code, _ in _SCRIPTS if code in foreign)


def _listed(playbook: Playbook) -> Iterable[tuple[str, tuple[str, ...]]]:
    yield playbook.language.code, playbook.language.recognised_by
    for code, pack in playbook.languages.items():
        yield code, pack.language.recognised_by
    yield from playbook.also_recognised.items()


@once_for_each
def _words_of(playbook: Playbook) -> Mapping[str, frozenset[str]]:
    return {code: frozenset(map(plain, words)) for code, words in _listed(playbook)}


def _score(said: set[str], own: frozenset[str], known: Mapping[str, frozenset[str]]) -> float:
    """How much speaks for a language: a word that several know weighs less."""
    return sum(1 / sum(word in words for words in known.values()) for word in said & own)


def tells_language(message: str, playbook: Playbook) -> bool:
    """Whether a message has a word of a language the playbook speaks or tells apart."""
    words = {plain(word) for word in _WORD.findall(_OPAQUE.sub(" ", message))}
    return any(words & own for own in _words_of(playbook).values())
