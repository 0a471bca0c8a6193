"""What is the visitor's own: their words, and their numbers with the sums that follow from them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contracts.values import Profile, Proposal
from playbook.claims import folded
from playbook.claims.spoken import languages_of
from playbook.claims.vocabulary import Term, vocabulary
from playbook.guard.company import DEFAULT_LANGUAGE, SENTENCE, Company
from playbook.guard.figures import amounts_of, figures_in, sums_of

# What the company and its offer are named with.
OURS = frozenset({"us", "ours", "tier_name", "company_name"})
_ASKS_FOR_TERMS = OURS - {"us"} | {"trade", "money"}
_QUESTION = re.compile(r"[?\uff1f\u061f\u037e]")


@dataclass(frozen=True)
class Visitor:
    """Their text and its stems, their numbers, and whether their last message asks for terms.

    `told` are the numbers they wrote, `aims` those of their success measure; `values` are the told ones with
    their sums, `amounts` with sums of money.
    """

    text: str
    stems: frozenset[str]
    told: frozenset[float]
    aims: frozenset[float]
    values: frozenset[float]
    amounts: frozenset[float]
    portions: frozenset[float]
    asks_for_terms: bool


def visitor_of(
    messages: Sequence[str], profile: Profile, proposal: Proposal | None, *, language: str, company: Company
) -> Visitor:
    """The visitor's own, from all their messages and from what is known of them."""
    texts = (*_known_texts(profile, proposal), *messages)
    read = [_terms(sentence, language, company) for text in texts for sentence in _sentences(text)]
    figures = [figure for terms in read for figure in figures_in(terms)]
    listed = [float(text.count(",") + 1) for text in messages if text.count(",") > 1]
    own = list(dict.fromkeys([figure.value for figure in figures] + listed))
    money = [figure.value for figure in figures if figure.unit == "money"]
    newest = messages[-1] if messages else ""
    measure = profile.success_measure
    aims = _terms(measure.value, language, company) if measure else ()
    asked = [term for sentence in _sentences(newest) for term in _terms(sentence, language, company)]
    return Visitor(
        text=folded(" ".join(texts)),
        stems=frozenset(term.stem for terms in read for term in terms if term.value is None),
        told=frozenset(own),
        aims=frozenset(figure.value for figure in figures_in(aims)),
        values=frozenset((*own, *sums_of(own))),
        amounts=frozenset((*own, *amounts_of(own, money, company.prices))),
        portions=frozenset(figure.value for figure in figures if figure.unit != "money"),
        asks_for_terms=_asks_for_terms(newest, asked),
    )


def _asks_for_terms(message: str, terms: Sequence[Term]) -> bool:
    topics = frozenset().union(*(term.topics for term in terms))
    return bool(_QUESTION.search(message) or topics & _ASKS_FOR_TERMS)


def _sentences(text: str) -> Iterator[str]:
    return filter(None, SENTENCE.split(text))


def _terms(sentence: str, language: str, company: Company) -> tuple[Term, ...]:
    plain = folded(sentence)
    found = languages_of(plain, language)
    fallback = language if vocabulary(language) else DEFAULT_LANGUAGE
    code = fallback if language in found or not found else found[0]
    return company.read(plain, code)


def _known_texts(profile: Profile, proposal: Proposal | None) -> Iterator[str]:
    """What is known of the visitor, and their proposal: made of their words and checked before."""
    parts = (profile.model_copy(update={"language": None}), proposal)
    yield from (text for part in parts if part is not None for text in _texts(part.model_dump()))


def _texts(value: object) -> Iterator[str]:
    """Every text and number inside; what is listed may be counted."""
    match value:
        case dict():
            told = (part for name, part in value.items() if name != "confidence")
            yield from (text for part in told for text in _texts(part))
        case list() | tuple():
            yield from (str(len(value)), *(text for part in value for text in _texts(part)))
        case str() | int() | float():
            yield str(value)
