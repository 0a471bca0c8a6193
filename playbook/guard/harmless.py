"""The quick yes: what claims nothing of us as its words tell, so that no judge has to be asked."""

import re
from collections.abc import Sequence, Set

from playbook.claims import letters
from playbook.claims.spoken import languages_of
from playbook.claims.terms import Term
from playbook.claims.vocabulary import vocabulary
from playbook.guard.allowed import AllowedClaims
from playbook.guard.echoes import OURS
from playbook.guard.figures import LARGEST_SPELLED
from playbook.guard.hard import plain_of

_ABOUT_US = OURS | {"trade", "money", "portion", "self"}
# What a visitor deals with; about us only where they have not said it.
_THEIR_WORK = frozenset({"business", "work"})
_EVERYDAY = frozenset({"everyday", "yes", "reaction"})
# Words that carry nothing of what was told.
_LIGHT = _EVERYDAY | {"you", "not", "self"}
_PART_END = re.compile(r"[,:;\u2013\uff0c\u3001]")
_QUESTION = ("?", "\uff1f", "\u061f")
_LONGEST_YES = 3
_SHORTEST_STEM = 4
_LONGEST_PLAIN = 4


def is_question(sentence: str) -> bool:
    """Whether a sentence asks."""
    return sentence.rstrip(" \"'\u201d\u2019)*_").endswith(_QUESTION)


def is_short(sentence: str) -> bool:
    """Whether it may be half of a claim: "Your first month? Free."."""
    return len(sentence.split()) <= _LONGEST_PLAIN


def is_line(sentence: str, before: str, allowed: AllowedClaims) -> bool:
    """Whether it is the playbook's, word for word; one that leans on another only behind that one."""
    bare = letters(sentence)
    if bare in allowed.lines:
        is_bare_yes = len(sentence.split()) <= _LONGEST_YES
        return not (is_bare_yes and allowed.visitor.echoes.asks_for_terms)
    return letters(before) + bare in allowed.lines


def is_harmless(sentence: str, allowed: AllowedClaims) -> bool:
    """Whether it asks of, or reacts to, what the visitor told, in every language it may be in."""
    plain = plain_of(sentence)
    if not vocabulary(allowed.language):
        return False
    codes = languages_of(plain, allowed.language) or (allowed.language,)
    if _repeats(sentence, allowed):
        return False
    claims_nothing = _asks_only if is_question(sentence) else _only_reacts
    return all(claims_nothing(allowed.company.read(plain, code), allowed) for code in codes)


def _repeats(sentence: str, allowed: AllowedClaims) -> bool:
    """Whether it is a sentence of the visitor, alone or behind an interjection: that confirms it."""
    *first, rest = _PART_END.split(sentence, maxsplit=1)
    parts = (sentence, rest) if len(rest) > len("".join(first)) else (sentence,)
    return any(letters(part) in allowed.visitor.bare for part in parts)


def _asks_only(terms: Sequence[Term], allowed: AllowedClaims) -> bool:
    """Whether a question presumes nothing of us: half of its words are everybody's or the visitor's."""
    if _topics(terms) & (_ABOUT_US | _THEIR_WORK):
        return False
    figures, words = [term for term in terms if term.value is not None], _words(terms)
    if not all(term.value in allowed.visitor.told or _is_article(term) for term in figures):
        return False
    unknown = sum(not (term.stem in allowed.visitor.stems or _is_light(term)) for term in words)
    return unknown <= len(words) / 2


def _only_reacts(terms: Sequence[Term], allowed: AllowedClaims) -> bool:
    """Whether a statement says back what the visitor told of themselves, or is a reaction to it.

    Of what they asked it says nothing, and it agrees to nothing. Words of their trade are said back with none
    beside them that is not theirs.
    """
    echoes, topics, words = allowed.visitor.echoes, _topics(terms), _words(terms)
    if topics & (_ABOUT_US | {"you"}) or (echoes.asks_for_terms and "yes" in topics):
        return False
    said = echoes.fresh if echoes.asks else echoes.told
    own = [term for term in words if not term.topics & _LIGHT and _is_among(term.stem, said)]
    rest = [term for term in words if term not in own and not _is_light(term)]
    figures = [term for term in terms if term.value is not None]
    if any(term.topics & _THEIR_WORK for term in rest) or not _may_count(figures, allowed):
        return False
    if own:
        is_strict = echoes.asks or "not" in topics
        return len(rest) <= (0 if is_strict else sum(not term.topics & _THEIR_WORK for term in own))
    if rest or echoes.asks or not _are_counted(figures, topics, allowed):
        return False
    is_plain = "not" not in topics and len(words) <= _LONGEST_PLAIN and not echoes.asks_for_terms
    return is_plain or bool(figures) or "reaction" in topics


def _are_counted(figures: Sequence[Term], topics: Set[str], allowed: AllowedClaims) -> bool:
    """Whether one of the figures is known to be people or hours, or they put each other right."""
    values = {term.value for term in figures}
    is_correction = "not" in topics and len(figures) > 1 and values.isdisjoint(allowed.company.prices)
    return not figures or is_correction or bool(values & allowed.visitor.echoes.counted)


def _may_count(figures: Sequence[Term], allowed: AllowedClaims) -> bool:
    """Whether the figures are theirs; beside one of theirs a small number in words needs no owner."""
    echoes = allowed.visitor.echoes
    owned = echoes.figures if echoes.asks else allowed.visitor.told
    told = [term for term in figures if term.value in owned or _is_article(term)]
    rest = [term for term in figures if term not in told]
    small = ("spelled" in term.topics and (term.value or 0) <= LARGEST_SPELLED for term in rest)
    return not rest or (bool(told) and all(small))


def _is_article(term: Term) -> bool:
    return "spelled" in term.topics and term.value == 1


def _is_among(stem: str, stems: Set[str]) -> bool:
    """Whether it is one of these stems, or a longer or shorter one of the same word."""
    if len(stem) < _SHORTEST_STEM:
        return stem in stems
    return any(one.startswith(stem) or (len(one) >= _SHORTEST_STEM and stem.startswith(one)) for one in stems)


def _is_light(term: Term) -> bool:
    return bool(term.topics) and term.topics <= _LIGHT


def _words(terms: Sequence[Term]) -> list[Term]:
    return [term for term in terms if term.value is None and "stop" not in term.topics]


def _topics(terms: Sequence[Term]) -> frozenset[str]:
    """What the words are about; a word of a reaction is about nothing else."""
    each = (frozenset({"reaction"}) if "reaction" in term.topics else term.topics for term in terms)
    return frozenset[str]().union(*each)
