"""What a reply may say: the company's facts, each on its own, and what is the visitor's own."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from playbook import Playbook, Tier, once_for_each
from playbook.claims import folded, is_below_any, letters
from playbook.claims.vocabulary import Term, Vocabulary, languages_of, terms_in, vocabulary
from playbook.facts import FactSheet
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.guard.figures import Figure, figures_in, sums_of
from services.dialogue.domain.guard.leaks import Instructions, instructions_of
from services.dialogue.domain.guard.topics import TIMES, TRADE, Clause, Signed, clauses_of

_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
_DEFAULT_LANGUAGE = "en"
_HOURS_A_WEEK = 168


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
    tier: str | None = None
    condition: frozenset[str] | None = None
    is_tentative: bool = False


@dataclass(frozen=True)
class _Company:
    """What does not change from talk to talk."""

    names: tuple[tuple[str, str, str], ...]
    units: tuple[Unit, ...]
    lines: frozenset[str]
    prices: tuple[int, ...]
    hosts: tuple[str, ...]
    instructions: Instructions


@dataclass(frozen=True)
class Visitor:
    """The visitor's own: stems of their words, those of trade that are about their business, their figures."""

    stems: frozenset[str]
    owned: frozenset[str]
    figures: frozenset[Figure]
    asks_for_terms: tuple[Clause, ...]


@dataclass(frozen=True)
class AllowedClaims:
    """All that the sentences of one reply may claim."""

    language: str
    units: tuple[Unit, ...]
    names: tuple[tuple[str, str, str], ...]
    lines: frozenset[str]
    prices: tuple[int, ...]
    visitor: Visitor
    hosts: tuple[str, ...]
    booking_url: str | None
    instructions: Instructions

    @classmethod
    def of(cls, conversation: Conversation, playbook: Playbook) -> "AllowedClaims":
        """What may be claimed in the next reply of this conversation."""
        slot = conversation.profile.language
        tag = slot.value if slot is not None and slot.value else playbook.language.code
        spoken = playbook.spoken_in(tag)
        company, default = _company_of(spoken), _company_of(playbook)
        language = tag.partition("-")[0].casefold()
        return cls(
            language=language,
            units=company.units if spoken is playbook else (*company.units, *default.units),
            names=company.names,
            lines=company.lines,
            prices=company.prices,
            visitor=_visitor_of(conversation, language, company),
            hosts=company.hosts,
            booking_url=conversation.booking_url,
            instructions=company.instructions,
        )

    def may_link(self, link: str) -> bool:
        """Whether it leads to our site, or is the booking link once it was given."""
        address = link.rstrip(".,;:!?)")
        full = address if "://" in address else f"https://{address}"
        return address == self.booking_url or is_below_any(full, self.hosts)

    def read(self, text: str, language: str) -> tuple[Term, ...]:
        """The terms of a text, with our names among them."""
        words = vocabulary(language)
        assert words is not None, "the language was recognised by its words"
        return with_names(text, words, self.names)


def with_names(text: str, words: Vocabulary, names: Iterable[tuple[str, str, str]]) -> tuple[Term, ...]:
    """The terms of a text in which each of our names is one word of its own."""
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


