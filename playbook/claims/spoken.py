"""In which language a sentence is, as its small words tell."""

import re
from functools import lru_cache

from playbook.claims.vocabulary import languages, vocabulary

_KANA = re.compile(r"[\u3040-\u30ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_UKRAINIAN = re.compile(r"[\u0456\u0457\u0454\u0491]")
_LETTERS = re.compile(r"[^\W\d_]+")
# So many of its words must be known for a sentence to be in a language.
_FEWEST_KNOWN = 0.3
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_SCRIPTS = frozenset({"ru", "uk", "zh", "ja", "ar"})


@lru_cache(maxsize=2048)
def languages_of(text: str, expected: str) -> tuple[str, ...]:
    """In which languages a folded sentence may be; none when it is in no language that has words.

    The small words of a language tell it. What a few words leave open is read in every language it may be in.
    """
    if _UNSPACED.search(text):
        return ("ja",) if _KANA.search(text) else ("zh",)
    if _ARABIC.search(text):
        return ("ar",)
    tokens = _LETTERS.findall(text)
    if _CYRILLIC.search(text):
        return ("uk",) if expected == "uk" or _UKRAINIAN.search(text) else ("ru",)
    if not tokens:
        return (expected,) if vocabulary(expected) else ("en",)
    known = {language: _score(tokens, language) for language in languages() if language not in _SCRIPTS}
    if max(known.values()) < max(
        _FEWEST_KNOWN * len(tokens), 0.5 if len(tokens) < 3 else 1.0 if len(tokens) < 4 else 1.5
    ):
        return ()
    scores = {language: score + 0.5 * (language == expected) for language, score in known.items()}
    best = max(scores.values())
    return tuple(language for language, score in scores.items() if score >= best - 0.25)


def _score(tokens: list[str], language: str) -> float:
    words = vocabulary(language)
    assert words is not None, "the language was found among the files"
    small = sum(1.0 for token in tokens if token in words.exact or token in words.values)
    return small + sum(
        0.5 for token in tokens if len(token) > 3 and token not in words.exact and words.topics_of(token)
    )
