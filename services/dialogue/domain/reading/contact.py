"""Who the visitor is and where they can be written to."""

import re

from services.dialogue.domain.reading.text import Found, found

LONGEST_EMAIL = 254
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9](?:[\w.+%-]{0,62}[\w])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![\w@])"
)
_NAME_WORD = r"[A-Z\u00c0-\u00de][\w\u00c0-\u024f'-]{0,30}\.?"
_NAME = rf"(?P<name>{_NAME_WORD}(?:[ ]{_NAME_WORD}){{0,3}})"
_TOLD = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?i:my (?:full |first )?name is|my name's|name is|name's|name:|call me"
        rf"|you can call me)\s+{_NAME}",
        rf"\b(?:I'm|I am|Im|i'm|i am|im|[Tt]his is|[Ii]t's|[Mm]y name [Ii]s)\s+{_NAME}(?=\s*(?:[.,;!?(-]|$|\n"
        rf"|from\b|and\b|here\b|at\b|with\b|by\b|the\b|of\b|_))",
        rf"(?:^|[.!?,]\s){_NAME} here\b",
        rf"(?:\n|^|[.!?]\s)(?:(?i:best|regards|cheers|thanks|kind regards|best regards)[,!.]?\s*\n?"
        rf"|[-\u2014]\s?){_NAME}\s*$",
    )
)
_LOWER_CASE = re.compile(
    r"\b(?:my (?:full |first )?name is|my name's"
    r"|call me)\s+(?P<name>[a-z][\w'-]{1,30}(?: [a-z][\w'-]{1,30})?)",
    re.I,
)
_ANSWERED = re.compile(
    rf"^\W*(?:(?i:yes|sure|ok|okay|it's|yep)[,.!]?\s+)*{_NAME}(?=\s*(?:[,.;(<-]|$|\n|_|and\b|at\b))"
)
# Words that begin with a capital after "I'm" and are no names.
_NO_NAMES = frozenset(
    [
        "a",
        "an",
        "the",
        "i",
        "we",
        "yes",
        "no",
        "not",
        "sure",
        "fine",
        "good",
        "great",
        "ok",
        "okay",
        "hi",
        "hello",
        "hey",
        "thanks",
        "thank",
        "interested",
        "looking",
        "happy",
        "ready",
        "done",
        "sorry",
        "just",
        "from",
        "in",
        "at",
        "running",
        "owner",
        "ceo",
        "cto",
        "coo",
        "founder",
        "manager",
        "that",
        "this",
        "it",
        "what",
        "how",
        "why",
        "when",
        "perfect",
        "sounds",
        "well",
        "please",
    ]
)


def find_email(message: str) -> Found[str] | None:
    """An email address, read from the message itself, not from its searchable form."""
    match = _EMAIL.search(message)
    return found(match.group(), match) if match and len(match.group()) <= LONGEST_EMAIL else None


def find_name(text: str) -> Found[str] | None:
    """A name where the visitor introduces themselves."""
    for pattern in (*_TOLD, _LOWER_CASE):
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
    while words and words[-1].casefold() in _NO_NAMES:
        words.pop()
    if not words or words[0].casefold().strip(".") in _NO_NAMES or any("_" in word for word in words):
        return ""
    return " ".join(word[:1].upper() + word[1:] for word in words)
