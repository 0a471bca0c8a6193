"""Whether a sentence may be shown: harmless, the visitor's own, a refusal, or carried by one fact."""

import re
from collections.abc import Sequence

from playbook.claims import folded, letters, links, phones, visible
from playbook.claims.normal import closed_up
from playbook.claims.spoken import languages_of
from playbook.claims.vocabulary import vocabulary
from services.dialogue.domain.guard.allowed import AllowedClaims
from services.dialogue.domain.guard.carried import carried_by, refuses, said_by_a_fact
from services.dialogue.domain.guard.figures import Figure, amounts_among, are_owned
from services.dialogue.domain.guard.leaks import leaks
from services.dialogue.domain.guard.topics import CLAIMED, HARD, OURS, TRADE, Clause, clauses_of
from services.dialogue.domain.guard.violation import Reason, Violation

_QUESTION = ("?", "\uff1f", "\u061f")
_WORD = re.compile(r"\w+")
# A host whose dot is a comma or a full stop of another script.
_ODD_DOT = re.compile(r"[A-Za-z0-9-]{2,}[\uff0c\uff0e\uff61\u3002\u3001\u00b7\u2027\u2024][A-Za-z]{2,}")
_ADDRESS = re.compile(
    r"\b\d{1,5}\s+[A-Z]\w+\s+(?:St|Street|Ave|Avenue|Road|Rd|Lane|Str|Blvd)\b|\w+(?:stra\u00dfe|straat|gatan)\s+\d"
)
# What a borrowed word may not be about.
_TELLING = HARD | {"secret", "dollar", "number", "tier_name", "company_name"}
# Letters set apart, so many that no abbreviation has them.
_SET_APART = re.compile(r"(?:[a-z]\s){5,}[a-z](?!\w)")
_LONGEST_YES = 3
_MOST_WORDS_UNREAD = 2
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=\u3002)")
_SENTENCES_BACK = 3


def check_sentence(sentence: str, allowed: AllowedClaims, before: str = "") -> Violation | None:
    """Why a sentence may not be shown, None when it may. `before` is what this reply said before it."""
    reason = _reason(sentence, allowed, before)
    return None if reason is None else Violation(reason, sentence)


def is_question(sentence: str) -> bool:
    """Whether a sentence asks."""
    return sentence.rstrip(" \"'\u201d\u2019)*_").endswith(_QUESTION)


def named_in(text: str, allowed: AllowedClaims) -> frozenset[str]:
    """The topics of trade and the figures of a text, in whatever language it may be."""
    plain = folded(text)
    clauses = [Clause(allowed.read(plain, code)) for code in languages_of(plain, allowed.language)]
    figures = (f"{figure.value} {figure.unit}" for clause in clauses for figure in clause.figures)
    return frozenset(topic for clause in clauses for topic in clause.trade).union(figures)


def _reason(sentence: str, allowed: AllowedClaims, before: str) -> Reason | None:
    if _leads_elsewhere(sentence, allowed):
        return Reason.LINK
    bare = letters(sentence)
    if not bare:
        return None
    if leaks(sentence, letters(before), allowed.instructions):
        return Reason.INSTRUCTIONS
    # A line as short as "Of course." may answer what the visitor put into words.
    is_line = bare in allowed.lines and len(sentence.split()) > _LONGEST_YES
    return None if is_line else _of_its_words(sentence, allowed, before)


def _of_its_words(sentence: str, allowed: AllowedClaims, before: str) -> Reason | None:
    plain = closed_up(folded(_without_links(sentence)))
    if _SET_APART.search(plain) or _SET_APART.search(folded(sentence)):
        return Reason.UNKNOWN_FACT
    found = languages_of(plain, allowed.language)
    if not found:
        return _unread(plain, sentence, allowed)
    if allowed.language in found:
        found = (allowed.language,) if len(plain) > 60 else found
    reasons = [_judged(plain, code, allowed, before, is_asked=is_question(sentence)) for code in found]
    return next((reason for reason in reasons if reason is not None), None)


def _leads_elsewhere(sentence: str, allowed: AllowedClaims) -> bool:
    if _ODD_DOT.search(sentence) or _ADDRESS.search(sentence) or phones(visible(sentence)):
        return True
    return any(not allowed.may_link(link) for link in links(visible(sentence)))


def _without_links(sentence: str) -> str:
    text = visible(sentence)
    for link in links(text):
        text = text.replace(link, " ")
    return text


