"""What is the visitor's own: their words, and their numbers with the sums that follow from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from contracts.values import Profile, Proposal
from playbook.claims import folded
from playbook.claims.terms import Term
from playbook.guard.company import Company
from playbook.guard.figures import (
    Figure,
    amounts_of,
    counts_of,
    shares_of,
    sums_of,
    years_since,
)
from playbook.guard.read_sentences import ReadSentence, names_own_price, sentences_of


@dataclass(frozen=True)
class Visitor:
    """A visitor: their messages, of which the last `unanswered` are the newest, and what is known of them.

    Each part is worked out when a sentence is first held against it: most replies name no number.
    """

    messages: tuple[str, ...]
    profile: Profile
    proposal: Proposal | None
    unanswered: int
    language: str
    company: Company
    year: int

    @cached_property
    def text(self) -> str:
        """All they wrote and all that is known of them, folded."""
        return folded(" ".join((*self._known, *self.messages)))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of their words."""
        return frozenset[str]().union(*(one.stems for one in self._read))

    @cached_property
    def told(self) -> frozenset[float]:
        """The numbers they wrote."""
        return frozenset(self._own)

    @cached_property
    def aims(self) -> frozenset[float]:
        """The numbers of their success measure."""
        measure = self.profile.success_measure
        read = self._sentences(measure.value) if measure else ()
        return frozenset(figure.value for one in read for figure in one.figures)

    @cached_property
    def values(self) -> frozenset[float]:
        """The numbers they wrote, with their sums."""
        own = self._own
        return frozenset((*own, *sums_of(own), *counts_of(self._terms), *years_since(own, self.year)))

    @cached_property
    def amounts(self) -> frozenset[float]:
        """The numbers they wrote, with sums of money."""
        money = [figure.value for figure in self._figures if figure.unit == "money"]
        return frozenset((*self._own, *amounts_of(self._own, money, self.company.prices)))

    @cached_property
    def portions(self) -> frozenset[float]:
        """What may be a share of theirs."""
        counted = (figure.value for figure in self._figures if figure.unit != "money")
        return frozenset((*counted, *shares_of(self._terms)))

    @cached_property
    def asks_for_terms(self) -> bool:
        """Whether a yes to the newest messages could promise something."""
        return any(one.asks_for_terms for one in self._newest)

    @cached_property
    def asks_for_own_price(self) -> bool:
        """Whether the newest messages name an amount or a share that is not ours."""
        return any(names_own_price(one, self.company) for one in self._newest)

    @cached_property
    def _known(self) -> tuple[str, ...]:
        """What is known of the visitor, and their proposal: made of their words and checked before."""
        parts = (self.profile.model_copy(update={"language": None}), self.proposal)
        return tuple(text for part in parts if part is not None for text in _texts(part.model_dump()))

    @cached_property
    def _read(self) -> tuple[ReadSentence, ...]:
        return tuple(chain.from_iterable(map(self._sentences, (*self._known, *self.messages))))

    @cached_property
    def _newest(self) -> tuple[ReadSentence, ...]:
        newest = self.messages[len(self.messages) - self.unanswered :]
        return tuple(chain.from_iterable(map(self._sentences, newest)))

    def _sentences(self, text: str) -> tuple[ReadSentence, ...]:
        return sentences_of(text, self.language, self.company)

    @cached_property
    def _terms(self) -> tuple[tuple[Term, ...], ...]:
        return tuple(one.terms for one in self._read)

    @cached_property
    def _figures(self) -> tuple[Figure, ...]:
        return tuple(figure for one in self._read for figure in one.figures)

    @cached_property
    def _own(self) -> tuple[float, ...]:
        """The numbers they wrote, each once, and how many things they listed in a message."""
        listed = [float(text.count(",") + 1) for text in self.messages if text.count(",") > 1]
        return tuple(dict.fromkeys((*(figure.value for figure in self._figures), *listed)))


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
