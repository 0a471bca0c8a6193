"""The quick yes: what claims nothing of us as its words tell, so that no judge has to be asked."""

import re
from collections.abc import Sequence

from playbook.claims import letters
from playbook.claims.spoken import languages_of
from playbook.claims.terms import Term
from playbook.claims.vocabulary import vocabulary
from playbook.guard.allowed import AllowedClaims
from playbook.guard.hard import plain_of
from playbook.guard.read_sentences import OURS

_ABOUT_US = OURS | {"trade", "business", "money", "portion", "self"}
_EVERYDAY = frozenset({"everyday", "yes", "you", "not"})
_QUESTION = ("?", "\uff1f", "\u061f")
_LONGEST_YES = 3
_LONGEST_PLAIN = 4
_LONGEST_TAGGED = 8
# Behind a comma or a dash: what only asks for a yes to the words before it.
_TAG = re.compile(
    r"\s*[,\u2013\u2014-]\s*\u00bf?(?:right|correct|yes|no|ok(?:ay)?|is that right"
    r"|(?:isn't|aren't|don't|doesn't) (?:it|they|you|that)|oder|ja|ne|nicht(?: wahr)?|richtig"
    r"|stimmt(?:'s| das)?|gell|verdad|cierto|correcto|vale|hein|non|oui|n'est-ce pas|c'est (?:bien )?ca"
    r"|certo|nao(?: e)?|sim|toch|he|vero|giusto)\s*\?$"
)


def is_question(sentence: str) -> bool:
    """Whether a sentence asks."""
    return sentence.rstrip(" \"'\u201d\u2019)*_").endswith(_QUESTION)


def is_short(sentence: str) -> bool:
    """Whether it may be half of a claim: "Your first month? Free."."""
    return len(sentence.split()) <= _LONGEST_PLAIN


def is_echo(question: str, allowed: AllowedClaims) -> bool:
    """Whether it asks for nothing new: "Twelve, right?", or what they said with a question mark."""
    plain = plain_of(question)
    if _TAG.search(plain):
        return len(plain.split()) <= _LONGEST_TAGGED
    if not vocabulary(allowed.language):
        return False
    terms = [one for one in allowed.company.read(plain, allowed.language) if "stop" not in one.topics]
    # A question that asks begins with an everyday word.
    begins_with_theirs = bool(terms) and not _is_everyday(terms[0])
    return is_short(plain) and begins_with_theirs and all(_is_told(term, allowed) for term in terms)


def _is_told(term: Term, allowed: AllowedClaims) -> bool:
    return (
        term.value in allowed.visitor.told if term.value is not None else term.stem in allowed.visitor.stems
    )


def is_line(sentence: str, before: str, allowed: AllowedClaims) -> bool:
    """Whether it is the playbook's, word for word; one that leans on another only behind that one."""
    bare = letters(sentence)
    if bare in allowed.lines:
        is_bare_yes = len(sentence.split()) <= _LONGEST_YES
        return not (is_bare_yes and allowed.visitor.asks_for_terms)
    return letters(before) + bare in allowed.lines


def is_thanks(sentence: str, allowed: AllowedClaims) -> bool:
    """Whether it thanks the visitor, by name or not, and says nothing else.

    To one who asks for something it could sound like a yes.
    """
    plain = plain_of(sentence)
    rest = allowed.thanks.blanked_in(plain)
    others = {letters(word) for word in rest.split()} - {""}
    return rest != plain and others <= allowed.name and not allowed.visitor.asks_for_terms


def is_harmless(sentence: str, allowed: AllowedClaims) -> bool:
    """Whether it is a question that presumes nothing of us, in every language it may be in.

    Half of its words are everybody's or the visitor's own, and none may be about us. A statement is never
    harmless, not even in the visitor's words alone: "Before the rush it is" grants what they asked for.
    """
    plain = plain_of(sentence)
    if not is_question(sentence) or not vocabulary(allowed.language):
        return False
    codes = languages_of(plain, allowed.language)
    return bool(codes) and all(
        _presumes_nothing(allowed.company.read(plain, code), allowed) for code in codes
    )


def _presumes_nothing(terms: Sequence[Term], allowed: AllowedClaims) -> bool:
    if _ABOUT_US & frozenset[str]().union(*(term.topics for term in terms)):
        return False
    if not all(
        _is_article(term) or term.value in allowed.visitor.told for term in terms if term.value is not None
    ):
        return False
    words = [term for term in terms if term.value is None and "stop" not in term.topics]
    unknown = sum(not (term.stem in allowed.visitor.stems or _is_everyday(term)) for term in words)
    return unknown <= len(words) / 2


def _is_article(term: Term) -> bool:
    return "spelled" in term.topics and term.value == 1


def _is_everyday(term: Term) -> bool:
    return bool(term.topics) and term.topics <= _EVERYDAY
