"""What a reply may claim: the catalogue, the playbook's own texts, and what this visitor said."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from playbook import Playbook, claims, once_for_each, own_site
from playbook.claims import folded
from services.dialogue.domain.goals import Plan
from services.dialogue.domain.guard.leaks import Instructions, instructions_of
from services.dialogue.domain.guard.terms import is_about_terms, spans_of_time, words_in
from services.dialogue.domain.reading import legible
from services.dialogue.domain.reading.known_tools import TOOLS
from services.dialogue.domain.results import say_tier
from services.dialogue.domain.wording import number

_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_NEVER_SAID = frozenset({
    "words", "topics", "about", "voice", "goal", "listening", "recognised_by", "also_recognised", "languages",
    "proposal_page", "public_link", "allowed_links", "event_type_uri",
})  # fmt: skip
_TOOL_HOSTS = frozenset(tool.casefold() for tool in TOOLS if "." in tool)
_ABOUT_THEMSELVES = re.compile(
    r"\b(?:i|i'm|i've|we|we're|we've|my|our|us|me|ich|wir|mein\w*|unser\w*|uns|yo|mi|mis|nos|nuestr\w+"
    r"|perdemos|gastamos|je|j|nous|notre|nos|mon|ma|mes|eu|meu|minha|noss\w+)\b"
)


@dataclass(frozen=True, slots=True)
class House:
    """What the playbook allows in every conversation.

    `booking_page` is the address below which demos are booked: a link there is given when its turn has come.
    """

    prices: Mapping[str, int]
    numbers: frozenset[str]
    dates: frozenset[str]
    times: frozenset[str]
    links: tuple[str, ...]
    booking_page: str
    lines: frozenset[str]
    names: frozenset[str]
    instructions: Instructions


@dataclass(frozen=True, slots=True)
class Ground:
    """What may be claimed in one reply.

    `amounts` are the visitor's own, each with the words they stood with; `asked` are all they spoke of, also
    those they would like to be our price.
    """

    house: House
    numbers: frozenset[str]
    percentages: frozenset[str]
    dates: frozenset[str]
    contacts: frozenset[str]
    amounts: Mapping[str, frozenset[str]]
    asked: frozenset[str]
    sentences: tuple[str, ...]
    booking_url: str | None
    tier: str | None


@dataclass(frozen=True, slots=True)
class _Sentence:
    """One folded sentence of a visitor, and what it claims."""

    text: str
    numbers: frozenset[str]
    amounts: frozenset[str]
    percentages: frozenset[str]
    dates: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Claimed:
    """What one message claims."""

    sentences: tuple[_Sentence, ...]
    contacts: frozenset[str]


def ground_of(plan: Plan, playbook: Playbook) -> Ground:
    """All that the reply to this turn may claim."""
    house = _house(playbook)
    said = [_claimed_in(text) for text in dict.fromkeys(_said(plan))]
    sentences = [sentence for one in said for sentence in one.sentences]
    stated = [sentence for sentence in sentences if not sentence.text.endswith("?")]
    # What dialogue and proposal worked out for this visitor may be said again.
    known = [_sentence(folded(text)) for text in _known(plan, playbook)]
    own = [sentence for sentence in stated if sentence.amounts and _states_own_money(sentence.text, house)]
    return Ground(
        house=house,
        numbers=_union(sentence.numbers - sentence.amounts for sentence in (*stated, *known)),
        percentages=_union(sentence.percentages for sentence in stated),
        dates=_union(sentence.dates for sentence in (*sentences, *known)),
        contacts=_union(one.contacts for one in said) | _tool_hosts(sentences),
        amounts={amount: words_in(sentence.text) for sentence in own for amount in sentence.amounts},
        asked=_union(sentence.amounts for sentence in sentences),
        sentences=tuple(sentence.text for sentence in sentences),
        booking_url=plan.conversation.booking_url,
        tier=folded(plan.conversation.tier.name) if plan.conversation.tier else None,
    )


@lru_cache(maxsize=2048)
def _claimed_in(text: str) -> _Claimed:
    """What a visitor's words claim; the same words stand in many a turn, so it is remembered for a while."""
    said = legible(text)
    parts = (folded(part) for part in _SENTENCES.split(said) if part.strip())
    read = folded(said)
    return _Claimed(tuple(map(_sentence, parts)), claims.emails(read) | claims.phones(read))


