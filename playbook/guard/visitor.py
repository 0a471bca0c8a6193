"""What is the visitor's own: their words, and their numbers with the sums that follow from them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from contracts.values import Profile, Proposal
from playbook.claims import folded
from playbook.guard.company import Company
from playbook.guard.figures import (
    amounts_of,
    counts_of,
    shares_of,
    sums_of,
    years_since,
)
from playbook.guard.read_sentences import names_own_price, sentences_of


@dataclass(frozen=True)
class Visitor:
    """Their text and its stems, their numbers, and what the newest messages ask for.

    `told` are the numbers they wrote, `aims` those of their success measure; `values` are the told ones with
    their sums, `amounts` with sums of money. `portions` what may be a share of
    theirs. `asks_for_terms`: a yes to the newest messages could promise
    something. `asks_for_own_price`: they name an amount or a share that is not ours.
    """

    text: str
    stems: frozenset[str]
    told: frozenset[float]
    aims: frozenset[float]
    values: frozenset[float]
    amounts: frozenset[float]
    portions: frozenset[float]
    asks_for_terms: bool
    asks_for_own_price: bool


def visitor_of(
    messages: Sequence[str],
    profile: Profile,
    proposal: Proposal | None,
    *,
    unanswered: int,
    language: str,
    company: Company,
    year: int,
) -> Visitor:
    """The visitor's own, from all their messages and from what is known of them."""
    known = tuple(_known_texts(profile, proposal))
    spoken = [sentences_of(text, language, company) for text in messages]
    newest = list(chain(*spoken[len(spoken) - unanswered :]))
    read = [*(one for text in known for one in sentences_of(text, language, company)), *chain(*spoken)]
    figures = [figure for one in read for figure in one.figures]
    listed = [float(text.count(",") + 1) for text in messages if text.count(",") > 1]
    own = list(dict.fromkeys([figure.value for figure in figures] + listed))
    money = [figure.value for figure in figures if figure.unit == "money"]
    terms = [one.terms for one in read]
    measure = profile.success_measure
    aims = sentences_of(measure.value, language, company) if measure else ()
    return Visitor(
        text=folded(" ".join((*known, *messages))),
        stems=frozenset[str]().union(*(one.stems for one in read)),
        told=frozenset(own),
        aims=frozenset(figure.value for one in aims for figure in one.figures),
        values=frozenset((*own, *sums_of(own), *counts_of(terms), *years_since(own, year))),
        amounts=frozenset((*own, *amounts_of(own, money, company.prices))),
        portions=frozenset(
            (*(figure.value for figure in figures if figure.unit != "money"), *shares_of(terms))
        ),
        asks_for_terms=any(one.asks_for_terms for one in newest),
        asks_for_own_price=any(names_own_price(one, company) for one in newest),
    )


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
