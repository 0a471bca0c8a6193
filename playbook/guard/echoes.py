"""What a visitor said of themselves alone: it may be said back to them at once."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from contracts.values import Profile
from playbook.claims import folded
from playbook.claims.spoken import languages_of
from playbook.claims.terms import Term
from playbook.claims.vocabulary import vocabulary
from playbook.guard.company import DEFAULT_LANGUAGE, SENTENCE, Company
from playbook.guard.figures import figures_in

# What the company and its offer are named with.
OURS: Final = frozenset({"us", "ours", "tier_name", "company_name"})
_TERMS: Final = OURS - {"us"} | {"trade", "money"}
_OFFER: Final = _TERMS - {"trade"}
# A sentence with two of these may be about us: "have it done by Friday".
_HINTS: Final = (frozenset({"trade"}), frozenset({"you"}), frozenset({"number", "weekday", "portion"}))
_QUESTION: Final = re.compile(r"[?\uff1f\u061f\u037e]")


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence of the visitor as it was read; `asks` if it has a question mark."""

    terms: tuple[Term, ...]
    asks: bool

    @property
    def topics(self) -> frozenset[str]:
        """What any of its words is about."""
        return frozenset[str]().union(*(term.topics for term in self.terms))

    @property
    def asks_for_terms(self) -> bool:
        """Whether a yes to it could promise something."""
        return self.asks or bool(self.topics & _TERMS)

    @property
    def may_ask(self) -> bool:
        """Whether it may be about us, so that a word of it said again may be an answer."""
        topics = self.topics
        hints = sum(bool(topics & hint) for hint in _HINTS)
        return self.asks or bool(topics & _OFFER) or hints > 1 or topics >= {"you", "work"}


@dataclass(frozen=True, slots=True)
class Echoes:
    """The stems and figures that may be said back.

    `told` are stems of all that they told of themselves, `fresh` and `figures` those of the newest messages;
    what they ask about now is in none. `counted` are their people and hours. `asks` tells whether the newest
    messages may ask something about us, `asks_for_terms` whether a yes to them could promise something, and
    `asks_for_own_price` whether they name an amount or a share that is not ours.
    """

    told: frozenset[str]
    fresh: frozenset[str]
    figures: frozenset[float]
    counted: frozenset[float]
    asks: bool
    asks_for_terms: bool
    asks_for_own_price: bool


def echoes_of(
    messages: Sequence[Sequence[ReadSentence]], unanswered: int, profile: Profile, company: Company
) -> Echoes:
    """What may be said back of these messages, of which the last ones are unanswered."""
    newest = list(chain(*messages[len(messages) - unanswered :]))
    fresh = [one for one in newest if not one.may_ask]
    asked = stems_of(one for one in newest if one.may_ask)
    return Echoes(
        told=stems_of(one for one in chain(*messages) if not one.may_ask) - asked,
        fresh=stems_of(fresh) - asked,
        figures=frozenset(figure.value for one in fresh for figure in figures_in(one.terms)),
        counted=frozenset(_counted(profile)),
        asks=any(one.may_ask for one in newest),
        asks_for_terms=any(one.asks_for_terms for one in newest),
        asks_for_own_price=any(one.may_ask and _names_own_price(one, company) for one in newest),
    )


def _names_own_price(sentence: ReadSentence, company: Company) -> bool:
    figures = [figure for figure in figures_in(sentence.terms) if figure.unit]
    ours = company.amounts | company.portions
    is_share = "portion" in sentence.topics and not figures
    return is_share or any(figure.value not in ours for figure in figures)


def sentences_of(text: str, language: str, company: Company) -> tuple[ReadSentence, ...]:
    """The sentences of a text of the visitor."""
    sentences = filter(None, SENTENCE.split(text))
    return tuple(
        ReadSentence(_terms(one, language, company), bool(_QUESTION.search(one))) for one in sentences
    )


def stems_of(sentences: Iterable[ReadSentence]) -> frozenset[str]:
    """The stems of all words."""
    return frozenset(term.stem for one in sentences for term in one.terms if term.value is None)


def _terms(sentence: str, language: str, company: Company) -> tuple[Term, ...]:
    plain = folded(sentence)
    found = languages_of(plain, language)
    fallback = language if vocabulary(language) else DEFAULT_LANGUAGE
    code = fallback if language in found or not found else found[0]
    return company.read(plain, code)


def _counted(profile: Profile) -> Iterator[float]:
    for slot in (profile.team_size, profile.hours_per_week):
        if slot is not None:
            yield from (float(value) for value in (slot.value, slot.up_to) if value is not None)
