"""Who the visitor is and where they can be written to."""

import re

from services.dialogue.domain.reading.patterns import any_of, either
from services.dialogue.domain.reading.text import Found, found

LONGEST_EMAIL = 254
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(
    rf"(?<![\w.+-])[A-Za-z0-9](?:[\w.+%-]{{0,62}}[\w])?@(?:{_LABEL}\.){{1,6}}[A-Za-z]{{2,24}}(?![\w@])"
)
_NAME_WORD = r"[A-Z\u00c0-\u00de][\w\u00c0-\u024f'-]{0,30}\.?"
_NAME = rf"(?P<name>{_NAME_WORD}(?:[ ]{_NAME_WORD}){{0,3}})"
_MY_NAME_IS = "(?i:my (?:full |first )?name is|my name's|name is|name's|name:)"
_CLOSING = "(?i:best|regards|cheers|thanks|kind regards|best regards)"
_AFTER_A_NAME = r"(?=\s*(?:[.,;!?(_-]|$|\n|(?:from|and|here|at|with|by|the|of)\b))"
# A capital is what makes a name, so these heed it.
_TOLD = (
    re.compile(rf"\b(?:{_MY_NAME_IS}|(?i:call me))\s+{_NAME}"),
    re.compile(rf"\b(?:I'm|I am|Im|i'm|i am|im)\s+{_NAME}{_AFTER_A_NAME}"),
    re.compile(rf"\b(?:[Tt]his is|[Ii]t's)\s+{_NAME}(?=,? (?:from|here|at|with|of)\b)"),
    re.compile(rf"(?:^|[.!?,]\s){_NAME} here\b"),
    re.compile(rf"(?:\n|^|[.!?]\s)(?:{_CLOSING}[,!.]?\s*\n?|[-\u2014]\s?){_NAME}\s*$"),
    re.compile(rf"\b{_MY_NAME_IS}\s+(?P<name>[a-z][\w'-]{{1,30}}(?: [a-z][\w'-]{{1,30}})?)"),
)
_ANSWERED = re.compile(
    rf"^\W*(?:(?i:yes|sure|ok|okay|it's|yep)[,.!]?\s+)*{_NAME}(?=\s*(?:[,.;(<-]|$|\n|_|and\b|at\b))"
)
# "Marcus Webb, marcus@...": the address was blanked.
_BEFORE_AN_ADDRESS = re.compile(rf"(?:^|[.!?,;]\s+){_NAME}[.,:(<-]{{0,2}}\s*(?=_{{5,}})")
# Words that may begin with a capital after "I'm" and are no names.
_NO_NAME = any_of(
    either(
        "a, an, the, i, we, yes, no, not, sure, fine, good, great, ok, okay, hi, hello, hey, thanks,"
        "thank, interested,"
        "looking, happy, ready, done, sorry, just, from, in, at, running, owner, ceo, cto, coo, founder,"
        "manager, that,"
        "this, it, what, how, why, when, perfect, sounds, well, please, and"
    )
)


def find_email(message: str) -> Found[str] | None:
    """An email address, read from the message itself, not from its searchable form."""
    # Of two the second puts the first right.
    *_, match = (None, *_EMAIL.finditer(message))
    return found(match.group(), match) if match and len(match.group()) <= LONGEST_EMAIL else None


def find_name(text: str) -> Found[str] | None:
    """A name where the visitor introduces themselves."""
    for pattern in (*_TOLD, _BEFORE_AN_ADDRESS):
        for match in pattern.finditer(text):
            if name := _as_name(match["name"]):
                return found(name, match)
    return None


def name_answered(text: str) -> Found[str] | None:
    """A name when it was just asked: capitalised words at the start will do."""
    if plain := find_name(text):
        return plain
    match = _ANSWERED.search(text)
    name = _as_name(match["name"]) if match else ""
    return found(name, match) if match and name else None


def _as_name(text: str) -> str:
    words = text.strip(" .,").split()
    while words and _NO_NAME.fullmatch(words[-1]):
        words.pop()
    if not words or _NO_NAME.fullmatch(words[0].strip(".")) or any("_" in word for word in words):
        return ""
    return " ".join(word[:1].upper() + word[1:] for word in words)
