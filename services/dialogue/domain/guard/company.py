"""What the company says: each fact and each tier on its own, its lines, its names and prices."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pydantic import BaseModel

from playbook import Playbook, Tier, once_for_each
from playbook.claims import folded, letters
from playbook.claims.vocabulary import Term, Vocabulary, terms_in, vocabulary
from playbook.facts import FactSheet
from services.dialogue.domain.guard.figures import TIMES, Figure, figures_in
from services.dialogue.domain.guard.leaks import Instructions, instructions_of
from services.dialogue.domain.guard.topics import TRADE, Signed, clauses_of

SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
DEFAULT_LANGUAGE = "en"
# As written, as one word, and its topic.
Names = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Unit:
    """One fact, or one tier: what it says, with which words and figures.

    `condition` are the words of its if-clause: without one of them in an if-clause it is another claim.
    """

    name: str
    topics: frozenset[str]
    signed: frozenset[Signed]
    stems: frozenset[str]
    figures: frozenset[Figure]
    signed_words: frozenset[Signed]
    names: frozenset[str]
    tier: str | None = None
    condition: frozenset[str] | None = None
    is_tentative: bool = False


@dataclass(frozen=True)
class Company:
    """What does not change from talk to talk."""

    names: Names
    units: tuple[Unit, ...]
    lines: frozenset[str]
    prices: tuple[int, ...]
    hosts: tuple[str, ...]
    instructions: Instructions


def with_names(text: str, words: Vocabulary, names: Names) -> tuple[Term, ...]:
    """The terms of a text in which each of our names is one word of its own."""
    return _terms(text, words.language, names)


# A visitor's messages are read again with every reply.
@lru_cache(maxsize=1024)
def _terms(text: str, language: str, names: Names) -> tuple[Term, ...]:
    words = vocabulary(language)
    assert words is not None, "who reads has its words"
    plain = folded(text).replace("us$", "$")
    marks: dict[str, tuple[str, str]] = {}
    for written, joined, topic in names:
        if written in plain:
            plain = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", f" {joined} ", plain)
            marks[joined] = (topic, joined)
    terms = terms_in(plain, words)
    return tuple(
        Term(term.text, frozenset({marks[term.text][0]})) if term.text in marks else term for term in terms
    )


@dataclass(frozen=True)
class _Reader:
    """How a text of one language is read."""

    words: Vocabulary
    names: Names

    def terms(self, text: str) -> tuple[Term, ...]:
        """The terms of a text, with our names among them."""
        return with_names(text, self.words, self.names)


@once_for_each
def company_of(playbook: Playbook) -> Company:
    """What a playbook says, in its language."""
    company = playbook.company
    names = [(tier.name, "tier_name") for tier in playbook.catalogue] + [(company.name, "company_name")]
    marked = tuple((folded(name), re.sub(r"\W", "", folded(name)), topic) for name, topic in names)
    code = playbook.language.code if vocabulary(playbook.language.code) else DEFAULT_LANGUAGE
    words = vocabulary(code)
    assert words is not None, "the default language has words"
    said = tuple(_texts_of(playbook))
    return Company(
        names=(*marked, (folded(company.bot_name), folded(company.bot_name), "self")),
        units=tuple(_units_of(playbook, _Reader(words, marked))),
        lines=frozenset(
            letters(part)
            for text in said
            if "{" not in text
            for part in (text, *SENTENCE.split(text))
            if part
        ),
        prices=tuple(tier.monthly_price_usd for tier in playbook.catalogue),
        hosts=(*playbook.booking.allowed_links[1:], company.website),
        instructions=instructions_of(playbook),
    )


def _texts_of(playbook: Playbook) -> Iterator[str]:
    sheet: FactSheet | None = getattr(playbook, "facts", None)
    parts = (playbook.stages, playbook.lines, playbook.proposal, playbook.company, playbook.tier_rule)
    for part in (*parts, *((sheet,) if sheet else ())):
        yield from _texts(part)


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case BaseModel():
            yield from _texts([getattr(value, name) for name in type(value).model_fields if name != "voice"])
        case dict():
            yield from _texts(list(value.values()))
        case list() | tuple():
            for part in value:
                yield from _texts(part)


def _units_of(playbook: Playbook, reader: "_Reader") -> Iterator[Unit]:
    sheet: FactSheet | None = getattr(playbook, "facts", None)
    for fact in sheet.facts if sheet else ():
        yield from _of_a_fact(fact.id, fact.says, reader)
    company, lines = playbook.company, playbook.lines
    yield from _of_a_fact("company", f"{company.name} {company.does}. {company.disclosure}", reader)
    for name, text in (
        ("delivery", playbook.proposal.delivery),
        ("deeds", ". ".join(playbook.proposal.always_does)),
    ):
        yield from _of_a_fact(name, text, reader)
    for tier in playbook.catalogue:
        price = playbook.language.price_of(tier.monthly_price_usd)
        reasons = list(_reasons(playbook, tier))
        about = (f"{price} {month}" for month in _A_MONTH.get(reader.words.language, ("",)))
        text = ". ".join((tier.name, *about, *tier.includes, *reasons))
        yield from _of_a_fact(tier.key, text, reader, tier=tier.name)
    for answer in getattr(lines, "answers", ()):
        yield from _of_a_fact(answer.about, answer.says, reader)


class _Filled(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def _reasons(playbook: Playbook, tier: Tier) -> Iterator[str]:
    """Why a tier is recommended: its own limits are passed, those of dearer tiers are not."""
    rule = playbook.tier_rule
    if tier.key == rule.otherwise:
        yield rule.otherwise_says
    for case in rule.cases:
        for condition in case.when_any:
            words = rule.words.get(condition.slot)
            filled = _Filled(limit=playbook.language.number(condition.over))
            if case.tier == tier.key:
                yield condition.says.format_map(filled)
                yield words.over.format_map(filled) if words else ""
            elif words and playbook.tier(case.tier).monthly_price_usd > tier.monthly_price_usd:
                yield words.up_to.format_map(filled)


# A price is by the month; how a language says so is a word of the vocabulary.
_A_MONTH = {"en": ("month",), "es": ("mes",), "de": ("Monat",), "fr": ("mois",), "pt": ("m\u00eas",)}


def _of_a_fact(name: str, says: str, reader: "_Reader", tier: str | None = None) -> Iterator[Unit]:
    plain: list[tuple[Term, ...]] = []
    conditional: list[tuple[Term, ...]] = []
    for sentence in filter(None, SENTENCE.split(says)):
        terms = reader.terms(sentence)
        topics = {topic for term in terms for topic in term.topics}
        is_bound = (
            tier is None
            and _begins_with_if(terms, reader.words)
            and bool(topics & {"price", "refund", "free", "guarantee"})
        )
        (conditional if is_bound else plain).append(terms)
    said = [plain] if tier else _alone_and_joined(plain)
    # "It includes ..." is said of the tier that the sentence before it names.
    named = frozenset(term.text for terms in plain for term in terms if "tier_name" in term.topics)
    units = (_unit(name, sentences, reader.words, tier) for sentences in said)
    yield from (replace(unit, names=named) for unit in units)
    for terms in conditional:
        yield _unit(name, [terms], reader.words, tier, is_conditional=True)


def _begins_with_if(terms: tuple[Term, ...], words: Vocabulary) -> bool:
    """Whether a part begins with "if"; elsewhere the same word is another one in many languages."""
    parts = [part for clause in clauses_of(terms, has_concord=words.has_concord) for part in clause.parts]
    return any("if" in term.topics for part in parts for term in part.terms[:2])


def _alone_and_joined(sentences: list[tuple[Term, ...]]) -> list[list[tuple[Term, ...]]]:
    """A fact may be said in one sentence or in several."""
    alone = [[terms] for terms in sentences]
    return [*alone, sentences] if len(alone) > 1 else alone


def _unit(
    name: str,
    sentences: Sequence[tuple[Term, ...]],
    words: Vocabulary,
    tier: str | None,
    *,
    is_conditional: bool = False,
) -> Unit:
    clauses = [
        clause
        for terms in sentences
        for clause in clauses_of(terms, has_concord=words.has_concord)
        for clause in clause.parts
    ]
    topics = frozenset(topic for clause in clauses for topic in clause.topics)
    bound = next((clause for clause in clauses if "if" in clause.topics), None) if is_conditional else None
    signed = {pair for clause in clauses for pair in clause.signed}
    # What one sentence of a fact says and another denies is carried by the one or the other alone.
    signed -= {pair for pair in signed if (pair[0], not pair[1]) in signed}
    # Who is a person and who is a machine stands in one sentence, each of its own.
    if len(sentences) > 1 and {"human", "machine"} <= topics:
        signed = {pair for pair in signed if pair[0] not in {"human", "machine"}}
    if tier is not None:
        signed.add(("price", False))
    return Unit(
        name=name,
        topics=topics | ({"month", "price", "dollar", "include"} if tier else set()),
        signed=frozenset(signed),
        stems=frozenset(term.stem for clause in clauses for term in clause.terms if term.value is None),
        figures=frozenset(figure for terms in sentences for figure in figures_in(terms)),
        signed_words=frozenset(pair for clause in clauses for pair in clause.signed_words),
        names=frozenset(term.text for terms in sentences for term in terms if "tier_name" in term.topics),
        tier=None if tier is None else re.sub(r"\W", "", folded(tier)),
        condition=None if bound is None else bound.content | bound.topics & (TRADE | TIMES),
        is_tentative="tentative" in topics,
    )
