"""The sentences of a visitor, and what the newest ones ask for."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from playbook.claims import folded
from playbook.claims.spoken import languages_of
from playbook.claims.terms import Term
from playbook.claims.vocabulary import vocabulary
from playbook.guard.company import DEFAULT_LANGUAGE, SENTENCE, Company
from playbook.guard.figures import Figure, figures_in

# What the company and its offer are named with.
OURS: Final = frozenset({"us", "ours", "tier_name", "company_name"})
_TERMS: Final = OURS - {"us"} | {"trade", "money"}
_QUESTION: Final = re.compile(r"[?\uff1f\u061f\u037e]")


# It is asked for all of these again with every reply.
@dataclass(frozen=True)
class ReadSentence:
    """A sentence of the visitor as it was read; `asks` if it has a question mark."""

    terms: tuple[Term, ...]
    asks: bool

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every number in its order."""
        return tuple(figures_in(self.terms))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of its words."""
        return frozenset(term.stem for term in self.terms if term.value is None)

    @cached_property
    def topics(self) -> frozenset[str]:
        """What any of its words is about."""
        return frozenset[str]().union(*(term.topics for term in self.terms))

    @property
    def asks_for_terms(self) -> bool:
        """Whether a yes to it could promise something."""
        return self.asks or bool(self.topics & _TERMS)


def names_own_price(sentence: ReadSentence, company: Company) -> bool:
    """Whether it asks for something and names an amount or a share that is not ours."""
    if not sentence.asks_for_terms:
        return False
    figures = [figure for figure in sentence.figures if figure.unit]
    ours = company.amounts | company.portions
    is_share = "portion" in sentence.topics and not figures
    return is_share or any(figure.value not in ours for figure in figures)


# A visitor's messages are read again with every reply.
@lru_cache(maxsize=1024)
def sentences_of(text: str, language: str, company: Company) -> tuple[ReadSentence, ...]:
    """The sentences of a text of the visitor."""
    sentences = filter(None, SENTENCE.split(text))
    return tuple(
        ReadSentence(_terms(one, language, company), bool(_QUESTION.search(one))) for one in sentences
    )


def _terms(sentence: str, language: str, company: Company) -> tuple[Term, ...]:
    plain = folded(sentence)
    found = languages_of(plain, language)
    fallback = language if vocabulary(language) else DEFAULT_LANGUAGE
    code = fallback if language in found or not found else found[0]
    return company.read(plain, code)
