"""Reads who the visitor is: a name where it is announced or asked for, an address whole or not at all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from playbook.lexicon import Lexicon, Phrases, plain
from services.dialogue.domain.conversation import Conversation
from services.dialogue.domain.reader.text import OPAQUE, Part, is_only
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
_OF_ADDRESSES: Final = re.compile(r"\b(?:e-?mails?|mails?|correo|courriel)\b")
_NAME_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019.-][^\W\d_]+)*\.?")
_UMLAUTS: Final = re.compile(r"([aou])e")


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the visitor, and where they stand in the message."""

    text: str
    start: int


def contact_told(
    whole: Part, answers: Sequence[Part], conversation: Conversation, lexicon: Lexicon
) -> list[SlotUpdate]:
    """The name and the address of a message, whose answers are these sentences."""
    addresses = list(_addresses(whole))
    # The second of two addresses puts the first right.
    address = addresses[-1] if addresses else None
    name = _announced(whole, lexicon) or (_beside(whole, address, lexicon) if address else None)
    if name is None and conversation.profile.name is None:
        is_asked = conversation.open_question in CONTACT_SLOTS
        is_late = conversation.proposal is not None or conversation.booking_url is not None
        found = (_alone(one, lexicon, is_asked=is_asked) for one in answers if is_asked or is_late)
        name = next((words for words in found if words), None)
    told: list[tuple[SlotName, Words | None]] = [("name", name), ("contact_email", address)]
    return [SlotUpdate(slot=slot, values=(one.text,), quote=one.text) for slot, one in told if one]


def _announced(part: Part, lexicon: Lexicon) -> Words | None:
    """A name behind `my name is`, in any writing, or with its capitals behind `I'm`."""
    words = lexicon.names
    for match in words.my_name_is.all_in(part.plain):
        if name := _name_at(part, match.end(), lexicon, needs_capital=False):
            return name
    for match in words.i_am.all_in(part.plain) if not part.raw.isupper() else ():
        name = _name_at(part, match.end(), lexicon, needs_capital=True)
        if name and (len(name.text.split()) > 1 or _is_first_name(part, match, name, lexicon)):
            return name
    return None


def _is_first_name(part: Part, lead: re.Match[str], name: Words, lexicon: Lexicon) -> bool:
    """Whether one word behind `I'm` is a name: its clause says nothing else."""
    end = name.start - part.start + len(name.text)
    rest = re.split(r"[,;.!?\n()]", part.masked[end:], maxsplit=1)[0]
    light = (lexicon.answers.courtesies, lexicon.answers.asides)
    is_first = _is_whole(lexicon.names.i_am_first, lead.group().strip())
    return is_first and name.text[1:].islower() and is_only(rest, light)


def _beside(part: Part, address: Words, lexicon: Lexicon) -> Words | None:
    """A clause of its own before an address, when the address or its capitals show that it is a name."""
    before = part.cut(0, max(0, address.start - part.start))
    clause = next((one.sentences[-1] for one in before.clauses[::-1] if one.sentences), None)
    name = _name_at(clause, 0, lexicon, needs_capital=False) if clause else None
    if clause is None or name is None:
        return None
    light = (lexicon.answers.courtesies, lexicon.numbers.fillers)
    if not is_only(clause.masked[len(name.text) :], light):
        return None
    mailbox, words = plain(address.text.partition("@")[0]), name.text.split()
    mailboxes = (mailbox, _UMLAUTS.sub(r"\1", mailbox))
    is_in_address = any(len(word) > 1 and plain(word) in box for word in words for box in mailboxes)
    has_capitals = len(words) > 1 and words[0][0].isupper() and words[-1][0].isupper()
    return name if is_in_address or has_capitals else None


def _alone(part: Part, lexicon: Lexicon, *, is_asked: bool) -> Words | None:
    """A clause that can be nothing but a name: asked for, or beside what is said of an e-mail address."""
    words = lexicon.names
    if not (is_asked or _OF_ADDRESSES.search(part.plain)):
        return None
    for clause in part.clauses:
        start = 0
        while lead := next(
            (
                match
                for group in (lexicon.answers.courtesies, words.i_am, words.my_name_is)
                if (match := group.begin(clause.plain[start:]))
            ),
            None,
        ):
            start += lead.end()
            start += len(clause.raw[start:]) - len(clause.raw[start:].lstrip(" ,.!:"))
        name = _name_at(clause, start, lexicon, needs_capital=not is_asked)
        if name and name.start - clause.start + len(name.text) >= len(clause.raw.rstrip(" .!")):
            return name
    return None


def _addresses(part: Part) -> Iterator[Words]:
    for match in _TOKEN.finditer(part.raw):
        scheme = _SCHEME.match(match.group())
        start = match.start() + (scheme.end() if scheme else 0)
        text = part.raw[start : match.end()]
        start += len(text) - len(text.lstrip(_AROUND))
        text = text.strip(_AROUND)
        if _ADDRESS.fullmatch(text) and ".." not in text and len(text) <= _LONGEST_ADDRESS:
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
    return Words(text, part.start + start) if len(text) <= _LONGEST_NAME else None


def _is_whole(phrases: Phrases, text: str) -> bool:
    match = phrases.begin(text)
    return match is not None and match.end() == len(text)