@once_for_each
def _company_of(playbook: Playbook) -> _Company:
    company = playbook.company
    names = [(tier.name, "tier_name") for tier in playbook.catalogue] + [(company.name, "company_name")]
    marked = tuple((folded(name), re.sub(r"\W", "", folded(name)), topic) for name, topic in names)
    code = playbook.language.code if vocabulary(playbook.language.code) else _DEFAULT_LANGUAGE
    words = vocabulary(code)
    assert words is not None, "the default language has words"
    said = tuple(_texts_of(playbook))
    return _Company(
        names=(*marked, (folded(company.bot_name), folded(company.bot_name), "self")),
        units=tuple(_units_of(playbook, words, marked)),
        lines=frozenset(
            letters(part)
            for text in said
            if "{" not in text
            for part in (text, *_SENTENCE.split(text))
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


def _units_of(
    playbook: Playbook, words: Vocabulary, names: tuple[tuple[str, str, str], ...]
) -> Iterator[Unit]:
    sheet: FactSheet | None = getattr(playbook, "facts", None)
    for fact in sheet.facts if sheet else ():
        yield from _of_a_fact(fact.id, fact.says, words, names)
    company, lines = playbook.company, playbook.lines
    yield from _of_a_fact("company", f"{company.name} {company.does}. {company.disclosure}", words, names)
    for name, text in (
        ("delivery", playbook.proposal.delivery),
        ("deeds", ". ".join(playbook.proposal.always_does)),
    ):
        yield from _of_a_fact(name, text, words, names)
    for tier in playbook.catalogue:
        price = playbook.language.price_of(tier.monthly_price_usd)
        reasons = list(_reasons(playbook, tier))
        about = (f"{price} {month}" for month in _A_MONTH.get(words.language, ("",)))
        text = ". ".join((tier.name, *about, *tier.includes, *reasons))
        yield from _of_a_fact(tier.key, text, words, names, tier=tier.name)
    for answer in getattr(lines, "answers", ()):
        yield from _of_a_fact(answer.about, answer.says, words, names)


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


def _of_a_fact(
    name: str,
    says: str,
    words: Vocabulary,
    names: tuple[tuple[str, str, str], ...],
    tier: str | None = None,
) -> Iterator[Unit]:
    plain: list[tuple[Term, ...]] = []
    conditional: list[tuple[Term, ...]] = []
    for sentence in filter(None, _SENTENCE.split(says)):
        terms = with_names(sentence, words, names)
        topics = {topic for term in terms for topic in term.topics}
        is_bound = tier is None and _begins_with_if(terms, words) and bool(topics & {"price", "refund", "free", "guarantee"})
        (conditional if is_bound else plain).append(terms)
    yield from (_unit(name, sentences, words, tier) for sentences in ([plain] if tier else _alone_and_joined(plain)))
    for terms in conditional:
        yield _unit(name, [terms], words, tier, is_conditional=True)


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
    if tier is not None:
        signed.add(("price", False))
    return Unit(
        name=name,
        topics=topics | ({"month", "price", "dollar", "include"} if tier else set()),
        signed=frozenset(signed),
        stems=frozenset(term.stem for clause in clauses for term in clause.terms if term.value is None),
        figures=frozenset(figure for terms in sentences for figure in figures_in(terms)),
        signed_words=frozenset(pair for clause in clauses for pair in clause.signed_words),
        tier=None if tier is None else re.sub(r"\W", "", folded(tier)),
        condition=None if bound is None else bound.content | bound.topics & (TRADE | TIMES),
        is_tentative="tentative" in topics,
    )


def _visitor_of(conversation: Conversation, language: str, company: _Company) -> Visitor:
    stems: set[str] = set()
    owned: set[str] = set()
    figures: set[Figure] = set(_known_figures(conversation, company.prices))
    asks: list[Clause] = []
    messages = [message.text for message in conversation.visitor_messages]
    for at, text in enumerate((*_own_texts(conversation), *messages)):
        for sentence in filter(None, _SENTENCE.split(text)):
            code = _readable(sentence, language)
            words = vocabulary(code)
            assert words is not None
            terms = with_names(sentence, words, company.names)
            stems.update(term.stem for term in terms if term.value is None)
            figures.update((*figures_in(terms), Figure(float(sentence.count(",") + 1), "")))
            topics = {topic for term in terms for topic in term.topics}
            is_question = sentence.rstrip().endswith(("?", "\uff1f", "\u061f"))
            if not is_question and not topics & {"you", "demo", "agent", "tier_name", "tier", "company_name"}:
                owned.update(term.stem for term in terms if term.topics & TRADE)
            elif at == len(messages) + len(_own_texts(conversation)) - 1:
                asks += clauses_of(terms, has_concord=words.has_concord)
    hours = {figure.value for figure in figures if figure.unit == "hour" and figure.value <= _HOURS_A_WEEK}
    figures.update(own for value in hours for own in sums_of(value, company.prices))
    return Visitor(frozenset(stems), frozenset(owned), frozenset(figures), tuple(asks))


def _readable(sentence: str, language: str) -> str:
    found = languages_of(folded(sentence), language)
    if found:
        return language if language in found else found[0]
    return language if vocabulary(language) else _DEFAULT_LANGUAGE


def _own_texts(conversation: Conversation) -> tuple[str, ...]:
    """What is known of the visitor, and their proposal: made of their words and checked before."""
    profile = conversation.profile
    values = [getattr(profile, name).value for name in sorted(profile.known() - {"language"})]
    texts = [value for value in values if isinstance(value, str)]
    texts += [part for value in values if isinstance(value, tuple) for part in value]
    if (proposal := conversation.proposal) is not None:
        texts += [
            proposal.agent_name,
            proposal.summary,
            *proposal.does,
            *proposal.out_of_scope,
            *proposal.integrations,
        ]
    return tuple(texts)


def _known_figures(conversation: Conversation, prices: Iterable[int]) -> Iterator[Figure]:
    profile = conversation.profile
    if profile.team_size is not None and profile.team_size.value is not None:
        yield Figure(float(profile.team_size.value), "")
    for slot in (profile.tools, profile.steps, profile.time_wasters, profile.out_of_scope):
        if slot is not None and slot.value:
            yield Figure(float(len(slot.value)), "")
    hours = profile.hours_per_week.value if profile.hours_per_week is not None else None
    if hours is not None:
        yield Figure(float(hours), "hour")
        yield from sums_of(float(hours), prices)
    if conversation.proposal is not None and conversation.proposal.hours_saved_per_week is not None:
        yield Figure(conversation.proposal.hours_saved_per_week, "hour")
        yield from sums_of(conversation.proposal.hours_saved_per_week, prices)