def _unread(plain: str, sentence: str, allowed: AllowedClaims) -> Reason | None:
    """In a language without words only what claims nothing: a question or two words, no figure, no name."""
    has_figure = any(sign.isnumeric() for sign in plain) or re.search(r"[$\u20ac\u00a3\u00a5%]", plain)
    names_us = any(name in plain for name, _, _ in allowed.names)
    is_short = len(_WORD.findall(plain)) <= _MOST_WORDS_UNREAD and len(plain) <= 24
    if has_figure or names_us or not (is_question(sentence) or is_short):
        return Reason.LANGUAGE
    other = ("en", *(() if vocabulary(allowed.language) is None else (allowed.language,)))
    borrowed = (Clause(allowed.read(plain, code)).topics for code in other)
    return Reason.LANGUAGE if any(topics & _TELLING for topics in borrowed) else None


def _judged(plain: str, code: str, allowed: AllowedClaims, before: str, *, is_asked: bool) -> Reason | None:
    words = vocabulary(code)
    assert words is not None, "the language was recognised by its words"
    terms = allowed.read(plain, code)
    clauses = clauses_of(terms, has_concord=words.has_concord)
    context = _context(before, code, allowed)
    if _agrees_blindly(clauses, allowed):
        return Reason.AGREED
    for clause in clauses:
        if "secret" in clause.topics and not _speaks_of_a_secret(clause, allowed):
            return Reason.ASKS_FOR_A_SECRET
        if (reason := _of_a_clause(clause, allowed, context, is_asked=is_asked)) is not None:
            return reason
        context = clause if clause.topics & {"tier_name", "demo"} else context
    return None


def _speaks_of_a_secret(clause: Clause, allowed: AllowedClaims) -> bool:
    """Whether a secret is only spoken of: not asked for, or a word of the visitor's own task."""
    told = [term for term in clause.terms if "secret" in term.topics]
    is_theirs = all(term.stem in allowed.visitor.stems for term in told)
    return clause.is_denied or (is_theirs and not clause.topics & {"self", "us"})


def _context(before: str, code: str, allowed: AllowedClaims) -> Clause | None:
    """What "it" may stand for: the last sentence that named a tier, the demo or an agent."""
    sentences = _SENTENCE_END.split(before)[-_SENTENCES_BACK:]
    for sentence in reversed([sentence for sentence in sentences if sentence]):
        clause = Clause(allowed.read(sentence, code))
        if clause.topics & {"tier_name", "demo", "agent"}:
            return clause
    return None


def _of_a_clause(
    clause: Clause, allowed: AllowedClaims, context: Clause | None, *, is_asked: bool
) -> Reason | None:
    if not _claims(clause, is_asked=is_asked):
        reason = _of_the_visitor(clause, allowed)
        return reason if reason and not said_by_a_fact(clause, allowed, context) else None
    if "self" in clause.topics and ("human", False) in clause.signed and "demo" not in clause.topics:
        return Reason.UNKNOWN_FACT
    if _is_allowed(clause, allowed, context):
        return None
    is_one_claim = ("price", True) in clause.signed or clause.topics & _ONE_CLAIM
    if is_one_claim or len(clause.parts) < 2:
        return _why_not(clause, allowed)
    return _of_its_parts(clause, allowed, context, is_asked=is_asked)


def _is_allowed(clause: Clause, allowed: AllowedClaims, context: Clause | None) -> bool:
    return (
        refuses(clause, allowed) or _is_the_visitors(clause, allowed) or carried_by(clause, allowed, context)
    )


def _of_its_parts(
    clause: Clause, allowed: AllowedClaims, context: Clause | None, *, is_asked: bool
) -> Reason | None:
    """Why a part between commas may not be said, each part carried on its own."""
    for part in clause.parts:
        # What a part leaves out stands in the one before: "we are in Berlin, Paris and Rome".
        is_ours = bool(clause.topics & OURS) and not part.topics & {"you", "self"}
        is_claim = _claims(part, is_asked=is_asked) or (is_ours and _says_more(part, allowed))
        if is_claim and not _is_allowed(part, allowed, context):
            return _why_not(part, allowed)
        reason = None if is_claim else _of_the_visitor(part, allowed)
        if reason is not None and not carried_by(part, allowed, context):
            return reason
        context = part if part.topics & {"tier_name", "demo"} else context
    return None


# Such a claim is made by the whole sentence, and not by a part of it.
_ONE_CLAIM = frozenset({"refund", "guarantee", "trial", "discount"})


def _says_more(part: Clause, allowed: AllowedClaims) -> bool:
    return bool(part.content - allowed.visitor.stems)