@lru_cache(maxsize=4096)
def _sentence(text: str) -> _Sentence:
    return _Sentence(
        text, claims.numbers(text), claims.amounts(text), claims.percentages(text), dates_in(text)
    )


def dates_in(text: str) -> frozenset[str]:
    """Every date of a folded text, with its numbers in digits and without the plural of weekdays."""
    return frozenset(_in_digits(date).removesuffix("s") for date in claims.dates(text))


def _in_digits(text: str) -> str:
    for quantity in reversed(claims.quantities(text)):
        text = f"{text[: quantity.start]}{quantity.value:g}{text[quantity.end :]}"
    return text


def _states_own_money(sentence: str, house: House) -> bool:
    """Whether a visitor speaks of their own money, and neither of a price nor of us."""
    is_ours = is_about_terms(sentence) or any(name in sentence for name in house.names)
    return not is_ours and _ABOUT_THEMSELVES.search(sentence) is not None


def _said(plan: Plan) -> Iterable[str]:
    profile = plan.conversation.profile
    yield from (utterance.text for utterance in plan.conversation.history if utterance.role == "visitor")
    yield plan.message
    yield from (getattr(profile, slot).words for slot in profile.known())


def _known(plan: Plan, playbook: Playbook) -> Iterable[str]:
    conversation = plan.conversation
    for slot in conversation.profile.known():
        value = getattr(conversation.profile, slot).value
        yield from (number(value),) if isinstance(value, int | float) else _texts(value)
    if conversation.proposal is not None:
        yield from _texts(conversation.proposal.model_dump())
        yield number(conversation.proposal.hours_saved_per_week or 0)
    if conversation.tier is not None:
        yield say_tier(conversation, conversation.tier, playbook)


def _tool_hosts(sentences: Iterable[_Sentence]) -> frozenset[str]:
    """Names of known tools that look like a host, where the visitor uses them."""
    texts = [sentence.text for sentence in sentences]
    return frozenset(host for host in _TOOL_HOSTS if any(host in text for text in texts))


@once_for_each
def _house(playbook: Playbook) -> House:
    prices = {folded(tier.name): tier.monthly_price_usd for tier in playbook.catalogue}
    written = list(_texts(playbook.model_dump()))
    texts = [folded(text) for text in written]
    return House(
        prices=prices,
        numbers=_union(claims.numbers(text) - claims.amounts(text) for text in texts) | _limits(playbook),
        dates=_union(map(dates_in, texts)),
        times=_union(map(spans_of_time, texts)),
        links=(*playbook.booking.allowed_links, own_site(playbook.company.website)),
        booking_page=_booking_page(playbook),
        lines=frozenset(claims.letters(part) for text in written for part in _SENTENCES.split(text)),
        names=frozenset((*prices, folded(playbook.company.name), folded(playbook.company.bot_name))),
        instructions=instructions_of(playbook),
    )


def _booking_page(playbook: Playbook) -> str:
    """The host of the public booking link, or that link alone when our website is on the same host."""
    link = playbook.booking.public_link.lower()
    host = f"https://{urlsplit(link).netloc}"
    return link if claims.is_below_any(playbook.company.website.lower(), (host,)) else host


def _limits(playbook: Playbook) -> frozenset[str]:
    """The limits of the tier rule, by which a tier is explained."""
    conditions = (condition for case in playbook.tier_rule.cases for condition in case.when_any)
    return frozenset(f"{condition.over:.10g}" for condition in conditions)


def _texts(value: object) -> Iterable[str]:
    """Every text below a value that is said; words that are listened for and inner notes are not."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from () if name in _NEVER_SAID else _texts(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _texts(part)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)
