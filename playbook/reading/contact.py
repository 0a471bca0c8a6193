"""Reads who somebody is: a name that is announced or asked for, an address or a number that is whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from contracts.text import is_address
from contracts.values import LONGEST_NAME
from playbook.lexicon import Lexicon, Phrases, plain
from playbook.reading.meaning import SlotName, SlotUpdate
from playbook.reading.talk import Talk
from playbook.reading.text import OPAQUE, Part, is_only

_MOST_WORDS: Final = 5
_TOKEN: Final = re.compile(r"[^\s<>()\[\],;\"]{0,200}@[^\s<>()\[\],;\"]{1,200}")
_AROUND: Final = ".:!?'\"*_"
_SCHEME: Final = re.compile(r"^(?:mailto|e-?mail|correo|courriel|mail)\s*[:=]", re.IGNORECASE)
_NAME_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019.-][^\W\d_]+)*\.?")


# With a country code, an area code that begins with 0 or stands in brackets, or as in Spain or
# North America.
_PHONE: Final = re.compile(
    r"(?<![\w.,/@$€£+-])(?:\+|\((?=\d{1,4}\))|0|(?=[679]\d\d \d{3} \d{3}(?!\d))"
    r"|(?=\(?[2-9]\d\d\)?[ .-]\d{3}[ .-]\d{4}(?!\d)))"
    r"(?!\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b)[\d(](?:[ ()/.-]{0,3}\d){6,14}(?![\w%@]|[.,]\d)"
)
_DATE: Final = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
_FEWEST_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Words:
    """Words as they were written, and where they stand in the message."""

    text: str
    start: int


def contact_told(whole: Part, conversation: Talk, lexicon: Lexicon) -> Iterator[SlotUpdate]:
    """The name, the address and the telephone number, as they are written."""
    address = address_in(whole)
    name = name_in(whole, address, lexicon)
    is_late = conversation.proposal is not None or conversation.booking_url is not None
    if name is None and is_late and conversation.profile.name is None:
        name = name_alone(whole, lexicon)
    told: list[tuple[SlotName, str | None]] = [
        ("name", name.text if name else None), ("contact_email", address.text if address else None),
        ("contact_phone", next(iter(phone_numbers(whole.raw)[::-1]), None)),
    ]  # fmt: skip
    for slot, value in told:
        if value:
            yield SlotUpdate(slot=slot, values=(value,), quote=value)


def address_in(whole: Part) -> Words | None:
    """The last address: the second of two puts the first right."""
    return next(iter([*_addresses(whole)][::-1]), None)


def phone_numbers(text: str) -> list[str]:
    """What is clearly a telephone number, as it is written."""
    found = (match.group() for match in _PHONE.finditer(text) if not _DATE.match(match.group()))
    return [number for number in found if len(digits_of(number)) >= _FEWEST_DIGITS]


def digits_of(number: str) -> str:
    """A telephone number without what only groups it."""
    return "".join(sign for sign in number if sign.isdecimal() or sign == "+")


def name_in(whole: Part, address: Words | None, lexicon: Lexicon) -> Words | None:
    """A name that is announced, or that stands before an address."""
    return _announced(whole, lexicon) or (_beside(whole, address, lexicon) if address else None)


def name_alone(part: Part, lexicon: Lexicon) -> Words | None:
    """A clause that is nothing but two words with capitals, `Ana Ruiz`, or one behind `I'm`."""
    for clause in part.clauses:
        lead = lexicon.names.i_am.begin(clause.plain)
        name = _name_at(clause, lead.end() if lead else 0, lexicon, needs_capital=True)
        is_name = name is not None and (lead or len(name.text.split()) > 1)
        if name and is_name and name.start - clause.start + len(name.text) >= len(clause.raw.rstrip(" .!")):
            return name
    return None


def introduces(clause: Part, lexicon: Lexicon) -> bool:
    """Whether a clause says who somebody is, and nothing else: `I'm Omar`."""
    lead = lexicon.names.i_am.begin(clause.plain) or lexicon.names.my_name_is.begin(clause.plain)
    name = _name_at(clause, lead.end(), lexicon, needs_capital=True) if lead else None
    return name is not None and name.start - clause.start + len(name.text) >= len(clause.raw.rstrip(" .!"))


def _announced(part: Part, lexicon: Lexicon) -> Words | None:
    """A name behind `my name is`, in any writing, or two words with capitals behind `I'm`."""
    words = lexicon.names
    for match in words.my_name_is.all_in(part.plain):
        if name := _name_at(part, match.end(), lexicon, needs_capital=False):
            return name
    for match in words.i_am.all_in(part.plain) if not part.raw.isupper() else ():
        name = _name_at(part, match.end(), lexicon, needs_capital=True)
        if name and (len(name.text.split()) > 1 or _ends_clause(part, name)):
            return name
    return None


def _ends_clause(part: Part, name: Words) -> bool:
    """`I'm Rosalind, and ...`"""
    behind = part.raw[name.start - part.start + len(name.text) :].lstrip()
    return not behind or behind[0] in ",.;!"


def _beside(part: Part, address: Words, lexicon: Lexicon) -> Words | None:
    """A clause of its own before an address, when the address or its capitals show that it is a name."""
    before = part.cut(0, max(0, address.start - part.start))
    clause = next((one.sentences[-1] for one in before.clauses[::-1] if one.sentences), None)
    if clause is None:
        return None
    leads = [match.end() for match in lexicon.answers.courtesies.all_in(clause.masked)]
    light = lexicon.answers.light.begin(clause.masked)
    lead = max((*leads, light.end() if light else 0))
    name = _name_at(clause, lead, lexicon, needs_capital=False) or _name_at(
        clause, 0, lexicon, needs_capital=False
    )
    if name is None or not is_only(
        clause.masked[name.start - clause.start + len(name.text) :],
        (lexicon.answers.courtesies, lexicon.answers.light),
    ):
        return None
    mailbox, words = plain(address.text.partition("@")[0]), name.text.split()
    is_in_address = any(len(word) > 1 and plain(word) in mailbox for word in words)
    has_capitals = len(words) > 1 and words[0][0].isupper() and words[-1][0].isupper()
    return name if is_in_address or has_capitals else None


def _addresses(part: Part) -> Iterator[Words]:
    for match in _TOKEN.finditer(part.raw):
        scheme = _SCHEME.match(match.group())
        start = match.start() + (scheme.end() if scheme else 0)
        text = part.raw[start : match.end()]
        start += len(text) - len(text.lstrip(_AROUND))
        text = text.strip(_AROUND)
        if is_address(text):
            yield Words(text, part.start + start)


def _name_at(part: Part, start: int, lexicon: Lexicon, *, needs_capital: bool) -> Words | None:
    """The words from here that can be a name, up to the first that cannot."""
    words, names = list[re.Match[str]](), lexicon.names
    start += len(part.raw[start:]) - len(part.raw[start:].lstrip(" :"))
    needs_capital = needs_capital or not part.raw[start : start + 1].islower()
    position = start
    while match := _NAME_WORD.match(part.raw, position):
        word, written = match.group(), plain(match.group())
        # `d'Arc`
        has_capital = word[0].isupper() or ("'" in written and word[-1].islower() and not word.islower())
        is_particle = bool(words) and _is_whole(names.particles, written)
        is_other = names.no_name.begin(written) or (needs_capital and word[0].islower())
        is_hidden = OPAQUE in part.masked[match.start() : match.end()]
        if is_hidden or (is_other and not (has_capital or is_particle)):
            break
        words.append(match)
        position = match.end() + len(part.raw[match.end() :]) - len(part.raw[match.end() :].lstrip(" "))
        if position == match.end() or (word.endswith(".") and len(word) > 3):
            break
    while len(words) > 1 and _is_whole(names.particles, plain(words[-1].group())):
        words.pop()
    if not words or len(words) > _MOST_WORDS or names.no_name.begin(plain(words[0].group())):
        return None
    text = part.raw[start : words[-1].end()].rstrip(".")
    return Words(text, part.start + start) if len(text) <= LONGEST_NAME else None


def _is_whole(phrases: Phrases, text: str) -> bool:
    match = phrases.begin(text)
    return match is not None and match.end() == len(text)
