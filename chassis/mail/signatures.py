"""The signature below a text: split off, and kept, since it holds a name, a role, a company, a number."""

import re
from collections.abc import Sequence
from typing import Final

from chassis.mail.message import Mailbox
from chassis.mail.phrases import CLOSING, MOBILE_SIGNATURE

_DELIMITER: Final = re.compile(r"^(?:--|\u2014|\u2013\u2013|__)\s{0,3}$")
_MOST_LINES: Final = 14
_MOST_LINES_OF_DELIMITED: Final = 30
_LONGEST_LINE: Final = 90
_SENTENCE: Final = re.compile(r"[?\uff1f]|[.!\u3002\uff01]\s+\S.{20}")


def split_signature(text: str, sender: Mailbox | None) -> tuple[str, str]:
    """The text without its signature, and the signature; one of them may be empty, not both of a text."""
    lines = text.split("\n")
    at = _highest_start(lines, sender)
    body, signature = "\n".join(lines[:at]).strip(), "\n".join(lines[at:]).strip()
    delimiter, _, below = signature.partition("\n")
    signature = below.strip() if _DELIMITER.match(delimiter) else signature
    return (body, signature) if body else (signature, "")


def _highest_start(lines: Sequence[str], sender: Mailbox | None) -> int:
    """Where the signature begins, with a name that stands above what the mail program adds."""
    at = _start(lines, sender)
    body = "\n".join(lines[:at]).rstrip().split("\n")
    above = _start(body, sender) if at < len(lines) else len(body)
    is_more = above < len(body) and any(line.strip() for line in lines[:above])
    return above if is_more else at


def _start(lines: Sequence[str], sender: Mailbox | None) -> int:
    """The line at which the signature begins; the number of lines where there is none."""
    end = len(lines)
    for at in range(end - 1, max(-1, end - _MOST_LINES_OF_DELIMITED), -1):
        if _DELIMITER.match(lines[at]):
            return at
    for at in range(max(0, end - _MOST_LINES - 6), end):
        line = lines[at].strip()
        if MOBILE_SIGNATURE.match(line) or (CLOSING.match(line) and _is_signature_like(lines[at + 1 :])):
            return at
    names = _names_of(sender)
    for at in range(max(1, end - _MOST_LINES), end):
        starts_paragraph = not lines[at - 1].strip() or at == end - 1
        if starts_paragraph and _is_name(lines[at], names) and _is_signature_like(lines[at + 1 :]):
            return at
    return end


def _is_signature_like(lines: Sequence[str]) -> bool:
    """Whether lines could stand in a signature: few, short, nothing told; a disclaimer may follow."""
    said = [line.strip() for line in lines if line.strip()]
    if len(said) > _MOST_LINES:
        return False
    for number, line in enumerate(said):
        if len(line) > _LONGEST_LINE:
            return number >= 1
        if _SENTENCE.search(line) and number < 2:
            return False
    return True


def _names_of(sender: Mailbox | None) -> frozenset[str]:
    """What the sender may sign with, in lower case."""
    if sender is None:
        return frozenset()
    full = sender.name.lower().replace(",", " ").split()
    names = {" ".join(full), " ".join(reversed(full)), *(word for word in full if len(word) > 1)}
    names |= {sender.address.partition("@")[0], " ".join(sender.address.partition("@")[0].split("."))}
    return frozenset(name for name in names if name)


def _is_name(line: str, names: frozenset[str]) -> bool:
    said = line.strip().strip("-\u2013\u2014/.,*_ ").lower()
    return bool(said) and said in names
