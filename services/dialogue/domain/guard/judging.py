"""Judges one sentence: what in it nobody allowed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from playbook import claims
from playbook.claims import closed_up, folded, letters, visible
from services.dialogue.domain.guard.amounts import has_wrong_amounts
from services.dialogue.domain.guard.ground import Ground, dates_in
from services.dialogue.domain.guard.leaks import leaks
from services.dialogue.domain.guard.terms import speaks_for_us, unit_behind, words_in

Reason = Literal[
    "leak", "link", "contact", "amount", "number", "date", "promise", "identity",
    "second_question", "known_question", "question", "repeated", "too_long",
]  # fmt: skip
_MOST_COUNTED = 3
_SHARE = re.compile(r"[^\d]+")
_DENIES_TO_BE_AI = re.compile(
    r"\bi(?:'m| am) (?:not (?:an? |really |just )*(?:ai|bot|robot|machine|chatbot|computer)"
    r"|(?:a |an |really |actually )*(?:real |actual |human |living )*(?:human|person|man"
    r"|woman))\b(?! assistant)"
    r"|\bich bin (?:ein (?:echter |richtiger )?mensch|eine (?:echte |richtige )?person"
    r"|kein(?:e)? (?:ki|bot|roboter))|(?<!no )\bsoy (?:una persona|humano|humana)\b"
    r"|\bno soy un bot|\bje suis (?:un humain|humaine?|une (?:vraie )?personne)\b"
    r"|\bje ne suis pas un(?:e)? (?:ia|robot|bot)"
    r"|(?<!nao )\bsou (?:uma pessoa|humano|humana)\b|\bnao sou um (?:robo|bot)"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a sentence is not said; none of its words, which may be the visitor's."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Before:
    """What the reply said before a sentence: its letters, and the tier it named last."""

    letters: str = ""
    tier: str | None = None


def judge(sentence: str, ground: Ground, before: Before) -> tuple[Fault, ...]:
    """What is wrong with a sentence; nothing when it may be said."""
    if letters(sentence) in ground.house.lines:
        return ()
    read = _without_what_is_allowed(visible(sentence), ground)
    faults = [Fault("leak")] if leaks(read, before.letters, ground.house.instructions) else []
    faults += _links_in(read)
    for text in _readings(read):
        faults += _spreading_faults_in(text, ground, before)
        faults += _other_faults_in(text, ground)
    return tuple(dict.fromkeys(faults))


def fault_across(joined: str, ground: Ground, before: Before) -> Fault | None:
    """What is wrong with two sentences read as one: the claims that can be spread over both."""
    if letters(joined) in ground.house.lines:
        return None
    read = _without_what_is_allowed(visible(joined), ground)
    spread = (_spreading_faults_in(text, ground, before) for text in _readings(read))
    return next(chain(_links_in(read), *spread), None)


def _readings(read: str) -> Iterable[str]:
    plain = folded(read)
    return dict.fromkeys((plain, closed_up(plain)))


def _links_in(read: str) -> Iterable[Fault]:
    for link in claims.links(read) | claims.links(folded(read)):
        yield Fault("contact" if claims.emails(link) else "link")


def _spreading_faults_in(text: str, ground: Ground, before: Before) -> Iterable[Fault]:
    if claims.phones(text) - ground.contacts:
        yield Fault("contact")
    if has_wrong_amounts(text, ground, before.tier or ground.tier):
        yield Fault("amount")
    promises = claims.promises(text) | claims.complies(text)
    if not all(_is_about_the_visitor(promise, text, ground) for promise in promises):
        yield Fault("promise")


def _other_faults_in(text: str, ground: Ground) -> Iterable[Fault]:
    yield from _wrong_numbers(text, ground)
    if dates_in(text) - ground.dates - ground.house.dates:
        yield Fault("date")
    shares = claims.percentages(text)
    if shares - ground.percentages or (shares and speaks_for_us(text)):
        yield Fault("number")
    if _DENIES_TO_BE_AI.search(text):
        yield Fault("identity")


def _wrong_numbers(text: str, ground: Ground) -> Iterable[Fault]:
    """Numbers that are neither the visitor's nor the playbook's; a few may always be counted."""
    read = claims.without_dates(claims.without_links(text))
    money = {amount.start for amount in claims.money_in(read)}
    for quantity in claims.quantities(read):
        value = f"{quantity.value:.10g}"
        if quantity.start in money or value in ground.numbers:
            continue
        if unit := unit_behind(read, quantity.end):
            if f"{quantity.value:g} {unit}" not in ground.house.times and value != "1":
                yield Fault("date")
        elif value in ground.asked and not quantity.is_spelled:
            yield Fault("amount")
        elif quantity.value > _MOST_COUNTED and value not in ground.house.numbers:
            yield Fault("number")
    shares = {share for share in claims.numbers(read) if _SHARE.fullmatch(share)}
    if shares - ground.numbers - ground.house.numbers:
        yield Fault("number")


def _is_about_the_visitor(promise: str, text: str, ground: Ground) -> bool:
    """Whether the visitor's work is spoken of in their words: a shop may have its discount codes."""
    if speaks_for_us(text):
        return False
    said = [words_in(sentence) for sentence in ground.sentences if promise in "".join(sentence.split())]
    own = {word for words in said for word in words if promise not in word and word not in promise}
    return bool(own & words_in(text))


def _without_what_is_allowed(text: str, ground: Ground) -> str:
    """The text without the links and addresses it may hold, so that nothing in them is judged."""
    return claims.without_links_that(
        lambda link: _is_ours(link, ground) or link.casefold() in ground.contacts, text
    )


def _is_ours(link: str, ground: Ground) -> bool:
    """Whether a link leads to us; to where demos are booked only once this demo has its link."""
    if link == ground.booking_url:
        return True
    address = link if "://" in link else f"https://{link}"
    if ground.booking_url is None and claims.is_below_any(address.lower(), (ground.house.booking_page,)):
        return False
    return claims.is_below_any(address, ground.house.links)
