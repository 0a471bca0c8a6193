"""What the company says: its lines word for word, its names, prices and figures, its links."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from playbook import Playbook, once_for_each
from playbook.claims import folded, letters
from playbook.claims.terms import Term, terms_in
from playbook.claims.vocabulary import vocabulary
from playbook.guard.figures import figures_in
from playbook.guard.leaks import Instructions, instructions_of, texts_in

SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
DEFAULT_LANGUAGE = "en"
# As written, as one word, and its topic.
Names = tuple[tuple[str, str, str], ...]


# There is one for each playbook: hashing it by value takes long.
@dataclass(frozen=True, eq=False)
class Company:
    """What does not change from talk to talk.

    `lines` are bare letters: sentences of ours that stand for themselves, and pairs of which the second one
    leans on the first. `tier_prices` is by a tier's name as one word; `values` are the
    numbers of facts and of the tier rule, `portions` those that are shares, `amounts` the prices and the
    steps between them.
    """

    names: Names
    lines: frozenset[str]
    tier_prices: Mapping[str, int]
    values: frozenset[float]
    portions: frozenset[float]
    amounts: frozenset[float]
    hosts: tuple[str, ...]
    instructions: Instructions

    @property
    def prices(self) -> tuple[int, ...]:
        """The price of every tier."""
        return tuple(self.tier_prices.values())

    def read(self, text: str, language: str) -> tuple[Term, ...]:
        """The terms of a folded text, with our names among them; the language has a vocabulary."""
        return _terms(text, language, self.names)


# One sentence is asked about its figures, its topics and its days in turn.
@lru_cache(maxsize=1024)
def _terms(plain: str, language: str, names: Names) -> tuple[Term, ...]:
    words = vocabulary(language)
    assert words is not None, "who reads has its words"
    plain = plain.replace("us$", "$")
    topics: dict[str, frozenset[str]] = {}
    for written, joined, topic in names:
        if written in plain:
            plain = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", f" {joined} ", plain)
            topics[joined] = frozenset({topic})
    return tuple(
        Term(term.text, topics[term.text]) if term.text in topics else term for term in terms_in(plain, words)
    )


@once_for_each
def company_of(playbook: Playbook) -> Company:
    """What a playbook says, in its language."""
    company, catalogue = playbook.company, playbook.catalogue
    named = [*((tier.name, "tier_name") for tier in catalogue), (company.name, "company_name")]
    named += [(company.bot_name, "self")]
    names = tuple((folded(name), _one_word(name), topic) for name, topic in named)
    code = playbook.language.code if vocabulary(playbook.language.code) else DEFAULT_LANGUAGE
    told = (fact.says for fact in playbook.facts.facts)
    prices = {_one_word(tier.name): tier.monthly_price_usd for tier in catalogue}
    figures = [figure for text in told for figure in figures_in(_terms(folded(text), code, names))]
    steps = {abs(one - other) for one in prices.values() for other in prices.values()}
    return Company(
        names=names,
        lines=frozenset(_lines(playbook)),
        tier_prices=prices,
        values=frozenset((*(figure.value for figure in figures), *_limits(playbook))),
        portions=frozenset(figure.value for figure in figures if figure.unit == "portion"),
        amounts=frozenset((*steps, *map(float, prices.values()))),
        hosts=(*playbook.booking.allowed_links[1:], company.website),
        instructions=instructions_of(playbook),
    )


def _limits(playbook: Playbook) -> Iterator[float]:
    """The numbers at which the recommended tier changes, as "more than 15" and as "from 16"."""
    for case in playbook.tier_rule.cases:
        for condition in case.when_any:
            yield from (condition.over, condition.over + 1)


def _one_word(name: str) -> str:
    return re.sub(r"\W", "", folded(name))


def _lines(playbook: Playbook) -> Iterator[str]:
    ours = playbook.model_dump(include={"stages", "lines", "proposal"})
    for text in (*texts_in(ours), playbook.company.disclosure):
        if "{" not in text:
            yield from map(letters, (text, *SENTENCE.split(text)))
    for fact in playbook.facts.facts:
        sentences = SENTENCE.split(fact.says)
        yield letters(sentences[0])
        yield from (letters(one + other) for one, other in pairwise(sentences))
