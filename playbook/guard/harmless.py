"""The quick yes: what claims nothing of us as its words tell, so that no judge has to be asked."""

from collections.abc import Sequence

from playbook.claims import letters
from playbook.claims.spoken import languages_of
from playbook.claims.vocabulary import Term, vocabulary
from playbook.guard.allowed import AllowedClaims
from playbook.guard.hard import plain_of
from playbook.guard.visitor import OURS

_ABOUT_US = OURS | {"trade", "business", "money", "portion", "self"}
# What a reaction to the visitor may not hold: "you" is who gets something, and a "no" is an answer.
_OF_AN_ANSWER = frozenset({"you", "not"})
_EVERYDAY = frozenset({"everyday", "yes"})
_QUESTION = ("?", "\uff1f", "\u061f")
_LONGEST_YES = 3
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
        return not (is_bare_yes and allowed.visitor.asks_for_terms)
    return letters(before) + bare in allowed.lines


def is_harmless(sentence: str, allowed: AllowedClaims) -> bool:
    """Whether it asks of, or reacts to, what the visitor told, in every language it may be in."""
    plain = plain_of(sentence)
    codes = languages_of(plain, allowed.language) if vocabulary(allowed.language) else ()
    asks = is_question(sentence)
    return bool(codes) and all(
        _claims_nothing(allowed.company.read(plain, code), allowed, asks=asks) for code in codes
    )


def _claims_nothing(terms: Sequence[Term], allowed: AllowedClaims, *, asks: bool) -> bool:
    topics = frozenset().union(*(term.topics for term in terms))
    if topics & _ABOUT_US or not all(_is_told(term, allowed) for term in terms if term.value is not None):
        return False
    words = [term for term in terms if term.value is None and "stop" not in term.topics]
    own = sum(_is_theirs(term, allowed) for term in words)
    unknown = sum(not _is_theirs(term, allowed) and not _is_everyday(term) for term in words)
    if asks:
        return unknown <= len(words) / 2
    # Behind a question of the visitor a plain statement is an answer.
    if allowed.visitor.asks_for_terms or topics & {"you"}:
        return False
    if own:
        return unknown <= own
    counts = any(term.value is not None for term in terms)
    return not (unknown or counts or topics & _OF_AN_ANSWER) and len(words) <= _LONGEST_PLAIN


def _is_told(term: Term, allowed: AllowedClaims) -> bool:
    is_article = "spelled" in term.topics and term.value == 1
    return is_article or term.value in allowed.visitor.told


def _is_theirs(term: Term, allowed: AllowedClaims) -> bool:
    return term.stem in allowed.visitor.stems and not term.topics & _EVERYDAY


def _is_everyday(term: Term) -> bool:
    return bool(term.topics) and term.topics <= _EVERYDAY | _OF_AN_ANSWER
