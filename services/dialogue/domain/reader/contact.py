"""Reads who the visitor is: a name where it is announced or asked for, an address whole or not at all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from playbook.lexicon import Lexicon, plain
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.text import OPAQUE, Part
from services.dialogue.domain.understanding import CONTACT_SLOTS, SlotName, SlotUpdate

_LONGEST_ADDRESS: Final = 254
_LONGEST_NAME: Final = 80
_MOST_WORDS: Final = 5
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(
    rf"[A-Za-z0-9](?:[\w.+%'\u2019-]{{0,62}}\w)?@(?:{_LABEL}\.){{1,6}}[A-Za-z]{{2,24}}", re.ASCII
)
_TOKEN: Final = re.compile(r"[^\s<>()\[\],;\"]{0,200}@[^\s<>()\[\],;\"]{1,200}")
_AROUND: Final = ".:!?'\"*_"
_SCHEME: Final = re.compile(r"^(?:mailto|e-?mail|correo|courriel|mail)\s*[:=]", re.IGNORECASE)
_NAME_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019.-][^\W\d_]+)*\.?")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the visitor, and where they stand in the message."""

    text: str
    start: int


def contact_told(
    whole: Part, answers: Sequence[Part], conversation: Conversation, lexicon: Lexicon
) -> list[SlotUpdate]:
    """The name and the address of a message, whose answers are these sentences."""
    address, name = email_address(whole), announced_name(whole, lexicon)
    if name is None and address:
        name = name_beside_address(whole, address, lexicon)
    if name is None and conversation.open_question in CONTACT_SLOTS:
        name = next((words for one in answers if (words := answered_name(one, lexicon))), None)
    told: list[tuple[SlotName, Words | None]] = [("name", name), ("contact_email", address)]
    return [SlotUpdate(slot=slot, values=(one.text,), quote=one.text) for slot, one in told if one]


def email_address(part: Part) -> Words | None:
    """The last address of a message; the second of two puts the first right."""
    addresses = list(_addresses(part))
    return addresses[-1] if addresses else None


def announced_name(part: Part, lexicon: Lexicon) -> Words | None:
    """A name behind `my name is`, in any writing, or two capitalised words behind `I'm`."""
    for match in lexicon.names.my_name_is.all_in(part.plain):
        if name := _name_at(part, match.end(), lexicon, needs_capital=False):
            return name
    for match in lexicon.names.i_am.all_in(part.plain):
        name = _name_at(part, match.end(), lexicon, needs_capital=True)
        if name and len(name.text.split()) > 1 and not part.raw.isupper():
            return name
    return None


def name_beside_address(part: Part, address: Words, lexicon: Lexicon) -> Words | None:
    """A clause of its own before an address, when the address or its capitals show that it is a name."""
    before = part.cut(0, max(0, address.start - part.start))
    if not before.clauses:
        return None
    clause = before.clauses[-1].sentences[-1] if before.clauses[-1].sentences else before.clauses[-1]
    name = _name_at(clause, 0, lexicon, needs_capital=False)
    if name is None or len(name.text) < len(clause.raw.strip()):
        return None
    mailbox = plain(address.text.partition("@")[0])
    words = name.text.split()
    is_in_address = any(len(word) > 1 and plain(word) in mailbox for word in words)
    return (
        name
        if is_in_address or (len(words) > 1 and all(word[0].isupper() for word in (words[0], words[-1])))
        else None
    )


def answered_name(part: Part, lexicon: Lexicon) -> Words | None:
    """The name in an answer to the question for it: a clause that can be nothing else."""
    if name := announced_name(part, lexicon):
        return name
    for clause in part.clauses:
        start = 0
        while lead := (
            lexicon.answers.courtesies.begin(clause.plain[start:])
            or lexicon.names.i_am.begin(clause.plain[start:])
            or lexicon.names.my_name_is.begin(clause.plain[start:])
        ):
            start += lead.end()
            start += len(clause.raw[start:]) - len(clause.raw[start:].lstrip(" ,.!:"))
        name = _name_at(clause, start, lexicon, needs_capital=False)
        if name and name.start - clause.start + len(name.text) >= len(clause.raw.rstrip(" .!")):
            return name
    return None


def _is_whole(match: re.Match[str] | None, word: str) -> bool:
    return match is not None and match.end() == len(word)


def _addresses(part: Part) -> Iterator[Words]:
    for match in _TOKEN.finditer(part.raw):
        token = match.group()
        scheme = _SCHEME.match(token)
        start = match.start() + (scheme.end() if scheme else 0)
        text = part.raw[start : match.end()]
        start += len(text) - len(text.lstrip(_AROUND))
        text = text.strip(_AROUND)
        if _ADDRESS.fullmatch(text) and ".." not in text and len(text) <= _LONGEST_ADDRESS:
            yield Words(text, part.start + start)


def _name_at(part: Part, start: int, lexicon: Lexicon, *, needs_capital: bool) -> Words | None:
    """The words from here that can be a name, up to the first that cannot."""
    words: list[re.Match[str]] = []
    start += len(part.raw[start:]) - len(part.raw[start:].lstrip(" :"))
    is_lower = part.raw[start : start + 1].islower()
    position = start
    while match := _NAME_WORD.match(part.raw, position):
        written, names = plain(match.group()), lexicon.names
        is_particle = bool(words) and _is_whole(names.particles.begin(written), written)
        has_capital = match.group()[0].isupper() or (
            "'" in written and match.group()[-1].islower() and not match.group().islower()
        )
        is_word = names.no_name.begin(written) and not has_capital and not is_particle
        if OPAQUE in part.masked[match.start() : match.end()] or is_word:
            break
        if (
            match.group()[0].islower()
            and not (is_particle or has_capital)
            and (needs_capital or not is_lower)
        ):
            break
        words.append(match)
        gap = len(part.raw[match.end() :]) - len(part.raw[match.end() :].lstrip(" "))
        position = match.end() + gap
        if not gap or (match.group().endswith(".") and len(match.group()) > 3):
            break
    while len(words) > 1 and _is_whole(
        lexicon.names.particles.begin(plain(words[-1].group())), words[-1].group()
    ):
        words.pop()
    if not words or len(words) > _MOST_WORDS or lexicon.names.no_name.begin(plain(words[0].group())):
        return None
    text = part.raw[start : words[-1].end()].rstrip(".")
    return Words(text, part.start + start) if len(text) <= _LONGEST_NAME else None