def _claims(clause: Clause, *, is_asked: bool) -> bool:
    """Whether a clause says something about us that must be carried."""
    topics = clause.topics
    # Who says to be a machine and no person claims nothing; "whether", "where" and the like ask.
    is_of_the_bot = ("machine", True) not in clause.signed and "demo" not in topics
    admitted = {"machine"} if is_of_the_bot else set()
    if "self" in topics and ("human", False) not in clause.signed:
        admitted.add("human")
    claimed = (topics & CLAIMED) - admitted
    hard = (topics & HARD) - admitted
    is_asked = is_asked or "ask" in clause.terms[0].topics
    if hard:
        return not (is_asked and hard == {"price"} and not clause.figures)
    if "self" in topics and topics & {"weekday", "phone"} and not is_asked:
        return True
    if topics & {"give"} and topics & {"month", "year"} and topics & {"self", "us", "you"}:
        return True
    if topics & OURS:
        return not is_asked or bool(claimed) or bool(clause.figures)
    return not is_asked and bool(claimed)


def _of_the_visitor(clause: Clause, allowed: AllowedClaims) -> Reason | None:
    figures = [figure for figure in clause.figures if not figure.is_small]
    money = amounts_among(figures, allowed.visitor.figures)
    if money and not _is_their_money(money, clause, allowed):
        return Reason.FOREIGN_FIGURE
    others = [figure for figure in figures if figure not in money]
    return None if are_owned(others, allowed.visitor.figures) else Reason.FOREIGN_FIGURE


def _is_their_money(money: Sequence[Figure], clause: Clause, allowed: AllowedClaims) -> bool:
    """Whether amounts are the visitor's and said of their own words, or our prices set beside hours.

    "It's $99 a month" is a price of ours, whoever named the amount.
    """
    if all(figure.value in allowed.prices for figure in money):
        return "hour" in clause.topics and not clause.topics & {"year", "week", "day"}
    words = {stem for stem, _ in clause.signed_words}
    is_theirs = "say" in clause.topics or bool(clause.topics & {"you"} and words & allowed.visitor.stems)
    return is_theirs and are_owned(money, allowed.visitor.figures)


def _is_the_visitors(clause: Clause, allowed: AllowedClaims) -> bool:
    """Whether its words of trade are those the visitor used of the own business, and nothing is granted."""
    topics = clause.topics
    figures = clause.figures
    if _repeats(clause, allowed):
        return True
    if (
        topics & (OURS | {"free"})
        or ("price", True) in clause.signed
        or not are_owned(figures, allowed.visitor.figures)
    ):
        return False
    trade = [term for term in clause.terms if term.topics & TRADE]
    if not trade:
        return False
    if not all(term.stem in allowed.visitor.owned for term in trade if term.topics & _THEIRS_IF_SAID):
        return False
    if topics & HARD and topics & {"receive", "give", "grant", "yes"}:
        return False
    return not (topics & HARD and figures) or "say" in topics


_THEIRS_IF_SAID = HARD | CLAIMED | {"weekday", "phone"}


def _repeats(clause: Clause, allowed: AllowedClaims) -> bool:
    """Whether it is "you said" and the visitor's own words behind it."""
    said = clause.first({"say"})
    is_theirs = said is not None and any(
        "you" in term.topics for term in clause.terms[max(said - 2, 0) : said]
    )
    if (
        not is_theirs
        or clause.topics & (OURS | {"self"})
        or not are_owned(clause.figures, allowed.visitor.figures)
    ):
        return False
    return all(term.stem in allowed.visitor.stems for term in clause.terms if term.topics & TRADE)


_IN_A_YES = frozenset({"yes", "neutral", "function", "self", "you", "stop"})


def _agrees_blindly(clauses: Sequence[Clause], allowed: AllowedClaims) -> bool:
    """Whether it is a bare yes to terms that the visitor put into words."""
    words = [term for clause in clauses for term in clause.terms]
    is_bare = all(term.topics & _IN_A_YES for term in words)
    if not (is_bare and any(term.topics & {"yes", "neutral"} for term in words)):
        return False
    asked = [clause for clause in allowed.visitor.asks_for_terms if _asks_for_terms(clause)]
    return any(not carried_by(clause, allowed, None) for clause in asked)


def _asks_for_terms(clause: Clause) -> bool:
    amounts = [figure for figure in clause.figures if figure.unit == "money" or "tier_name" in clause.topics]
    return bool(clause.topics & (HARD | CLAIMED) - {"human"} or amounts)


def _why_not(clause: Clause, allowed: AllowedClaims) -> Reason:
    figures = clause.figures
    own = allowed.visitor.figures.union(*(unit.figures for unit in allowed.units))
    return Reason.UNKNOWN_FACT if are_owned(figures, own) else Reason.FOREIGN_FIGURE
