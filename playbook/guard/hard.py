"""What no judge can lift: links, instructions, foreign figures, prices and dates."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from playbook.claims import closed_up, folded, letters, links, phones, visible
from playbook.claims.spoken import languages_of
from playbook.claims.terms import Term
from playbook.claims.vocabulary import vocabulary
from playbook.guard.allowed import AllowedClaims
from playbook.guard.company import DEFAULT_LANGUAGE
from playbook.guard.figures import CALENDAR, MONTHS_A_YEAR, Figure, figures_in, follows_from, is_one_of
from playbook.guard.leaks import leaks
from playbook.guard.read_sentences import OURS
from playbook.guard.violation import Reason

# A host whose dot is a comma or a full stop of another script.
_ODD_DOT = re.compile(r"[A-Za-z0-9-]{2,}[\uff0c\uff0e\uff61\u3002\u3001\u00b7\u2027\u2024][A-Za-z]{2,}")
_ADDRESS = re.compile(
    r"\b\d{1,5}\s+[A-Z]\w+\s+(?:St|Street|Ave|Avenue|Road|Rd|Lane|Str|Blvd)\b|\w+(?:stra\u00dfe|straat|gatan)\s+\d"
)
_CLOCK_OR_DATE = re.compile(
    r"\b\d{1,2}[:h]\d{2}\b|\b\d{1,2}\s?(?:am|pm|a\.m|p\.m|uhr|o'clock)\b"
    # Two months that are verbs as well.
    r"|\b(?:march|may) \d{1,2}\b|\b\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:march|may)\b"
    r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b"
)
_CLAUSE_END = re.compile(r"[,;:.!\u2013\u2014]")
_LONGEST_BARE_YES = 4
_FIRST_WORDS = 3
# Letters set apart, so many that no abbreviation has them.
_SET_APART = re.compile(r"(?:[a-z]\s){5,}[a-z](?!\w)")


def hard_reason(sentence: str, allowed: AllowedClaims, said: str, before: str) -> Reason | None:
    """Why a sentence may not be shown whatever it means.

    `said` is all that this reply said before it, `before` its last sentence.
    """
    if _leads_elsewhere(sentence, allowed):
        return Reason.LINK
    is_leak = leaks(sentence, letters(said), allowed.company.instructions)
    if is_leak or allowed.inner_names.search(sentence):
        return Reason.INSTRUCTIONS
    plain = plain_of(sentence)
    if _SET_APART.search(plain) or _SET_APART.search(folded(sentence)):
        return Reason.UNKNOWN_FACT
    if any(match.group() not in allowed.visitor.text for match in _CLOCK_OR_DATE.finditer(plain)):
        return Reason.DATE
    terms = allowed.company.read(plain, _language(plain, allowed))
    if _names_a_day(terms, allowed):
        return Reason.DATE
    return _of_figures(terms, allowed, folded(before))


def states_what_the_visitor_named(
    sentence: str, allowed: AllowedClaims, *, claims_nothing: bool = False
) -> bool:
    """Whether it states an amount or a share, and none of ours, or a day, that only the visitor named.

    No fact of ours can say it: what is said with it is about the visitor, or denies it to them. One that
    `claims_nothing` may wish them a good weekend.
    """
    plain = plain_of(sentence)
    terms = allowed.company.read(plain, _language(plain, allowed))
    figures = [*figures_in(terms)]
    # A share that they aim at is no rebate.
    amounts = allowed.company.amounts | _of_a_year(figures, allowed)
    ours = {"money": amounts, "portion": allowed.company.portions | allowed.visitor.aims}
    worked_out = {figure.value for figure in _worked_out(figures, allowed)}
    theirs = allowed.visitor.told | allowed.visitor.portions | worked_out
    for unit, owned in ours.items():
        counted = {figure.value for figure in figures if figure.unit == unit}
        if counted and counted <= theirs - owned:
            return True
    topics = frozenset[str]().union(*(term.topics for term in terms))
    is_wish = claims_nothing and not topics & (OURS | {"trade", "number"})
    return bool(_CLOCK_OR_DATE.search(plain)) or (not is_wish and _states_a_day(plain, allowed))


def _states_a_day(plain: str, allowed: AllowedClaims) -> bool:
    """Whether a clause names a day and denies nothing in front of it: "I cannot promise Tuesday" does."""
    for clause in _CLAUSE_END.split(plain):
        terms = allowed.company.read(clause, _language(plain, allowed))
        before = takewhile(lambda term: "weekday" not in term.topics, terms)
        names_a_day = any("weekday" in term.topics for term in terms)
        if names_a_day and not any("not" in term.topics for term in before):
            return True
    return False


def agrees_to_what_the_visitor_named(sentence: str, allowed: AllowedClaims) -> bool:
    """Whether it says yes to an amount or a share that only the visitor named, here or in what it answers.

    A judge reads that visitor's message, so this does not rest on the judge. What a price of ours beside it
    comes to in a year is ours: "Yes, US$1,250 a month is US$15,000 a year."
    """
    plain = plain_of(sentence)
    terms = allowed.company.read(plain, _language(plain, allowed))
    words = [term for term in terms if "stop" not in term.topics]
    if not any("yes" in term.topics for term in words[:_FIRST_WORDS]):
        return False
    figures = [*figures_in(terms)]
    only_theirs = allowed.visitor.told - allowed.company.amounts - _of_a_year(figures, allowed)
    is_bare = len(words) <= _LONGEST_BARE_YES and allowed.visitor.asks_for_own_price
    return is_bare or any(figure.value in only_theirs for figure in figures if figure.unit == "money")


def plain_of(sentence: str) -> str:
    """A sentence as it is read: folded, without its links."""
    text = visible(sentence)
    for link in links(text):
        text = text.replace(link, " ")
    return closed_up(folded(text))


def _language(plain: str, allowed: AllowedClaims) -> str:
    found = languages_of(plain, allowed.language)
    usual = allowed.language if vocabulary(allowed.language) else DEFAULT_LANGUAGE
    return usual if not found or usual in found else found[0]


def _leads_elsewhere(sentence: str, allowed: AllowedClaims) -> bool:
    others = phones(visible(sentence)) - {allowed.contact_phone}
    if _ODD_DOT.search(sentence) or _ADDRESS.search(sentence) or others:
        return True
    return any(not allowed.may_link(link) for link in links(visible(sentence)))


def _names_a_day(terms: Sequence[Term], allowed: AllowedClaims) -> bool:
    """Whether it names a weekday or a month, of ours, that the visitor has not named."""
    named = [term for term in terms if "weekday" in term.topics]
    is_ours = any(term.topics & OURS for term in terms)
    return is_ours and any(term.stem not in allowed.visitor.stems for term in named)


def _of_figures(terms: Sequence[Term], allowed: AllowedClaims, before: str) -> Reason | None:
    every = [*figures_in(terms)]
    figures, yearly = [figure for figure in every if not figure.is_small], _of_a_year(every, allowed)
    worked_out = {*_worked_out(figures, allowed)}
    others = (figure for figure in figures if figure not in worked_out and figure.value not in yearly)
    if any(not _is_owned(figure, allowed) for figure in others):
        return Reason.FOREIGN_FIGURE
    prices = allowed.company.tier_prices
    money = {figure.value for figure in figures} & (yearly | {*prices.values()})
    if not money:
        return None
    named = {term.text for term in terms if "tier_name" in term.topics} or _last_tier(before, allowed)
    own = {prices[name] * months for name in named for months in (1, MONTHS_A_YEAR)}
    is_foreign = len(named) == 1 and money.isdisjoint(own)
    return Reason.FOREIGN_PRICE if is_foreign else None


def _of_a_year(figures: Sequence[Figure], allowed: AllowedClaims) -> frozenset[float]:
    """What prices come to in a year: those that are named, and beside the number of months all of them."""
    named, prices = {figure.value for figure in figures}, allowed.company.prices
    return frozenset(MONTHS_A_YEAR * price for price in prices if named & {price, MONTHS_A_YEAR})


def _worked_out(figures: Sequence[Figure], allowed: AllowedClaims) -> Iterator[Figure]:
    """The figures that follow from those of the visitor's that the sentence names: 15 x 30 % x 25."""
    theirs = (allowed.visitor.told | CALENDAR) - allowed.company.amounts
    owned = {"portion": allowed.visitor.portions}
    operands = [figure for figure in figures if figure.value in owned.get(figure.unit, theirs)]
    for figure in figures:
        if figure not in operands and follows_from(figure, operands):
            yield figure


def _is_owned(figure: Figure, allowed: AllowedClaims) -> bool:
    if figure.unit == "portion":
        return figure.value in allowed.visitor.portions
    return is_one_of(figure.value, allowed.amounts if figure.unit == "money" else allowed.values)


def _last_tier(before: str, allowed: AllowedClaims) -> set[str]:
    """The tier that "it" stands for: the only one that the sentence before names."""
    names = allowed.company.names
    return {joined for written, joined, topic in names if topic == "tier_name" and written in before}
